/** Home directory, user name, host name and secrets are in nothing that Reprise writes or prints. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../src/replay/documents';
import { thisProcess } from '../../src/lineage/owner';
import { PYTHON, type Spawning, Workplace } from './support';

const SECRETS = {
  AWS_SECRET_ACCESS_KEY: 'aws-4f7a1c',
  HF_TOKEN: 'hf-90b2de',
  JUPYTER_TOKEN: 'jupyter-61c3aa',
  REPRISE_TOKEN: 'reprise-07d9f1',
  DATABASE_URL: 'postgres://db-user:db-3be8c0@db/rows',
  LD_PRELOAD_NOTE: 'note-55aa10',
};
const REMOTE_PASSWORD = 'remote-c81e72';

const workplace = new Workplace();
const home = workplace.path('home', 'alice-secret');
const root = path.join(home, 'work');
const printed: string[] = [];

const spawning: Spawning = {
  cwd: root,
  env: {
    ...SECRETS,
    HOME: home,
    USER: 'alice-secret',
    LOGNAME: 'alice-secret',
    HOSTNAME: 'alices-laptop',
    OMP_PLACES: path.join(home, 'places'),
    OPENBLAS_CORETYPE: path.join(home, 'core'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    XDG_DATA_HOME: path.join(home, 'share'),
    JUPYTER_DATA_DIR: path.join(home, 'jupyter'),
    PYTHONPATH: path.join(home, 'modules'),
  },
};

const CELLS = [
  `import os, sys, subprocess, warnings
import helper
with open(os.path.expanduser('~/private/rows.csv')) as file: rows = file.read()
with open(os.path.expanduser('~/private/out.txt'), 'w') as file: file.write('out')
print('done')`,
  `os.makedirs('made', exist_ok=True)
with open('made/inside.txt', 'w') as file: file.write('inside')
here, key = os.getcwd(), os.environ['AWS_SECRET_ACCESS_KEY']
frame = sys._getframe()
print('done')`,
  'warnings.warn("from a cell")\nhelper.noisy()',
  "ours = {'REPRISE_TOKEN', 'REPRISE_CONFIG', 'REPRISE_DRAWN', 'JUPYTER_TOKEN'} & set(os.environ)\nprint(ours, os.environ['HF_TOKEN'][:2])",
  'subprocess.run(["git", "status"], capture_output=True)\nopen(os.path.expanduser("~/private/missing.txt"))',
];

async function reprise(...args: string[]): Promise<string> {
  const { stdout, stderr } = await workplace.start(args, spawning).ended;
  printed.push(stdout, stderr);
  return stdout;
}

function git(...args: string[]): void {
  const identity = ['-c', 'user.name=Alice Secret', '-c', 'user.email=alice-secret@example.org'];
  const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
}

beforeAll(async () => {
  mkdirSync(root, { recursive: true });
  const base = path.relative(workplace.folder, root);
  workplace.write(path.join(base, '..', 'private', 'rows.csv'), 'a\n1\n');
  workplace.write(
    path.join(base, 'helper.py'),
    'import warnings\ndef noisy():\n    warnings.warn("from a module of the notebook", UserWarning, stacklevel=1)\n',
  );
  const notebook = workplace.notebook(path.join(base, 'study', 'private.ipynb'), CELLS);
  git('init', '-q');
  git('remote', 'add', 'origin', `https://alice-secret:${REMOTE_PASSWORD}@example.org/alice/rows.git`);
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  workplace.write(path.join(base, 'study', 'helper.py'), readFileSync(path.join(root, 'helper.py'), 'utf8'));

  const python = ['--python', PYTHON];
  const json = ['--format', 'json'];
  const { run } = JSON.parse(await reprise('run', notebook, ...python, ...json)) as Run;
  await reprise('replay', run, ...python);
  await reprise('run', notebook, ...python, '--progress', 'ndjson', '--allow-errors', '--policy', 'observe');
  await reprise('verify', notebook, ...python, ...json, '--policy', 'full', '--seed', '1');
  await reprise('runs');
  await reprise('runs', ...json);
  await reprise('doctor', notebook, ...python);
  await reprise('run', path.join(root, 'study', 'none.ipynb'), ...python);
  await reprise('run', notebook, '--python', '/nonexistent/python');
});

afterAll(() => workplace.remove());

/** Every file under `.reprise`, less the outputs of cells, which stay as they are. */
function written(): Map<string, string> {
  const store = path.join(root, '.reprise');
  const names = readdirSync(store, { recursive: true }) as string[];
  const files = names.filter((name) => statSync(path.join(store, name)).isFile());
  return new Map(
    files.map((name) => [name, withoutOutputs(name, readFileSync(path.join(store, name), 'utf8'))]),
  );
}

function withoutOutputs(name: string, text: string): string {
  if (name.endsWith('executed.ipynb')) {
    const notebook = JSON.parse(text) as { cells: object[] };
    return JSON.stringify({ ...notebook, cells: notebook.cells.map((cell) => ({ ...cell, outputs: [] })) });
  }
  return name.startsWith('objects') && text.startsWith('[{"') ? '' : text;
}

/** What planted strings a text holds. */
function leaks(text: string): string[] {
  const planted = [
    home,
    'alice-secret',
    'alices-laptop',
    'Alice Secret',
    REMOTE_PASSWORD,
    ...Object.values(SECRETS),
  ];
  const real = [hostname(), userInfo().homedir].filter((name) => name.length > 4);
  return [...planted, ...real].filter((name) => text.includes(name));
}

/** `local.json` may say where the interpreter is: it never leaves the host, and here that is not in the planted home. */
function withoutInterpreter(name: string, text: string): string {
  if (!name.endsWith('local.json')) return text;
  const { python, prefix, ...processes } = JSON.parse(text) as Record<string, unknown>;
  expect([typeof python, typeof prefix]).toEqual(['string', 'string']);
  const { host, boot, pidNamespace } = thisProcess();
  const { pid, kernelPid } = processes;
  expect(processes).toEqual({ pid, kernelPid, host, boot, pidNamespace });
  return JSON.stringify(processes);
}

describe('what is planted around a notebook', () => {
  it('is in nothing that was written under .reprise', () => {
    const files = written();
    expect([...files.keys()].filter((name) => name.endsWith('record.jsonl'))).toHaveLength(5);
    const found = [...files].map(([name, text]) => [name, leaks(withoutInterpreter(name, text))] as const);
    expect(found.filter(([, names]) => names.length > 0)).toEqual([]);
  });

  it('is in nothing that was printed', () => {
    expect(printed.join('')).toContain('FileNotFoundError');
    expect(printed.flatMap((text) => text.split('\n')).filter((line) => leaks(line).length > 0)).toEqual([]);
  });

  it('leaves the facts in the record: the remote, and files outside the root by their place in the home directory', () => {
    const records = [...written()].filter(([name]) => name.endsWith('record.jsonl')).map(([, text]) => text);
    for (const record of records) {
      expect(record).toContain('example.org/alice/rows.git');
      expect(record).toContain('"~/private/rows.csv"');
    }
  });

  it('reaches the kernel, apart from the tokens of Jupyter and Reprise', () => {
    const folder = path.join(root, '.reprise', 'runs');
    const executed = readdirSync(folder).map((run) =>
      readFileSync(path.join(folder, run, 'executed.ipynb'), 'utf8'),
    );
    const shown = executed.map(
      (text) => (JSON.parse(text) as { cells: { outputs: unknown }[] }).cells[3]!.outputs,
    );
    expect(shown).toEqual(shown.map(() => [{ output_type: 'stream', name: 'stdout', text: ['set() hf\n'] }]));
  });
});
