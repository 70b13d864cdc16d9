/** Journals of files that a replay kept: those that are the user's own are finished, and no other is acted upon. */
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../../../src/lineage/owner';
import type { RecordedFile } from '../../../src/lineage/record';
import { Store } from '../../../src/lineage/store';
import { type Journal, writeJournal } from '../../../src/replay/execution/journal';
import { keepFiles, putFilesBack, recover, refuseIfBusy } from '../../../src/replay/execution/putback';
import { temporaryFolder, writeRun } from '../lineage/build';
import { record, sha, wrote } from './build';

const REPLAY = '20260102-000000-bbbbbb';
const GONE = 2 ** 30;

let store: Store;
let outside: string;
const before = process.env.XDG_STATE_HOME;

beforeEach(() => {
  process.env.XDG_STATE_HOME = temporaryFolder();
  store = new Store(realpathSync(temporaryFolder())).ensure();
  outside = realpathSync(temporaryFolder());
  mkdirSync(store.runFolder(REPLAY));
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
});

const at = (...parts: string[]): string => path.join(store.root, ...parts);
const read = (...parts: string[]): string => readFileSync(at(...parts), 'utf8');
const write = (name: string, content: string): void => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
};
const cellsThatWrote = (...files: RecordedFile[]) => record([{ files }]).cells;
const journalFile = (): string => path.join(store.putbackFolder, `${REPLAY}.json`);

/** A replay whose process was killed after it had kept what these names hold. */
function killed(names: readonly string[], change: Partial<Journal> = {}): void {
  const cells = cellsThatWrote(...names.map((name) => wrote(name, 'recorded')));
  const journal = keepFiles(store, REPLAY, cells, false)!;
  const owner = { ...journal.owner, pid: GONE };
  writeJournal(store, { ...journal, owner, ...change });
}

function recovered(): { paths: string[]; aside: string[]; warnings: string[] } {
  const told = { paths: [] as string[], aside: [] as string[], warnings: [] as string[] };
  recover(store, {
    onRecovered: (paths, aside) => {
      told.paths.push(...paths);
      told.aside.push(...aside);
    },
    onWarning: (warning) => told.warnings.push(warning),
  });
  return told;
}

describe('folders that the run made', () => {
  const made = { path: 'new/a.txt', mode: 'write', attribution: 'exact', created: true } as const;
  const cells = record([{ files: [made], folders: ['new', 'new/empty', 'mine', '../outside'] }]).cells;

  it('are taken away with what it wrote, where nothing else is in them, and put back', () => {
    write('new/a.txt', 'of the run');
    write('mine/b.txt', "the user's");
    mkdirSync(at('new/empty'), { mode: 0o750 });
    const journal = keepFiles(store, REPLAY, cells, false);
    expect([existsSync(at('new')), read('mine/b.txt')]).toEqual([false, "the user's"]);
    expect(putFilesBack(store, REPLAY, journal)).toEqual([]);
    expect([read('new/a.txt'), statSync(at('new/empty')).mode & 0o777]).toEqual(['of the run', 0o750]);
  });

  it('come back after a replay that was killed', () => {
    mkdirSync(at('new/empty'), { recursive: true });
    const journal = keepFiles(store, REPLAY, cells, false)!;
    writeJournal(store, { ...journal, owner: { ...journal.owner, pid: GONE } });
    expect(existsSync(at('new'))).toBe(false);
    expect(recovered()).toEqual({ paths: [], aside: [], warnings: [] });
    expect(existsSync(at('new/empty'))).toBe(true);
    expect(existsSync(journalFile())).toBe(false);
  });

  it('are left alone where a link leads to them now', () => {
    symlinkSync(outside, at('new'));
    mkdirSync(path.join(outside, 'empty'));
    keepFiles(store, REPLAY, cells, false);
    expect(existsSync(path.join(outside, 'empty'))).toBe(true);
  });
});

describe('files of a killed replay', () => {
  it('are put back by the next command, which then has nothing left to do', () => {
    write('table.csv', 'mine');
    killed(['table.csv', 'absent.csv']);
    write('table.csv', 'of the replay');
    write('absent.csv', 'of the replay');
    const aside = [`.reprise/runs/${REPLAY}/files`];
    expect(recovered()).toEqual({ paths: ['table.csv'], aside, warnings: [] });
    expect(read(...aside, 'absent.csv')).toBe('of the replay');
    expect(read('table.csv')).toBe('mine');
    expect(existsSync(at('absent.csv'))).toBe(false);
    expect(readdirSync(store.putbackFolder)).toEqual([]);
    expect(recovered()).toEqual({ paths: [], aside: [], warnings: [] });
  });

  it('that were none are set aside, and where to is said', () => {
    killed(['absent.csv']);
    write('absent.csv', 'mine, since then');
    const aside = [`.reprise/runs/${REPLAY}/files`];
    expect(recovered()).toEqual({ paths: [], aside, warnings: [] });
    expect(read(...aside, 'absent.csv')).toBe('mine, since then');
  });

  it('are put back behind a folder that is a link, as it was then', () => {
    symlinkSync(outside, at('data'));
    write('data/table.csv', 'mine');
    killed(['data/table.csv', 'data/absent.csv']);
    write('data/table.csv', 'of the replay');
    write('data/absent.csv', 'of the replay');
    expect(recovered()).toMatchObject({ paths: ['data/table.csv'], warnings: [] });
    expect(readFileSync(path.join(outside, 'table.csv'), 'utf8')).toBe('mine');
    expect(readdirSync(outside)).toEqual(['table.csv']);
  });

  it('go past one whose kept copy is missing, which is named', () => {
    write('first.csv', 'first');
    write('lost.csv', 'lost');
    write('last.csv', 'last');
    killed(['first.csv', 'lost.csv', 'last.csv']);
    for (const name of ['first.csv', 'lost.csv', 'last.csv']) write(name, 'of the replay');
    rmSync(store.objectPath(sha('lost')));
    const { paths, warnings } = recovered();
    expect(paths).toEqual(['first.csv', 'last.csv']);
    expect([read('first.csv'), read('last.csv')]).toEqual(['first', 'last']);
    expect(warnings).toEqual([expect.stringContaining('lost.csv (its kept copy is no longer in')]);
    expect(warnings[0]).toContain(`.reprise/runs/${REPLAY}/files`);
    expect(readFileSync(path.join(store.runFolder(REPLAY), 'files', 'lost.csv'), 'utf8')).toBe(
      'of the replay',
    );
    expect(readdirSync(store.putbackFolder)).toEqual([]);
  });

  it('are never made of a copy that somebody changed', () => {
    write('table.csv', 'mine');
    killed(['table.csv']);
    writeFileSync(store.objectPath(sha('mine')), 'planted');
    const { paths, warnings } = recovered();
    expect([paths, warnings]).toEqual([[], [expect.stringContaining('its kept copy was changed')]]);
    expect(existsSync(at('table.csv'))).toBe(true);
    expect(read('table.csv')).not.toBe('planted');
    expect(existsSync(journalFile())).toBe(false);
    expect(readdirSync(store.root).filter((name) => name.startsWith('.reprise-'))).toEqual([]);
  });

  it('wait where the path leads to another place now, until it leads back', () => {
    mkdirSync(at('out'));
    write('out/table.csv', 'mine');
    write('other.csv', 'mine too');
    killed(['out/table.csv', 'other.csv']);
    renameSync(at('out'), at('out-of-the-way'));
    symlinkSync(outside, at('out'));
    writeFileSync(path.join(outside, 'table.csv'), "somebody else's");
    const first = recovered();
    expect(first.paths).toEqual(['other.csv']);
    expect(first.warnings).toEqual([
      expect.stringContaining('out/table.csv (its path leads to another place now)'),
    ]);
    expect(readFileSync(path.join(outside, 'table.csv'), 'utf8')).toBe("somebody else's");

    rmSync(at('out'));
    mkdirSync(at('out'));
    expect(recovered()).toMatchObject({ paths: ['out/table.csv'], warnings: [] });
    expect(read('out/table.csv')).toBe('mine');
    expect(readdirSync(store.putbackFolder)).toEqual([]);
  });

  it('that are back are not touched again when another one is tried again', () => {
    write('back.csv', 'mine');
    writeFileSync(path.join(outside, 'then.csv'), 'mine too');
    symlinkSync(path.join(outside, 'then.csv'), at('link.csv'));
    killed(['back.csv', 'link.csv']);
    writeRun(store, REPLAY, [{ files: [wrote('back.csv', 'of the replay', { created: true })] }]);
    write('back.csv', 'of the replay');
    rmSync(at('link.csv'));
    expect(recovered().paths).toEqual(['back.csv']);
    write('back.csv', 'written since');
    symlinkSync(path.join(outside, 'then.csv'), at('link.csv'));
    writeFileSync(path.join(outside, 'then.csv'), 'of the replay');
    expect(recovered().paths).toEqual(['link.csv']);
    expect(read('back.csv')).toBe('written since');
    expect(readFileSync(path.join(outside, 'then.csv'), 'utf8')).toBe('mine too');
  });

  it('that come back late leave what was written there since in the run folder', () => {
    write('out/table.csv', 'mine');
    killed(['out/table.csv']);
    renameSync(at('out'), at('out-of-the-way'));
    symlinkSync(outside, at('out'));
    expect(recovered().paths).toEqual([]);
    rmSync(at('out'));
    write('out/table.csv', 'written since');
    expect(recovered().paths).toEqual(['out/table.csv']);
    expect(read('out/table.csv')).toBe('mine');
    const since = path.join(store.runFolder(REPLAY), 'since', 'out', 'table.csv');
    expect(readFileSync(since, 'utf8')).toBe('written since');
  });

  it('wait where a link leads to another file now', () => {
    writeFileSync(path.join(outside, 'then.csv'), 'mine');
    writeFileSync(path.join(outside, 'now.csv'), "somebody else's");
    symlinkSync(path.join(outside, 'then.csv'), at('link.csv'));
    killed(['link.csv']);
    rmSync(at('link.csv'));
    symlinkSync(path.join(outside, 'now.csv'), at('link.csv'));
    expect(recovered().warnings).toEqual([expect.stringContaining('link.csv (its path leads')]);
    expect(readFileSync(path.join(outside, 'now.csv'), 'utf8')).toBe("somebody else's");
    expect(existsSync(journalFile())).toBe(true);
  });
});

describe('a journal that is not the own', () => {
  /** As it would come with an archive: whoever wrote it has no key of this user. */
  function planted(journal: object, mark = 'f'.repeat(64)): void {
    mkdirSync(store.putbackFolder, { recursive: true });
    writeFileSync(journalFile(), JSON.stringify({ journal: JSON.stringify(journal), mark }));
  }
  const kept = (change: object) => ({
    path: 'table.csv',
    object: store.putObject(Buffer.from('planted')),
    mode: 0o644,
    mtimeNs: '0',
    ...change,
  });
  const journal = (change: object) => ({
    replay: REPLAY,
    owner: { ...thisProcess(), pid: GONE },
    hostname: 'here',
    kept: [],
    absent: [],
    ...change,
  });
  /** Marked with the key itself, which no one else has: so that only what it says can refuse it. */
  function markedJournal(document: object): void {
    write('own.csv', 'mine');
    killed(['own.csv']);
    rmSync(journalFile());
    const key = readFileSync(path.join(process.env.XDG_STATE_HOME!, 'reprise', 'putback.key'));
    const text = JSON.stringify(document);
    planted(
      document,
      createHmac('sha256', key).update(`reprise/putback/0\0${store.root}\0${text}`).digest('hex'),
    );
  }

  it('is left where it is and never acted upon, and that is said once', () => {
    write('table.csv', 'mine');
    planted(journal({ kept: [kept({})], absent: [{ path: 'table.csv' }] }));
    const { paths, warnings } = recovered();
    expect(paths).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/does not come from you.*not acted upon/)]);
    expect(recovered().warnings).toEqual([]);
    expect(read('table.csv')).toBe('mine');
    expect(existsSync(journalFile())).toBe(true);
    expect(() => refuseIfBusy(store)).not.toThrow();
  });

  it('is one of an older version too, whose files stay in the store', () => {
    write('table.csv', 'of the replay');
    mkdirSync(store.putbackFolder);
    const { pid } = thisProcess();
    writeFileSync(
      journalFile(),
      JSON.stringify({ replay: REPLAY, owner: { pid }, kept: [kept({})], absent: [] }),
    );
    expect(recovered().warnings).toEqual([
      expect.stringContaining('copy what you miss back from .reprise/objects'),
    ]);
    expect(read('table.csv')).toBe('of the replay');
  });

  it('is one that was moved to another folder', () => {
    write('table.csv', 'mine');
    killed(['table.csv']);
    const text = readFileSync(journalFile(), 'utf8');
    store = new Store(realpathSync(temporaryFolder())).ensure();
    write('table.csv', "somebody else's");
    mkdirSync(store.putbackFolder);
    writeFileSync(journalFile(), text);
    expect(recovered()).toMatchObject({ paths: [], warnings: [expect.stringContaining('this folder')] });
    expect(read('table.csv')).toBe("somebody else's");
  });

  it('is one that was changed after it was written', () => {
    write('table.csv', 'mine');
    killed(['table.csv']);
    writeFileSync(journalFile(), readFileSync(journalFile(), 'utf8').replace('table.csv', 'other.csv'));
    write('other.csv', "somebody else's");
    expect(recovered().paths).toEqual([]);
    expect(read('other.csv')).toBe("somebody else's");
  });

  it.each([
    ['a path that leads up', () => ({ kept: [kept({ path: '../table.csv' })] })],
    ['a path that is absolute', () => ({ kept: [kept({ path: path.join(outside, 'table.csv') })] })],
    ['a path that is none', () => ({ absent: [{ path: '' }] })],
    ['a target that is relative', () => ({ absent: [{ path: 'a', target: '../b' }] })],
    ['an object that is a path', () => ({ kept: [kept({ object: '../../table.csv' })] })],
    ['a mode that is text', () => ({ kept: [kept({ mode: '0644' })] })],
    ['a time that is no number', () => ({ kept: [kept({ mtimeNs: 'now' })] })],
    ['a replay that is a path', () => ({ replay: '../../../table' })],
    ["another replay's name", () => ({ replay: '20260103-000000-cccccc' })],
    ['files that are no list', () => ({ kept: null })],
    ['an owner that is none', () => ({ owner: null })],
  ])('is damaged with %s', (_, change) => {
    writeFileSync(path.join(outside, 'table.csv'), "somebody else's");
    markedJournal(journal(change()));
    const { paths, warnings } = recovered();
    expect([paths, warnings]).toEqual([[], [expect.stringMatching(/damaged|cannot be read/)]]);
    expect(readFileSync(path.join(outside, 'table.csv'), 'utf8')).toBe("somebody else's");
    expect(existsSync(journalFile())).toBe(true);
  });

  it('is none at all where it is a link', () => {
    mkdirSync(store.putbackFolder);
    symlinkSync('/dev/zero', journalFile());
    expect(recovered().warnings).toEqual([expect.stringContaining('it is no journal')]);
  });

  it('does not keep a replay from putting its own files back', () => {
    write('table.csv', 'mine');
    const held = keepFiles(store, REPLAY, cellsThatWrote(wrote('table.csv', 'recorded')), false);
    write('table.csv', 'of the replay');
    rmSync(process.env.XDG_STATE_HOME!, { recursive: true });
    planted(journal({ kept: [] }));
    expect(putFilesBack(store, REPLAY, held)).toEqual([]);
    expect(read('table.csv')).toBe('mine');
  });
});

describe('the owner of a journal', () => {
  const hourAgo = (): void => utimesSync(journalFile(), new Date(0), new Date(Date.now() - 3_700_000));

  it('is taken to go on while its process runs', () => {
    write('table.csv', 'mine');
    killed(['table.csv'], { owner: thisProcess() });
    expect(recovered()).toMatchObject({ paths: [], warnings: [] });
    expect(() => refuseIfBusy(store)).toThrow(`Replay ${REPLAY} holds files here. Wait`);
  });

  it('has ended when its number is another process of the same number', () => {
    write('table.csv', 'mine');
    killed(['table.csv'], { owner: { ...thisProcess(), started: '1' } });
    expect(recovered().paths).toEqual(['table.csv']);
  });

  it('has ended with a former boot of the machine', () => {
    write('table.csv', 'mine');
    killed(['table.csv'], { owner: { ...thisProcess(), boot: 'the one before' } });
    expect(() => refuseIfBusy(store)).not.toThrow();
    expect(recovered().paths).toEqual(['table.csv']);
  });

  it('is never taken to have ended on another machine, which is named with what to do', () => {
    write('table.csv', 'mine');
    killed(['table.csv'], {
      owner: { ...thisProcess(), host: 'another', boot: 'another' },
      hostname: 'node\x1b[31m7',
    });
    expect(recovered()).toMatchObject({ paths: [], warnings: [] });
    expect(() => refuseIfBusy(store)).toThrow(/holds files here/);
    hourAgo();
    const { paths, warnings } = recovered();
    expect([paths, warnings]).toEqual([
      [],
      [expect.stringContaining('run any reprise command in this folder on node')],
    ]);
    expect(warnings[0]).not.toContain('\x1b');
    expect(() => refuseIfBusy(store)).toThrow(/begun on node.*--isolated/);
    expect(read('table.csv')).toBe('mine');
  });

  it('in another container goes on as long as it renews its journal', () => {
    write('table.csv', 'mine');
    killed(['table.csv'], { owner: { ...thisProcess(), host: 'a container', pidNamespace: 'pid:[1]' } });
    expect(recovered()).toMatchObject({ paths: [], warnings: [] });
    expect(() => refuseIfBusy(store)).toThrow(/holds files here/);
    hourAgo();
    expect(() => refuseIfBusy(store)).not.toThrow();
    expect(recovered().paths).toEqual(['table.csv']);
  });
});

describe('what is kept', () => {
  it('is a file whose name begins with a tilde', () => {
    write('~draft.csv', 'mine');
    write('~/table.csv', 'mine too');
    const cells = cellsThatWrote(
      wrote('~draft.csv', 'recorded', { created: true }),
      wrote('./~/table.csv', 'recorded', { created: true }),
    );
    const held = keepFiles(store, REPLAY, cells, false);
    expect([existsSync(at('~draft.csv')), existsSync(at('~/table.csv'))]).toEqual([false, false]);
    putFilesBack(store, REPLAY, held);
    expect([read('~draft.csv'), read('~/table.csv')]).toEqual(['mine', 'mine too']);
  });

  it('is nothing that lies outside the root, whatever its name', () => {
    write('table.csv', 'mine');
    const cells = cellsThatWrote(
      wrote('table.csv', 'recorded', { outside: true, created: true }),
      wrote('~/table.csv', 'recorded', { outside: true, created: true }),
    );
    expect(keepFiles(store, REPLAY, cells, false)).toMatchObject({ kept: [], absent: [] });
    expect(read('table.csv')).toBe('mine');
  });

  it('is not what has a name that no path can have here: the replay is refused', () => {
    const cells = cellsThatWrote(wrote('caf\udce9.csv', 'recorded'));
    expect(() => keepFiles(store, REPLAY, cells, false)).toThrow(/not UTF-8 \(caf\ufffd\.csv\).*--overwrite/);
    expect(() => keepFiles(store, REPLAY, cells, true)).not.toThrow();
  });

  it('can be finished by nobody but its user: the key is readable by nobody else', () => {
    killed([]);
    expect(statSync(path.join(process.env.XDG_STATE_HOME!, 'reprise', 'putback.key')).mode & 0o777).toBe(
      0o600,
    );
  });
});

describe('files that a replay makes anew', () => {
  const created = (name: string) => ({ ...wrote(name, 'recorded'), created: true });

  it('are out of its way where two paths lead to one of them, and back after it', () => {
    write('model.pt', 'mine');
    symlinkSync('model.pt', at('latest.pt'));
    const journal = keepFiles(
      store,
      REPLAY,
      cellsThatWrote(created('model.pt'), created('latest.pt')),
      false,
    );
    expect(existsSync(at('model.pt'))).toBe(false);
    expect(putFilesBack(store, REPLAY, journal)).toEqual([]);
    expect([read('model.pt'), read('latest.pt')]).toEqual(['mine', 'mine']);
  });

  it('are back where one of them cannot be taken out of its way, and nothing is held', (context) => {
    write('first.csv', 'mine');
    write('last.csv', 'mine');
    const immutable = spawnSync('chattr', ['+i', at('last.csv')]).status === 0;
    try {
      if (!immutable) return context.skip();
      const keep = () =>
        keepFiles(store, REPLAY, cellsThatWrote(created('first.csv'), created('last.csv')), false);
      expect(keep).toThrow(/^last\.csv cannot be taken out of the replay's way \(EPERM\)\. Nothing ran\./);
      expect([read('first.csv'), read('last.csv')]).toEqual(['mine', 'mine']);
      expect(readdirSync(store.putbackFolder)).toEqual([]);
    } finally {
      spawnSync('chattr', ['-i', at('last.csv')]);
    }
  });
});
