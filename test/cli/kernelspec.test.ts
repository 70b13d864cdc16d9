/** The installed kernel gives any Jupyter front end what the runner gives. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/notebook/canon';
import { rawDigest, type Output } from '../../src/notebook/output';
import type { CellLine, RecordHeader, RunRecord } from '../../src/lineage/record';
import { PYTHON, Workplace } from './support';

const execute = promisify(execFile);
const DRIVER = path.join(__dirname, 'drive_kernel.py');

const CELLS = [
  `import random, os
import numpy as np, pandas as pd
class Noisy:
    @property
    def value(self):
        return random.random() + np.random.rand() + np.random.default_rng().random()
    def __dir__(self):
        random.random(); return ['value']
    def __getattr__(self, name):
        if name.startswith('_'):
            np.random.rand()
        raise AttributeError(name)
noisy = Noisy()
words = {'alpha', 'beta', 'gamma', 'delta'}`,
  'print(random.random(), np.random.rand(), np.random.standard_normal())',
  "data = pd.DataFrame({'a': np.random.default_rng().normal(size=5)})\nprint(data, list(words))",
  "data.to_csv('drawn.csv')\nwith open('input.txt') as file: text = file.read()\nprint(len(text), np.random.standard_normal())",
  'def more(n):\n    return data["a"].sum() + n * np.random.default_rng().random()\nprint(more(2), random.gauss(0, 1))',
  'import uuid, time, warnings\ntoken = uuid.uuid4()\nbegun = time.time()\nwarnings.warn("careful")',
  'data["b"] = 1\ndel text\nprint(random.gauss(0, 1), noisy.value)',
  'np.random.seed(3)\nnoisy, np.random.rand()\nprint(np.array([1e308]) * 10)',
];

const workplace = new Workplace();
const environment = {
  JUPYTER_DATA_DIR: workplace.path('jupyter'),
  XDG_DATA_HOME: workplace.path('share'),
  JUPYTER_PLATFORM_DIRS: '0',
};
let notebook: string;
let kernel: { name: string; spec: { argv: string[]; env: Record<string, string> } };

async function drive(how: 'nbclient' | 'cells', ...rest: string[]): Promise<unknown> {
  const { stdout } = await execute(PYTHON, [DRIVER, how, kernel.name, notebook, ...rest], {
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout);
}

beforeAll(async () => {
  workplace.write('.reprise/.gitignore', '*\n');
  workplace.write('study/input.txt', 'the same');
  notebook = workplace.notebook('study/work.ipynb', CELLS);
  const args = ['kernel', notebook, '--install', '--seed', '7', '--python', PYTHON, '--format', 'json'];
  const { code, stdout, stderr } = await workplace.start(args, { env: environment }).ended;
  expect(code, stderr).toBe(0);
  kernel = JSON.parse(stdout) as typeof kernel;
});

afterAll(() => workplace.remove());

it('is installed where Jupyter looks, with a copy of the agent that no update moves', () => {
  const spec = workplace.path('jupyter', 'kernels', kernel.name, 'kernel.json');
  expect(JSON.parse(readFileSync(spec, 'utf8'))).toEqual(kernel.spec);
  const [python, agent, ...rest] = kernel.spec.argv;
  expect([python, ...rest]).toEqual([PYTHON, '-f', '{connection_file}']);
  expect(agent).toMatch(new RegExp(`^${workplace.path('share')}/reprise/agent/[0-9a-f]{64}\\.pyz$`));
  expect(existsSync(agent!)).toBe(true);
});

it('draws the same numbers whatever completion, inspection and silent requests draw between the cells', async () => {
  const quiet = (await drive('cells')) as string[];
  const asked = (await drive('cells', 'asking')) as string[];
  expect(quiet[1]).toMatch(/^\d\.\d+ \d\.\d+ -?\d\.\d+\n$/);
  expect(asked).toEqual(quiet);
});

describe('under nbclient', () => {
  let executed: { cells: { outputs: Output[] }[] };
  let byClient: RunRecord;
  let byRunner: RunRecord;

  beforeAll(async () => {
    const { code, stdout, stderr } = await workplace.execute(
      'run',
      notebook,
      '--seed',
      '7',
      '--format',
      'json',
    );
    expect(code, stderr).toBe(0);
    byRunner = workplace.record((JSON.parse(stdout) as { run: string }).run);
    const before = new Set(workplace.store.runIds());
    executed = (await drive('nbclient')) as typeof executed;
    byClient = workplace.record(workplace.store.runIds().find((run) => !before.has(run)));
  });

  it('records an unbroken chain of every cell', () => {
    expect(byClient).toMatchObject({ broken: null });
    expect(byClient.cells.map(({ index, id }) => [index, id])).toEqual(CELLS.map((_, i) => [i, `c${i}`]));
  });

  it('shows what the record digests', () => {
    expect(executed.cells.map(({ outputs }) => rawDigest(outputs))).toEqual(
      byClient.cells.map(({ outputs }) => outputs.raw),
    );
  });

  it('writes the header of the runner', () => {
    const facts = (header: RecordHeader) => without(header, 'run', 'startedAt', 'starter', 'prev');
    expect(facts(byClient.header)).toEqual(facts(byRunner.header));
  });

  it.each(CELLS.map((source, index) => [index, source.split('\n').at(-1)!] as const))(
    'writes the line of the runner for cell %i: %s',
    (index) => {
      expect(facts(byClient.cells[index]!)).toEqual(facts(byRunner.cells[index]!));
    },
  );
});

/**
 * A cell's line without what no two runs share: times, the chain, the kernel's process id in the paths of warnings, and
 * what only the operating system decides.
 */
function facts(line: CellLine): object {
  const own = (name: string): boolean => ['token', 'begun'].includes(name);
  const { raw, count } = line.outputs;
  const outputs = JSON.parse(workplace.store.getObject(raw).toString('utf8')) as Output[];
  return {
    ...without(line, 'startedAt', 'durationMs', 'prev'),
    outputs: { canonical: canonicalize(outputs, { source: CELLS[line.index] }).outputs, count },
    writes: line.writes.map((write) => (own(write.name) ? write.name : write)),
  };
}

function without<T extends object>(value: T, ...names: (keyof T)[]): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name as keyof T)));
}
