import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { document } from '../documents';
import { stackTrace, Workplace } from './support';

const USER = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'init.defaultBranch=main'];
let place: Workplace;

beforeEach(() => {
  place = new Workplace();
  place.notebook('study.ipynb', ['from helper import rate', 'print(open("data.csv").read(), rate)']);
  place.write('helper.py', 'rate = 0.1\n');
  place.write('data.csv', '1,2\n');
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
});

afterEach(() => place.remove());

function git(...args: string[]): string {
  return execFileSync('git', [...USER, ...args], { cwd: place.folder, encoding: 'utf8' }).trim();
}

async function run(...args: string[]): Promise<string> {
  const ended = await place.execute('run', 'study.ipynb', '--format', 'json', ...args);
  expect(ended.code, ended.stderr).toBe(0);
  return document<{ run: string }>(ended, 'run-1').run;
}

describe('a run in a repository', () => {
  it('keeps the files as they were when it started, and says so in its record', async () => {
    place.write('helper.py', 'rate = 0.2\n');
    const id = await run();
    const { git: state } = place.record(id).header;
    expect(state).toEqual({
      commit: git('rev-parse', 'HEAD'),
      branch: 'main',
      dirty: true,
      snapshot: git('rev-parse', `refs/reprise/${id}`),
    });
    expect(git('show', `${state!.snapshot}:helper.py`)).toBe('rate = 0.2');
    expect(git('status', '--porcelain')).toBe('M helper.py');
  });

  it('keeps none with --no-snapshot, and still says which commit it was', async () => {
    const id = await run('--no-snapshot');
    expect(place.record(id).header.git).toEqual({
      commit: git('rev-parse', 'HEAD'),
      branch: 'main',
      dirty: false,
    });
    expect(git('for-each-ref', 'refs/reprise')).toBe('');
  });

  it('is verified with one snapshot, of the run itself', async () => {
    const { code } = await place.execute('verify', 'study.ipynb');
    expect(code).toBe(0);
    const original = place.store.runIds().find((id) => place.record(id).header.replayOf === undefined);
    expect(git('for-each-ref', '--format=%(refname)', 'refs/reprise')).toBe(`refs/reprise/${original}`);
  });

  it('takes its snapshot along when it is removed', async () => {
    const [first, second] = [await run(), await run()];
    const { code } = await place.reprise('gc', '--keep', '1', '--older-than', '0', '--apply');
    expect(code).toBe(0);
    expect(existsSync(place.store.runFolder(first))).toBe(false);
    expect(git('for-each-ref', '--format=%(refname)', 'refs/reprise')).toBe(`refs/reprise/${second}`);
  });
});

describe('gc', () => {
  it('removes snapshots of runs whose folders were deleted, and leaves those of another root', async () => {
    const [lost, stays] = [await run(), await run()];
    const other = place.store.newRunId();
    rmSync(place.store.runFolder(other), { recursive: true });
    git('update-ref', `refs/reprise/${other}`, 'HEAD');
    rmSync(place.store.runFolder(lost), { recursive: true });
    const refs = (): string[] => git('for-each-ref', '--format=%(refname)', 'refs/reprise').split('\n');

    const planned = await place.reprise('gc', '--format', 'json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ applied: false, snapshots: [lost] });
    expect(refs()).toHaveLength(3);

    expect((await place.reprise('gc', '--apply')).stdout).toContain(`no longer here: ${lost}`);
    expect(refs().sort()).toEqual([`refs/reprise/${stays}`, `refs/reprise/${other}`].sort());
    const after = await place.reprise('gc', '--format', 'json');
    expect(JSON.parse(after.stdout)).toMatchObject({ snapshots: [] });
  });
});

describe('gc where git does not do its part', () => {
  const prune = ['gc', '--keep', '1', '--older-than', '0', '--apply'];

  it('says so, and the next one does it', async () => {
    const [first] = [await run(), await run()];
    const lock = place.path('.git', 'refs', 'reprise', `${first}.lock`);
    writeFileSync(lock, '');
    const ended = await place.reprise(...prune);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(
      /snapshots of what was removed are still in git: .*lock.*The next gc tries again/,
    );
    expect(ended.stdout).toContain('Removed 1 runs');
    expect(stackTrace(ended)).toBeUndefined();
    rmSync(lock);
    expect((await place.reprise(...prune)).code).toBe(0);
    expect(git('for-each-ref', 'refs/reprise').split('\n')).toHaveLength(1);
  });

  it('does not forget what it took, where there is no git any more', async () => {
    const [first] = [await run(), await run()];
    mkdirSync(place.path('bin'));
    symlinkSync('/usr/bin/dirname', place.path('bin', 'dirname'));
    const bare = { env: { PATH: place.path('bin') } };
    const ended = await place.start(prune, bare).ended;
    expect([ended.code, ended.stderr]).toEqual([5, expect.stringContaining('git is not installed')]);
    expect((await place.reprise(...prune)).code).toBe(0);
    expect(git('for-each-ref', 'refs/reprise')).not.toContain(first);
  });
});

describe('the files of a run', () => {
  /** Bytes of what lies in a folder, by path; without the repository and what is recorded. */
  function filesIn(folder: string): Record<string, string> {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const files = names.filter((name) => !/^\.(git|reprise)(\/|$)/.test(name));
    const isFile = (name: string): boolean => statSync(join(folder, name)).isFile();
    return Object.fromEntries(
      files.filter(isFile).map((name) => [name, readFileSync(join(folder, name), 'hex')]),
    );
  }

  it('are had again, byte for byte, after the user has gone on', async () => {
    place.notebook('study.ipynb', ['from helper import rate', 'print(rate, "dirty")']);
    place.write('helper.py', 'rate = 0.2\r\n');
    place.notebook('drafts/new.ipynb', ['1']);
    const ran = filesIn(place.folder);
    const id = await run();
    place.notebook('study.ipynb', ['print("something else")']);
    place.write('helper.py', 'rate = 0.3\n');
    rmSync(place.path('drafts'), { recursive: true });
    git('add', 'helper.py');
    const before = {
      files: filesIn(place.folder),
      status: git('status', '--porcelain'),
      head: git('rev-parse', 'HEAD'),
    };

    const to = place.path('..', `${basename(place.folder)}-restored`);
    try {
      const ended = await place.reprise('checkout', id, '--to', to, '--format', 'json');
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        schema: 'reprise/checkout/0',
        run: id,
        folder: `../${basename(to)}`,
        commit: git('rev-parse', `refs/reprise/${id}`),
        snapshot: true,
        files: { differ: [], missing: [] },
      });
      expect(filesIn(to)).toEqual(ran);
      expect({
        files: filesIn(place.folder),
        status: git('status', '--porcelain'),
        head: git('rev-parse', 'HEAD'),
      }).toEqual(before);
    } finally {
      rmSync(to, { recursive: true, force: true });
    }
  });

  it('are refused for a run that is not there, with what to do', async () => {
    const { code, stderr } = await place.reprise('checkout', '20260101-000000-abcdef');
    expect(code).toBe(2);
    expect(stderr).toContain('There is no run 20260101-000000-abcdef here');
    expect(stderr).toContain('reprise runs');
  });
});
