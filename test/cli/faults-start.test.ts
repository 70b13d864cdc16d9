/** Kernels that cannot start, and folders whose files could keep one from starting. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PYTHON, stackTrace, Workplace } from './support';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

async function expectNothingRan(env: NodeJS.ProcessEnv, ...says: string[]): Promise<void> {
  const notebook = place.notebook('study.ipynb', ['open("ran.txt", "w")']);
  const ended = await place.start(['run', notebook, '--python', PYTHON], { env }).ended;
  expect(ended.code).toBe(5);
  for (const text of says) expect(ended.stderr).toContain(text);
  expect(stackTrace(ended)).toBeUndefined();
  expect(await place.leftBehind()).toEqual([]);
  expect(await place.runs()).toEqual([]);
}

describe('a kernel that never starts', () => {
  it('says which import failed, and what to try', async () => {
    place.write('broken/ipykernel/__init__.py', 'raise ImportError("half an installation")');
    const env = { PYTHONPATH: place.path('broken') };
    await expectNothingRan(env, 'ImportError: half an installation', 'Nothing ran', 'reprise doctor');
  });

  it('is given up after a bounded time', async () => {
    place.write('broken/ipykernel/__init__.py', 'import time; time.sleep(600)');
    const env = { PYTHONPATH: place.path('broken'), REPRISE_START_SECONDS: '3' };
    await expectNothingRan(env, 'did not answer within 3 s', 'REPRISE_START_SECONDS', 'Nothing ran');
  });

  it('can be cancelled while it is waited for', async () => {
    place.write('broken/ipykernel/__init__.py', 'open("importing", "w"); import time; time.sleep(600)');
    const notebook = place.notebook('study.ipynb', ['print(1)']);
    const env = { PYTHONPATH: place.path('broken') };
    const running = place.start(['run', notebook, '--python', PYTHON], { env });
    await expect.poll(() => existsSync(place.path('importing')), { timeout: 30_000 }).toBe(true);
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain('Nothing ran');
    expect(await place.leftBehind()).toEqual([]);
  });
});

describe('a Python that cannot run notebooks', () => {
  it('without ipykernel is named, with the command that installs it', async () => {
    execFileSync(PYTHON, ['-m', 'venv', '--without-pip', place.path('bare')]);
    const notebook = place.notebook('study.ipynb', ['print(1)']);
    const ended = await place.reprise('run', notebook, '--python', place.path('bare/bin/python'));
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('bare/bin/python has no ipykernel');
    expect(ended.stderr).toContain('bare/bin/python -m pip install ipykernel');
    expect(ended.stderr).toContain('Nothing ran');
    expect(stackTrace(ended)).toBeUndefined();
    expect(await place.runs()).toEqual([]);
  });

  it.each([
    ['is missing', 'nowhere/python', undefined],
    ['is no program', 'notes.txt', 'some notes'],
  ])('%s', async (_what, name, content) => {
    if (content !== undefined) place.write(name, content);
    const notebook = place.notebook('study.ipynb', ['print(1)']);
    const ended = await place.reprise('run', notebook, '--python', `./${name}`, '--format', 'json');
    expect(ended.code).toBe(5);
    expect(JSON.parse(ended.stdout)).toMatchObject({ schema: 'reprise/error/0', reason: 'no-python' });
    expect(stackTrace(ended)).toBeUndefined();
  });
});

describe('user modules with the names of ours and of the standard library', () => {
  const MODULES = [
    'agent',
    'random',
    'reprise',
    'tracking',
    'recorder',
    'kernel',
    'config',
    'json',
    'reprise_agent',
  ];
  const CELLS = [
    `import importlib\nfor name in ${JSON.stringify(MODULES.slice(0, -1))}:\n    module = importlib.import_module(name)\n    print(name, getattr(module, "MINE", "not mine"))`,
    'import multiprocessing\nfrom concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as pool: print(sum(pool.map(abs, [-1, -2])))',
  ];
  const PLAIN = [
    'import nbformat, sys',
    'from nbclient import NotebookClient',
    'notebook = nbformat.read(sys.argv[1], 4)',
    'NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": sys.argv[2]}}).execute()',
    'print("".join(output["text"] for cell in notebook.cells for output in cell.outputs), end="")',
  ].join('\n');

  it('are imported as in plain Jupyter, and the kernel works', async () => {
    for (const name of MODULES) place.write(`${name}.py`, `MINE = "mine"\n`);
    const notebook = place.notebook('study.ipynb', CELLS);
    const plain = execFileSync(PYTHON, ['-I', '-c', PLAIN, notebook, place.folder], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(plain).toContain('agent mine\n');
    const ended = await place.execute('run', notebook);
    expect(ended.code).toBe(0);
    const { cells } = place.record();
    const printed = cells.flatMap((cell) => {
      const outputs = JSON.parse(place.store.getObject(cell.outputs.raw).toString()) as { text: string }[];
      return outputs.map((output) => output.text);
    });
    expect(printed.join('')).toBe(plain);
    expect(cells.flatMap((cell) => cell.faults)).toEqual([]);
    const verified = await place.start(['verify', path.basename(notebook), '--python', PYTHON]).ended;
    expect(verified.code).toBe(0);
  });
});
