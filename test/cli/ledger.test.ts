/** What was trained on, as a person asks for it and as a verdict is explained. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cause } from '../../src/replay/documents';
import type { Batches, StepBatches } from '../../src/replay/batches';
import { optional } from '../optional';
import { PYTHON, stackTrace, Workplace } from './support';

const workplace = new Workplace();
beforeAll(() => workplace.write('.reprise/.gitignore', '*\n'));
afterAll(() => workplace.remove());

const FOLDS = `import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
x = np.random.RandomState(0).standard_normal((40, 3))
y = (x[:, 0] > 0).astype(int)
scores = []
for train, test in KFold(4, shuffle=True).split(x):
    scores.append(LogisticRegression().fit(x[train], y[train]).score(x[test], y[test]) + test[0])
print(scores)`;

async function batch<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await workplace.reprise('batch', ...args, '--format', 'json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

describe('the folds of scikit-learn', () => {
  let notebook: string;
  let run: string;

  beforeAll(async () => {
    notebook = workplace.notebook('folds.ipynb', ['1 + 1', FOLDS]);
    const { code, stderr } = await workplace.execute(
      'run',
      notebook,
      '--policy',
      'observe',
      '--record-indices',
    );
    expect(code, stderr).toBe(0);
    run = workplace.record().header.run;
  });

  it('are listed, and each says its rows', async () => {
    const listed = await batch<Batches>(notebook);
    expect(listed.cells).toMatchObject([
      { index: 1, taken: 0, steps: [], streams: [{ source: 'sklearn.KFold', batches: 4, passes: 1 }] },
    ]);
    const folds = await Promise.all([1, 2, 3, 4].map((n) => batch<StepBatches>(run, '--step', String(n))));
    const tested = folds.flatMap(({ streams }) => (streams[0]!.batches[0]!.rows as { test: number[] }).test);
    expect(tested.sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
    const { stdout } = await workplace.reprise('batch', run, '--step', '2', '--cell', '1');
    expect(stdout).toMatch(/sklearn\.KFold, line 7: batch 2, 30 rows .*\n {4}train \d+ .*\n {4}test \d+ /);
  });

  it('are refused with the numbers that there are', async () => {
    const late = await workplace.reprise('batch', run, '--step', '5');
    expect(late).toMatchObject({ code: 2 });
    expect(late.stderr).toContain('--step is from 1 to 4');
    const other = await workplace.reprise('batch', run, '--step', '1', '--cell', '0');
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain('Cells that did: 1');
    const wrong = await workplace.reprise('batch', run, '--step', '0');
    expect(wrong).toMatchObject({ code: 2 });
    expect([late, other, wrong].map(stackTrace)).toEqual([undefined, undefined, undefined]);
  });

  it('say in a verdict that the data differed first', async () => {
    const { code, stdout } = await workplace.execute('replay', run, '--format', 'json');
    expect(code).toBe(1);
    const [cause] = (JSON.parse(stdout) as { causes: Cause[] }).causes;
    expect(cause).toMatchObject({ kind: 'unseeded-entropy' });
    expect(cause!.evidence[0]!.what).toMatch(/^Batch 1 of line 7 differs: the data differed first\.$/);
    const replay = workplace.record().header.run;
    const explained = await workplace.reprise('explain', replay);
    expect(explained.stdout).toContain('Batch 1 of line 7 differs: the data differed first.');
  });

  it('are not recorded with --no-ledger, and rows only on request', async () => {
    const off = await workplace.execute('run', notebook, '--no-ledger');
    expect(off.code, off.stderr).toBe(0);
    expect(workplace.record().cells.map(({ training }) => training)).toEqual([undefined, undefined]);
    const none = await workplace.reprise('batch', workplace.record().header.run);
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('--no-ledger');
    const plain = await workplace.execute('run', notebook);
    expect(plain.code, plain.stderr).toBe(0);
    const step = await workplace.reprise('batch', notebook, '--step', '1');
    expect(step.stdout).toContain('Run again with --record-indices.');
    const both = await workplace.execute('run', notebook, '--no-ledger', '--record-indices');
    expect(both).toMatchObject({ code: 2 });
    expect(both.stderr).toContain('give one of them');
  });
});

const TRAINING = `import torch
from torch.utils.data import DataLoader, TensorDataset
torch.manual_seed(0)
x = torch.rand(64, 4)
y = x.sum(1, keepdim=True)
POISON
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for rows, wanted in DataLoader(TensorDataset(x, y), batch_size=4, shuffle=True):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(rows), wanted)
    loss.backward()
    optimizer.step()
print(loss.item())`;

it('names the batch and the step at which one changed row first went in', async (context) => {
  if (!hasTorch()) optional(context, 'torch is not in the environment of the tests');
  const runs: string[] = [];
  const train = async (name: string, poison: string): Promise<string> => {
    const notebook = workplace.notebook(name, [TRAINING.replace('POISON', poison)]);
    const { code, stderr } = await workplace.execute('run', notebook, '--record-indices');
    expect(code, stderr).toBe(0);
    return workplace.record().header.run;
  };
  runs.push(await train('clean.ipynb', ''));
  const sixth = await batch<StepBatches>(runs[0]!, '--step', '6');
  const [row] = sixth.streams[0]!.batches[0]!.rows as number[];
  runs.push(await train('poisoned.ipynb', `x[${row}, 2] += 1e-3`));
  const { stdout } = await workplace.reprise('explain', ...runs);
  expect(stdout).toContain(
    'The first 5 batches of line 9 are the same, batch 6 (step 6) differs: the data differed first',
  );
  const poisoned = await workplace.reprise('batch', runs[1]!, '--step', '6');
  expect(poisoned.stdout).toMatch(new RegExp(`samples .*\\b${row}\\b`));
});

function hasTorch(): boolean {
  try {
    execFileSync(PYTHON, [
      '-c',
      'import importlib.util as u; raise SystemExit(u.find_spec("torch") is None)',
    ]);
    return true;
  } catch {
    return false;
  }
}
