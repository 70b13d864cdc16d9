import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeSnapshots } from '../../../src/git/refs';
import { takeSnapshot } from '../../../src/git/snapshot';
import type { GitState } from '../../../src/lineage/record';
import { Store } from '../../../src/lineage/store';
import type { Failure } from '../../../src/notebook/failure';
import { checkOutRun } from '../../../src/replay/checkout';
import { writeRun } from '../lineage/build';
import { read as readOf } from '../replay/build';
import { listing, Place } from './place';

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

/** A run that is recorded at this root as one that starts now. */
async function recorded(root: string, read: Record<string, string> = {}): Promise<Store> {
  const store = new Store(root).ensure();
  const taken = (await takeSnapshot(root, RUN))!;
  expect(taken.problem).toBeUndefined();
  return written(store, taken.state, read);
}

function written(store: Store, git: GitState | null, read: Record<string, string> = {}): Store {
  const files = Object.entries(read).map(([file, text]) => readOf(file, text));
  writeRun(store, RUN, [{ files }], { header: { notebook: 'train.ipynb', git } });
  return store;
}

async function refusal(work: Promise<unknown>): Promise<Failure> {
  return work.then(
    () => {
      throw new Error('It was to be refused.');
    },
    (error: Failure) => error,
  );
}

describe('a checkout', () => {
  it('says which files are not as the run read them', async () => {
    const root = place.repository();
    place.write('study/model.log', 'ignored\n');
    const store = await recorded(root, {
      'lib/model.py': 'rate = 0.1\n',
      'data/small.csv': 'written while the run was starting\n',
      'model.log': 'ignored\n',
    });
    const { files } = await checkOutRun(store, RUN, place.path('restored'));
    expect(files).toEqual({ checked: 4, differ: ['data/small.csv'], missing: ['model.log'] });
  });

  it('reads nothing outside its folder, whatever the record says', async () => {
    const root = place.repository();
    place.write('secret', 'secret\n');
    const store = await recorded(root, { '../secret': 'secret\n', 'lib/../../secret': 'secret\n' });
    const { files } = await checkOutRun(store, RUN, place.path('restored'));
    expect(files).toEqual({ checked: 1, differ: [], missing: [] });
  });

  it('names the submodules, which are empty', async () => {
    place.repository('part');
    const root = place.repository();
    place.git('study', 'submodule', '--quiet', 'add', '../part', 'part');
    const { submodules } = await checkOutRun(await recorded(root), RUN, place.path('restored'));
    expect(submodules).toEqual(['part']);
  });

  it('lies beside the repository unless told, and is made again after it was deleted', async () => {
    const root = place.repository();
    const store = await recorded(root);
    const { folder } = await checkOutRun(store, RUN);
    expect(folder).toBe(place.path(`study-${RUN}`));
    rmSync(folder, { recursive: true });
    await checkOutRun(store, RUN);
    expect(readFileSync(path.join(folder, 'lib/model.py'), 'utf8')).toBe('rate = 0.1\n');
  });

  it('is of the commit where the run kept no snapshot and nothing had been changed', async () => {
    const root = place.repository();
    const commit = place.git('study', 'rev-parse', 'HEAD').trim();
    const store = written(new Store(root).ensure(), { commit, branch: 'main', dirty: false });
    const found = await checkOutRun(store, RUN, place.path('restored'));
    expect(found).toMatchObject({ commit, snapshot: false });
  });
});

describe('no checkout is made', () => {
  it.each([
    ['that is not empty', (): void => place.write('there/file', 'mine\n'), 'not empty'],
    ['that is a file', (): void => place.write('there', 'mine\n'), 'a file'],
  ])('into a folder %s', async (_what, make, said) => {
    const store = await recorded(place.repository());
    make();
    const before = listing(place.path('there', '..'), (file) => file.startsWith('study'));
    const { reason, message } = await refusal(checkOutRun(store, RUN, place.path('there')));
    expect(reason).toBe('folder-not-empty');
    expect(message).toContain(`${said}. Nothing was checked out.`);
    expect(listing(place.path('there', '..'), (file) => file.startsWith('study'))).toEqual(before);
    expect(place.git('study', 'worktree', 'list').trim().split('\n')).toHaveLength(1);
  });

  it('where the snapshot was deleted, and the commit it was made on is named', async () => {
    const root = place.repository();
    place.write('study/helper.py', 'y = 2\n');
    const store = await recorded(root);
    await removeSnapshots(root, [RUN]);
    place.git('study', 'prune', '--expire=now');
    const { reason, message } = await refusal(checkOutRun(store, RUN, place.path('restored')));
    expect(reason).toBe('snapshot-gone');
    expect(message).toContain(`git fetch origin refs/reprise/${RUN}:refs/reprise/${RUN}`);
    expect(message).toContain(place.git('study', 'rev-parse', 'HEAD').trim());
    expect(existsSync(place.path('restored'))).toBe(false);
  });

  it('of a commit that a shallow clone has not, until it is fetched as the message says', async () => {
    place.repository('origin');
    const first = place.git('origin', 'rev-parse', 'HEAD').trim();
    place.write('origin/lib/model.py', 'rate = 0.2\n');
    place.commit('origin', 'second');
    place.git('origin', 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    place.git('', 'clone', '-q', '--depth', '1', `file://${place.path('origin')}`, 'study');
    const store = written(new Store(place.path('study')).ensure(), {
      commit: first,
      dirty: false,
      snapshot: first,
    });
    const { reason, message } = await refusal(checkOutRun(store, RUN, place.path('restored')));
    expect(reason).toBe('commit-missing');
    const advice = /shallow\. Fetch it, and check out again: git (fetch --depth 1 origin [0-9a-f]+)/.exec(
      message,
    );
    place.git('study', ...advice![1]!.split(' '));
    await checkOutRun(store, RUN, place.path('restored'));
    expect(readFileSync(place.path('restored/lib/model.py'), 'utf8')).toBe('rate = 0.1\n');
  });

  it.each([
    ['that kept none of its changes', { commit: 'a'.repeat(40), dirty: true }, 'what it ran on is lost'],
    ['outside of git', null, 'was not recorded in a git repository'],
  ])('of a run %s', async (_what, git, said) => {
    const store = written(new Store(place.repository()).ensure(), git);
    const { reason, message } = await refusal(checkOutRun(store, RUN, place.path('restored')));
    expect(reason).toBe('no-snapshot');
    expect(message).toContain(said);
  });

  it('of a replay, whose original is named', async () => {
    const store = new Store(place.repository()).ensure();
    writeRun(store, RUN, [{}], { header: { git: null, replayOf: '20261126-110000-abcdef' } });
    const { message } = await refusal(checkOutRun(store, RUN, place.path('restored')));
    expect(message).toContain('reprise checkout 20261126-110000-abcdef');
  });

  it('outside of a repository, and without git', async () => {
    mkdirSync(place.path('plain'));
    const store = written(new Store(place.path('plain')).ensure(), null);
    expect((await refusal(checkOutRun(store, RUN, place.path('restored')))).reason).toBe('no-repository');
    const before = process.env.PATH;
    process.env.PATH = place.path('nothing');
    try {
      expect((await refusal(checkOutRun(store, RUN, place.path('restored')))).reason).toBe('no-git');
    } finally {
      process.env.PATH = before;
    }
  });

  it('of a commit that a record only claims to be one', async () => {
    const store = written(new Store(place.repository()).ensure(), {
      commit: 'HEAD',
      dirty: false,
      snapshot: '--orphan=x',
    });
    expect((await refusal(checkOutRun(store, RUN, place.path('restored')))).reason).toBe('snapshot-gone');
    expect(existsSync(place.path('restored'))).toBe(false);
  });
});
