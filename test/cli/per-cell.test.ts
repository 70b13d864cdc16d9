/** Streams per cell: what runs again repeats, as a session, as a run from the top and as a replay. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import type { RunRecord } from '../../src/lineage/record';
import { PYTHON, Workplace } from './support';

const execute = promisify(execFile);
const DRIVER = path.join(__dirname, 'drive_kernel.py');

const CELLS = [
  'import random, numpy as np',
  'print(random.random(), np.random.rand(), np.random.default_rng().random())',
  'np.random.seed(42)',
  'print(np.random.rand())',
  'print(np.random.rand(), random.random())',
];
const OWN = 'rng = np.random.default_rng()';
const MOVES = 'print(rng.random())';

const workplace = new Workplace();
const environment = {
  JUPYTER_DATA_DIR: workplace.path('jupyter'),
  XDG_DATA_HOME: workplace.path('share'),
  JUPYTER_PLATFORM_DIRS: '0',
};

beforeAll(() => workplace.write('.reprise/.gitignore', '*\n'));
afterAll(() => workplace.remove());

/** What each execution said, with every cell sent three times in a row to a live kernel, and its record. */
async function thrice(notebook: string, ...args: string[]): Promise<{ said: string[][]; record: RunRecord }> {
  const installing = ['kernel', notebook, '--install', '--seed', '7', '--python', PYTHON, '--format', 'json'];
  const { code, stdout, stderr } = await workplace.start([...installing, ...args], { env: environment })
    .ended;
  expect(code, stderr).toBe(0);
  const { name } = JSON.parse(stdout) as { name: string };
  const drive = [DRIVER, 'cells', name, notebook, 'thrice'];
  const driven = await execute(PYTHON, drive, { env: { ...process.env, ...environment } });
  const said = JSON.parse(driven.stdout) as string[];
  return {
    said: said.flatMap((_, at) => (at % 3 === 0 ? [said.slice(at, at + 3)] : [])),
    record: workplace.record(),
  };
}

describe('a live kernel', () => {
  let notebook: string;
  let live: Awaited<ReturnType<typeof thrice>>;

  beforeAll(async () => {
    notebook = workplace.notebook('study.ipynb', CELLS);
    live = await thrice(notebook, '--rng', 'per-cell');
  });

  it('gives the same each time a cell runs', () => {
    for (const texts of live.said) expect(new Set(texts).size).toBe(1);
    expect(live.said[3]![2]).toBe('0.3745401188473625\n');
    expect(live.record.header.rng).toBe('per-cell');
    expect(live.record.cells.map(({ rerun }) => rerun?.differs ?? [])).toEqual(
      live.record.cells.map(() => []),
    );
  });

  it('is repeated by a replay from the top', async () => {
    const run = live.record.header.run;
    const { code, stdout, stderr } = await workplace.execute('replay', run, '--format', 'json');
    expect(code, stderr).toBe(0);
    expect((JSON.parse(stdout) as Judgement).verdict).toBe('identical');
    expect(workplace.record().header.rng).toBe('per-cell');
  });

  it('gives what a run from the top gives', async () => {
    const { code, stdout, stderr } = await workplace.execute(
      'run',
      notebook,
      '--rng',
      'per-cell',
      '--seed',
      '7',
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('streams per cell');
    const top = workplace.record().cells;
    const last = live.record.cells.filter((_, at) => at % 3 === 2);
    expect(top.map(({ outputs }) => outputs.raw)).toEqual(last.map(({ outputs }) => outputs.raw));
  });
});

it('says in the record why a cell gave something else the second time', async () => {
  const notebook = workplace.notebook('moves.ipynb', [...CELLS.slice(0, 2), OWN, MOVES]);
  const session = await thrice(notebook);
  expect(new Set(session.said[1]).size).toBe(3);
  expect(session.record.header.rng).toBe('per-session');
  const why = { source: 'numpy.default_rng', why: 'new-stream' };
  expect(session.record.cells[4]!.rerun?.differs).toEqual([
    { source: 'numpy.global', why: 'continues' },
    { source: 'python.random', why: 'continues' },
    why,
  ]);
  const perCell = await thrice(notebook, '--rng', 'per-cell');
  expect(new Set(perCell.said[1]).size).toBe(1);
  expect(new Set(perCell.said[3]).size).toBe(3);
  expect(perCell.record.cells[10]!.rerun?.differs).toEqual([{ variable: 'rng', why: 'generator' }]);
});

describe('a sidecar that asks for it', () => {
  it('is followed by verify, whose replays take the streams of the record', async () => {
    const notebook = workplace.notebook('settled.ipynb', CELLS);
    const settings = { rng: 'per-cell' };
    workplace.write('settled.repro.json', JSON.stringify({ schema: 'reprise/notebook/1', settings }));
    const { code, stderr } = await workplace.execute('verify', notebook);
    expect(code, stderr).toBe(0);
    const runs = workplace.store.runIds().slice(0, 2);
    expect(runs.map((run) => workplace.record(run).header.rng)).toEqual(['per-cell', 'per-cell']);
  });

  it('is refused with the values that there are', async () => {
    const notebook = workplace.notebook('wrong.ipynb', CELLS);
    const settings = { rng: 'cell' };
    workplace.write('wrong.repro.json', JSON.stringify({ schema: 'reprise/notebook/1', settings }));
    const setting = await workplace.execute('run', notebook);
    expect(setting).toMatchObject({ code: 2 });
    expect(setting.stderr).toContain('settings.rng must be "session" or "per-cell"');
    const option = await workplace.execute('run', notebook, '--rng', 'cell');
    expect(option).toMatchObject({ code: 2 });
    expect(option.stderr).toContain('session, per-cell');
  });
});
