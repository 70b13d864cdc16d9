import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitAt, removeSnapshots, snapshotOf } from '../../../src/git/refs';
import { takeSnapshot, type Taken } from '../../../src/git/snapshot';
import { snapshotNotice } from '../../../src/git/words';
import type { GitState } from '../../../src/lineage/record';
import { Store } from '../../../src/lineage/store';
import { checkOutRun } from '../../../src/replay/checkout';
import { writeRun } from '../lineage/build';
import { kept, listing, Place, repositoryFiles, type Listing } from './place';
import { type Found, STATES } from './states';

const RUN = '20261126-120000-abcdef';
let place: Place;

beforeEach(() => {
  place = new Place();
  process.env.GIT_CONFIG_GLOBAL = '/dev/null';
});

afterEach(() => {
  delete process.env.GIT_CONFIG_GLOBAL;
  place.remove();
});

/** Every byte of the working tree, without the repository. */
function everything(top: string): Listing {
  return listing(top, (file) => file === '.git');
}

function commitOf({ snapshot, problem }: Taken): string {
  expect(problem).toBeUndefined();
  expect(snapshot).toMatch(/^[0-9a-f]{40}$/);
  return snapshot!;
}

/** The run's files are those `expected`, although the user has gone on, and all of the user's stays as it is then. */
async function expectCheckedOut(found: Found, git: GitState | null, expected: Listing): Promise<void> {
  const top = found.top ?? found.root;
  const store = new Store(found.root).ensure();
  writeRun(store, RUN, [{}], { header: { notebook: 'train.ipynb', git } });
  writeFileSync(path.join(found.root, 'later.py'), 'later\n');
  if (existsSync(path.join(found.root, 'train.ipynb')))
    appendFileSync(path.join(found.root, 'train.ipynb'), ' ');
  const before = users(top, found.git!);

  const { folder, root, snapshot } = await checkOutRun(store, RUN, place.path('restored'));

  expect(users(top, found.git!)).toEqual(before);
  expect(existsSync(place.path('hook-ran'))).toBe(false);
  expect(kept(folder)).toEqual(expected);
  expect(snapshot).toBe(true);
  expect(path.relative(folder, root)).toBe(path.relative(top, found.root));
}

/** The user's files, and the repository but for its list of working trees. */
function users(top: string, git: string): { files: Listing; git: Listing } {
  const isOfCheckout = (file: string): boolean => /^(modules\/\w+\/)?worktrees\/(restored\/|$)/.test(file);
  const repository = Object.entries(repositoryFiles(git)).filter(([file]) => !isOfCheckout(file));
  return { files: everything(top), git: Object.fromEntries(repository) };
}

describe('a snapshot of a repository that is', () => {
  it.each(STATES)('$name', async ({ build, left = [], none }) => {
    const found = build(place);
    const top = found.top ?? found.root;
    if (none === undefined) writeFileSync(path.join(top, 'run.log'), 'ignored');
    const before = { files: everything(top), git: found.git && repositoryFiles(found.git) };

    const taken = await takeSnapshot(found.root, RUN);

    expect(everything(top)).toEqual(before.files);
    expect(found.git && repositoryFiles(found.git)).toEqual(before.git);
    expect(existsSync(place.path('hook-ran'))).toBe(false);
    if (none !== undefined) return expect(taken).toBeNull();

    const commit = commitOf(taken!);
    expect(await snapshotOf(found.root, RUN)).toBe(commit);
    await expectCheckedOut(found, taken!.state, kept(top, left));
  });
});

describe('a snapshot', () => {
  it('is made by nobody, on the commit that was checked out, and says what it is for', async () => {
    const root = place.repository();
    place.write('study/train.ipynb', 'changed');
    place.git('study', 'remote', 'add', 'origin', 'https://me:SECRET@host.example/study.git');
    const taken = (await takeSnapshot(root, RUN))!;
    const head = place.git('study', 'rev-parse', 'HEAD').trim();
    expect(taken.state).toEqual({
      commit: head,
      branch: 'main',
      remote: 'https://host.example/study.git',
      dirty: true,
      snapshot: taken.snapshot,
    });
    const shown = place.git('study', 'show', '-s', '--format=%an <%ae> %cn <%ce> %P %s', taken.snapshot!);
    expect(shown.trim()).toBe(
      `Reprise <reprise@localhost> Reprise <reprise@localhost> ${head} Files at the start of run ${RUN}`,
    );
  });

  it('is the commit itself where nothing differs from it', async () => {
    const root = place.repository();
    const { snapshot, state } = (await takeSnapshot(root, RUN))!;
    expect(snapshot).toBe(place.git('study', 'rev-parse', 'HEAD').trim());
    expect(state?.dirty).toBe(false);
    expect(place.git('study', 'rev-parse', `refs/reprise/${RUN}`).trim()).toBe(snapshot);
  });

  it('is not pushed, and is gone when its run is', async () => {
    const root = place.repository();
    place.git('', 'init', '-q', '--bare', 'origin.git');
    place.git('study', 'remote', 'add', 'origin', '../origin.git');
    place.write('study/helper.py', 'y = 2\n');
    const commit = commitOf((await takeSnapshot(root, RUN))!);
    place.git('study', 'push', '-q', 'origin', 'main');
    place.git('study', 'push', '-q', '--all', 'origin');
    expect(place.git('origin.git', 'for-each-ref', '--format=%(refname)').trim()).toBe('refs/heads/main');
    await removeSnapshots(root, [RUN, '20261126-120000-000000']);
    expect(await snapshotOf(root, RUN)).toBeUndefined();
    place.git('study', 'reflog', 'expire', '--expire=now', '--all');
    place.git('study', 'prune', '--expire=now');
    expect(await commitAt(root, commit)).toBeUndefined();
  });

  it('is not taken from within a hook for the repository of the hook', async () => {
    const root = place.repository();
    place.repository('other');
    place.write('study/helper.py', 'y = 2\n');
    const hook = {
      GIT_DIR: place.path('other/.git'),
      GIT_INDEX_FILE: place.path('other/.git/index'),
      GIT_WORK_TREE: place.path('other'),
    };
    Object.assign(process.env, hook);
    try {
      commitOf((await takeSnapshot(root, RUN))!);
    } finally {
      for (const name of Object.keys(hook)) delete process.env[name];
    }
    expect(place.git('study', 'ls-tree', '--name-only', `refs/reprise/${RUN}`)).toContain('helper.py');
    expect(await snapshotOf(place.path('other'), RUN)).toBeUndefined();
  });

  it('says what is not in it', async () => {
    const root = place.repository();
    place.write('study/dump.bin', Buffer.alloc(11 << 20));
    place.repository('study/inner');
    const notice = snapshotNotice((await takeSnapshot(root, RUN))!);
    expect(notice).toBe(
      'Not in the snapshot of the files: inner/ (a repository of its own), dump.bin (too big: 12 MB).',
    );
  });

  it('is not taken, and the run not stopped, without git', async () => {
    const root = place.repository();
    const path = process.env.PATH;
    process.env.PATH = place.path('nothing');
    try {
      expect(await takeSnapshot(root, RUN)).toBeNull();
    } finally {
      process.env.PATH = path;
    }
  });

  it('is not taken, and the run not stopped, where the repository cannot be written', async (context) => {
    const root = place.repository();
    place.write('study/helper.py', 'y = 2\n');
    const readOnly = place.path('study/.git');
    try {
      execFileSync('mount', ['--bind', readOnly, readOnly], { stdio: 'pipe' });
    } catch {
      return context.skip('optional: mounting was refused');
    }
    try {
      execFileSync('mount', ['-o', 'remount,ro,bind', readOnly], { stdio: 'pipe' });
      const taken = (await takeSnapshot(root, RUN))!;
      expect(taken).toMatchObject({ state: { branch: 'main', dirty: false }, left: [] });
      expect(taken.snapshot).toBeUndefined();
      expect(snapshotNotice(taken)).toMatch(
        /^No snapshot of the files was taken: .*(Read-only file system|unable to write).*\. The run goes on without one\.$/,
      );
    } finally {
      execFileSync('umount', [readOnly]);
    }
  });

  it('is not taken of a repository that is too large to look at first', async () => {
    const root = place.repository();
    const header = Buffer.from('DIRC\0\0\0\x02\0\x01\x86\xa1', 'latin1');
    writeFileSync(path.join(root, '.git/index'), header);
    expect(snapshotNotice((await takeSnapshot(root, RUN))!)).toBe(
      'No snapshot of the files was taken: the repository has 100001 tracked files, more than 100000. The run goes on without one.',
    );
  });
});
