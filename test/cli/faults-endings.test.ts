/** Runs that end before their notebook does: killed, cancelled, out of time, or with the notebook gone. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLocal } from '../../src/lineage/local';
import { notebookText, PYTHON, type Running, stackTrace, until, Workplace } from './support';

/** Two workers wait with the cell: they must not stay behind either. */
const WAIT = [
  'import multiprocessing, time',
  'pool = multiprocessing.get_context("fork").Pool(2)',
  'open("waiting", "w").close()',
  'time.sleep(600)',
].join('\n');

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

/** A run of `first`, then of a cell that waits with its workers, which it has begun to do. */
async function waiting(first = 'a = 1', group = false): Promise<Running & { run: string; runner: number }> {
  const notebook = place.notebook('study.ipynb', [first, WAIT, 'print("never")']);
  const running = place.start(['run', notebook, '--python', PYTHON], { group });
  await until('the second cell waits', () => existsSync(place.path('waiting')));
  const run = place.store.runIds()[0]!;
  return { ...running, run, runner: readLocal(place.store.runFolder(run)).pid! };
}

/** The first cell is recorded, the chain holds, and the list of runs shows the run as `status`. */
async function expectKept(run: string, status: string): Promise<void> {
  const record = place.record(run);
  expect(record.broken).toBeNull();
  expect(record.cells.map((cell) => [cell.id, cell.status])).toContainEqual(['c0', 'ok']);
  expect(record.cells.map((cell) => cell.id)).not.toContain('c2');
  expect((await place.runs()).map((listed) => [listed.run, listed.status])).toEqual([[run, status]]);
}

describe('a killed kernel', () => {
  it('ends the run as died, with the cell named and the cells before it kept', async () => {
    const kill = `${WAIT.split('\n').slice(0, 2).join('\n')}\nimport os; os.kill(os.getpid(), 9)`;
    const ended = await place.execute('run', place.notebook('study.ipynb', ['a = 1', kill, 'print(a)']));
    expect(ended.code).toBe(5);
    expect(ended.stdout).toContain('The kernel died in cell 1 (SIGKILL, often for lack of memory)');
    expect(ended.stdout).toContain('what was recorded until then is kept');
    expect(stackTrace(ended)).toBeUndefined();
    expect(await place.leftBehind()).toEqual([]);
    const run = place.store.runIds()[0]!;
    await expectKept(run, 'died');
    expect(place.record(run).summary).toMatchObject({
      died: { index: 1, id: 'c1', signal: 'SIGKILL' },
      skipped: [{ index: 2, id: 'c2' }],
    });
  });

  it('makes a verdict impossible, never good', async () => {
    const once = 'import os\nif os.path.exists("mortal"): os.kill(os.getpid(), 9)\nprint("alive")';
    const notebook = place.notebook('study.ipynb', ['a = 1', once]);
    expect((await place.execute('run', notebook)).code).toBe(0);
    place.write('mortal', '');
    const ended = await place.execute('replay', notebook);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('The kernel died in cell 1 (SIGKILL)');
    const [replay, original] = place.store.runIds();
    expect((await place.reprise('compare', original!, replay!)).code).toBe(4);
  });
});

describe('a killed command', () => {
  it('takes its runner, kernel and workers with it; the runner closes the record', async () => {
    const { child, run, ended } = await waiting();
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect(await place.leftBehind(20_000)).toEqual([]);
    await expectKept(run, 'cancelled');
  });

  it('leaves nothing running even when its runner was killed as well', async () => {
    const { child, run, runner } = await waiting();
    child.kill('SIGKILL');
    process.kill(runner, 'SIGKILL');
    expect(await place.leftBehind()).toEqual([]);
    await expectKept(run, 'incomplete');
  });

  it('says so when only its runner was killed', async () => {
    const { ended, run, runner } = await waiting();
    process.kill(runner, 'SIGKILL');
    const { code, stderr, ...rest } = await ended;
    expect(code).toBe(5);
    expect(stderr).toContain(`What was recorded until then is kept as run ${run}`);
    expect(stackTrace({ code, stderr, ...rest })).toBeUndefined();
    expect(await place.leftBehind()).toEqual([]);
    await expectKept(run, 'incomplete');
  });
});

describe('Ctrl-C', () => {
  it.each([
    ['sent to the command', false],
    ['sent to its process group, as a terminal does', true],
  ])('%s cancels, and the partial record is closed', async (_how, group) => {
    const { child, run, ended } = await waiting('a = 1', group);
    process.kill(group ? -child.pid! : child.pid!, 'SIGINT');
    const said = await ended;
    expect(said.code).toBe(130);
    expect(said.stdout).toContain('what was recorded until then is kept');
    expect(stackTrace(said)).toBeUndefined();
    expect(await place.leftBehind()).toEqual([]);
    await expectKept(run, 'cancelled');
    expect(place.record(run).summary?.status).toBe('cancelled');
    expect(existsSync(path.join(place.store.runFolder(run), 'executed.ipynb'))).toBe(true);
  });

  it('between the runs of a verification ends it without a verdict', async () => {
    const notebook = place.notebook('study.ipynb', ['a = 1', WAIT]);
    const running = place.start(['verify', notebook, '--python', PYTHON, '--format', 'json']);
    await until('the cell waits', () => existsSync(place.path('waiting')));
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'reprise/error/0', reason: 'cancelled' });
    expect(await place.leftBehind()).toEqual([]);
  });
});

describe('--timeout', () => {
  it('interrupts an endless loop: the cell is an error, the cells after it are skipped', async () => {
    const notebook = place.notebook('study.ipynb', ['a = 1', 'while True: pass', 'print("never")']);
    const ended = await place.execute('run', notebook, '--timeout', '2');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('cell 1 ran longer than 2 s and was interrupted');
    expect(stackTrace(ended)).toBeUndefined();
    const { cells, summary } = place.record();
    expect(cells.map((cell) => cell.error?.ename)).toEqual([undefined, 'KeyboardInterrupt']);
    expect(summary).toMatchObject({ status: 'error', skipped: [{ index: 2, id: 'c2' }] });
    expect(await place.leftBehind()).toEqual([]);
  });

  it('kills the kernel of a cell that will not be interrupted', async () => {
    const stubborn = 'import time\nwhile True:\n  try: time.sleep(60)\n  except BaseException: pass';
    const notebook = place.notebook('study.ipynb', ['a = 1', stubborn, 'print("never")']);
    const ended = await place.execute('run', notebook, '--timeout', '1');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('cell 1 did not stop when it was interrupted');
    expect(stackTrace(ended)).toBeUndefined();
    expect(await place.leftBehind()).toEqual([]);
    await expectKept(place.store.runIds()[0]!, 'error');
    expect(place.record().summary).toMatchObject({ skipped: [{ index: 2, id: 'c2' }] });
  });
});

describe('a notebook that is not there any more', () => {
  const change = 'import os; os.rename("other.ipynb", "study.ipynb")';

  it('still runs to its end from the sources it had, and the text says so', async () => {
    const notebook = place.notebook('study.ipynb', ['import os; os.remove("study.ipynb")', 'print("on")']);
    const ended = await place.execute('run', notebook);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('The notebook was changed or deleted on disk while it ran');
    expect(place.record().cells).toHaveLength(2);
    const replay = await place.execute('replay', place.store.runIds()[0]!);
    expect(replay.stdout).toContain('ran only in the original');
    expect(replay.code).toBe(1);
  });

  it('is verified from the sources that ran', async () => {
    const remove = 'import os\nif os.path.exists("study.ipynb"): os.remove("study.ipynb")\nprint("on")';
    const ended = await place.execute('verify', place.notebook('study.ipynb', [remove]));
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('changed or deleted on disk meanwhile');
    expect(ended.stdout).toContain('Same in 1 of 1 run');
  });

  it('is not written into by --in-place when it changed meanwhile', async () => {
    place.notebook('other.ipynb', ['the = "user\'s newer work"']);
    const newer = place.read('other.ipynb');
    const ended = await place.execute('run', place.notebook('study.ipynb', [change]), '--in-place');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--in-place wrote nothing');
    expect(place.read('study.ipynb')).toBe(newer);
    expect(place.record().summary?.status).toBe('ok');
  });

  it('is left alone by a run without --in-place, and gets its outputs with it', async () => {
    const text = notebookText(['print("out")']);
    const notebook = place.write('study.ipynb', text);
    expect((await place.execute('run', notebook)).code).toBe(0);
    expect(place.read('study.ipynb')).toBe(text);
    rmSync(place.store.folder, { recursive: true });
    expect((await place.execute('run', notebook, '--in-place')).code).toBe(0);
    const { cells } = JSON.parse(readFileSync(notebook, 'utf8')) as { cells: { outputs: unknown[] }[] };
    expect(cells[0]!.outputs).toEqual([{ output_type: 'stream', name: 'stdout', text: ['out\n'] }]);
  });
});
