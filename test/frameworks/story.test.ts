/** The talk's story in Keras 3: seeded by hand, one dropout forgotten; and what `tf.random.set_seed` alone leaves open. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from '../cli/support';

type Finding = { rule: string; cell: { index: number }; range: { start: { line: number } } };

const root = path.resolve(__dirname, '../..');
const place = new Workplace();
place.store.ensure();
afterAll(() => place.remove());

/** `cell`, `line`: where the draw is that no seed reaches; `shows`: the cell whose outputs differ first. */
const STORIES = [
  { name: 'unseeded-dropout', cell: 3, line: 2, shows: 8 },
  { name: 'set-seed-is-not-enough', cell: 4, line: 1, shows: 4 },
] as const;

describe.each(STORIES)('the example $name', ({ name, cell, line, shows }) => {
  const notebook = `${name}.ipynb`;
  copyFileSync(path.join(root, 'examples', notebook), place.path(notebook));

  it('is found by lint, at the line', async () => {
    const { code, stdout } = await place.reprise('lint', notebook, '--format', 'json');
    expect(code).toBe(1);
    const [linted] = (JSON.parse(stdout) as { files: { findings: Finding[] }[] }).files;
    expect(
      linted!.findings.map((found) => [found.rule, found.cell.index, found.range.start.line + 1]),
    ).toContainEqual(['keras-layer-unseeded', cell, line]);
  });

  it('differs in plain Jupyter', async () => {
    const executed = ['a', 'b'].map((folder) => place.path(folder, notebook));
    await Promise.all(
      executed.map((file) => {
        const folder = path.dirname(file);
        mkdirSync(folder, { recursive: true });
        const env = {
          ...process.env,
          IPYTHONDIR: path.join(folder, '.ipython'),
          JUPYTER_PREFER_ENV_PATH: '1',
        };
        const plain = path.join(root, 'scripts', 'demo', 'plain.py');
        return promisify(execFile)(PYTHON, [plain, place.path(notebook), file], { cwd: folder, env });
      }),
    );
    const { code, stdout } = await place.reprise('compare', ...executed, '--format', 'json');
    expect([code, (JSON.parse(stdout) as Judgement).firstDivergence?.index]).toEqual([1, shows]);
  });

  it('differs under observe, which names the cell and the line', async () => {
    const { code, judgement } = await verify('observe');
    expect([code, judgement.verdict, judgement.firstDivergence?.index]).toEqual([1, 'different', cell]);
    expect(judgement.cells.find(({ index }) => index === shows)?.verdict).toBe('different');
    const drawn = place.record(judgement.original).cells.flatMap(({ entropy }) => entropy);
    expect(drawn).toContainEqual(
      expect.objectContaining({ source: 'python.random', reach: 'unreached', at: { cell, line } }),
    );
    const [cause] = judgement.causes;
    expect(cause).toMatchObject({ kind: 'unseeded-entropy' });
    expect(cause!.evidence).toContainEqual(expect.objectContaining({ where: { cell, line } }));
  });

  it.each(['close', 'full'])('repeats under %s, which needs no change to it', async (policy) => {
    const { code, judgement } = await verify(policy);
    expect([code, judgement.verdict], JSON.stringify(judgement.causes)).toEqual([0, 'canonical']);
    const drawn = place.record(judgement.original).cells.flatMap(({ entropy }) => entropy);
    expect(drawn).toContainEqual(
      expect.objectContaining({ source: 'python.random', reach: 'enforced', at: { cell, line } }),
    );
  });

  async function verify(policy: string): Promise<{ code: number | null; judgement: Judgement }> {
    const { code, stdout } = await place.execute(
      'verify',
      notebook,
      '--against',
      'fresh',
      '--policy',
      policy,
      '--format',
      'json',
    );
    return { code, judgement: JSON.parse(stdout) as Judgement };
  }
});

it('repeats once lint has mended the dropout', async () => {
  copyFileSync(path.join(root, 'examples', 'unseeded-dropout.ipynb'), place.path('mended.ipynb'));
  expect((await place.reprise('lint', '--fix', 'mended.ipynb')).code).toBe(0);
  const { code } = await place.execute('verify', 'mended.ipynb', '--against', 'fresh', '--policy', 'observe');
  expect(code).toBe(0);
});
