import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'vite';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyGc, planGc } from '../../../src/lineage/gc';
import type { From, Lineages, Part } from '../../../src/lineage/index/lineages';
import { IndexedLineages } from '../../../src/lineage/index/indexed';
import { StoreLineages } from '../../../src/lineage/index/open';
import { RecordLineages } from '../../../src/lineage/index/records';
import { type Database, openDatabase, sqlite } from '../../../src/lineage/index/sqlite';
import { RecordError } from '../../../src/lineage/read';
import { namesIn, type Store } from '../../../src/lineage/store';
import { temporaryFolder, temporaryStore } from './build';
import {
  FILES,
  random,
  type Random,
  randomLines,
  randomRuns,
  runAt,
  STARTS,
  writeLines,
} from './randomStore';

const opened: Database[] = [];

function database(store: Store): Database {
  const found = openDatabase(store)!;
  opened.push(found);
  return found;
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const { db } of opened.splice(0)) if (db.isOpen) db.close();
});

/** An answer, or why there is none. */
function answer(ask: () => Part): unknown {
  try {
    const { notebook, nodes, edges } = ask();
    return {
      notebook,
      nodes: nodes.map((node) => JSON.stringify(node)),
      edges: edges.map(({ from, to, kind, seen }) => `${from} ${kind} ${to} ${seen}`),
    };
  } catch (error) {
    if (error instanceof RecordError) return error.reason;
    throw error;
  }
}

const parts = (
  runs: readonly string[],
): { run: string; from: From; direction: 'upstream' | 'downstream' }[] =>
  runs.flatMap((run) =>
    STARTS.flatMap((from) => [
      { run, from, direction: 'upstream' as const },
      { run, from, direction: 'downstream' as const },
    ]),
  );

/** Asks everything of both, and says how much there was to say. */
function compare(
  lineages: Lineages,
  store: Store,
  runs: readonly string[],
  files: readonly (typeof FILES)[number][] = FILES,
): { nodes: number; touches: number } {
  const records = new RecordLineages(store);
  const said = { nodes: 0, touches: 0 };
  for (const file of files) {
    const expected = records.touches(file);
    said.touches += expected.length;
    expect(lineages.touches(file)).toEqual(expected);
  }
  for (const { run, from, direction } of parts(runs)) {
    const expected = answer(() => records.part(run, from, direction));
    expect({ run, from, direction, answer: answer(() => lineages.part(run, from, direction)) }).toEqual({
      run,
      from,
      direction,
      answer: expected,
    });
    if (typeof expected === 'object') said.nodes += (expected as Part).nodes.length;
  }
  return said;
}

/** Steps in the life of a record. */
const TURNS = 5;

/** Older than the steps in which file times go on. */
const settle = (): Promise<void> => wait(150);

describe('the index of a store', () => {
  it.each([1, 2, 3])('answers as the records do, store %i', async (seed) => {
    const store = temporaryStore();
    const runs = randomRuns(store, random(seed), 14);
    await settle();
    const said = compare(new IndexedLineages(database(store).db, store), store, runs);
    expect(said.nodes).toBeGreaterThan(500);
    expect(said.touches).toBeGreaterThan(50);
  });

  it.each([12, 13])('follows records that grow, end, and are replaced, store %i', async (seed) => {
    const store = temporaryStore();
    const dice = random(seed);
    const lines = new Map(
      Array.from({ length: 3 }, (_, minute) => [
        runAt(minute),
        randomLines(dice, { run: runAt(minute), minute }, 40),
      ]),
    );
    const { db } = database(store);
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [run, all] of lines) change(store, run, all, turn, dice);
      if (dice.chance(0.5)) await settle();
      compare(
        new IndexedLineages(db, store),
        store,
        [...lines.keys()].filter((run) => existsSync(store.recordPath(run))),
      );
    }
  });

  it('reads of a record that grew only what is new', () => {
    const store = temporaryStore();
    const run = runAt(0);
    const lines = randomLines(random(7), { run, minute: 0 }, 400).filter(
      (line) => !/"(summary|closing)"/.test(line),
    );
    writeLines(store, run, lines.slice(0, 300));
    const lineages = new IndexedLineages(database(store).db, store);
    lineages.touches({ path: 'log.txt' });
    const before = opened[0]!.db.prepare('SELECT offset FROM run').get();
    expect(before).toEqual({ offset: statSync(store.recordPath(run)).size });
    appendFileSync(store.recordPath(run), `${lines.slice(300).join('\n')}\n{"type":"cell","pr`);
    compare(new IndexedLineages(opened[0]!.db, store), store, [run]);
    const whole = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    expect(opened[0]!.db.prepare('SELECT offset, state FROM run').get()).toEqual({
      offset: whole,
      state: 'open',
    });
  });

  it('notices a record that was altered where it had been read, without growing', async () => {
    const store = temporaryStore();
    const [run] = randomRuns(store, random(3), 1) as [string];
    const lines = randomLines(random(3), { run, minute: 0 }, 30);
    writeLines(store, run, lines);
    await settle();
    const { db } = database(store);
    compare(new IndexedLineages(db, store), store, [run]);
    const { mtime } = statSync(store.recordPath(run));
    const text = readFileSync(store.recordPath(run), 'utf8');
    writeFileSync(store.recordPath(run), text.replaceAll('"name":"df"', '"name":"fd"'));
    utimesSync(store.recordPath(run), mtime, mtime);
    const { nodes } = compare(new IndexedLineages(db, store), store, [run]);
    expect(nodes).toBeGreaterThan(0);
  });

  it('says what is wrong with a record as the record does', () => {
    const store = temporaryStore();
    writeLines(store, runAt(0), []);
    writeLines(store, runAt(1), ['{"type":"header","schema":"reprise/record/9","prev":"0"}']);
    mkdirSync(store.runFolder(runAt(2)));
    const lineages = new IndexedLineages(database(store).db, store);
    expect(lineages.touches({ path: 'log.txt' })).toEqual([]);
    for (const run of [runAt(0), runAt(1), runAt(2), runAt(3)]) {
      const asked = { variable: 'a' };
      const reason = answer(() => new RecordLineages(store).part(run, asked, 'upstream'));
      expect(answer(() => lineages.part(run, asked, 'upstream'))).toBe(reason);
      expect(reason).toBeTypeOf('string');
    }
  });
});

/** The second half of it. */
function zeroed(bytes: Buffer): Buffer {
  return bytes.fill(0, Math.floor(bytes.length / 2));
}

function withoutEdges(database: string): void {
  const db = new (sqlite()!.DatabaseSync)(database);
  db.exec('DROP TABLE edge');
  db.close();
}

/** A program that asks an index about all files, and prints the answers. @returns its path */
async function asker(): Promise<string> {
  const folder = temporaryFolder();
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: {
        input: { open: 'src/lineage/index/open.ts', store: 'src/lineage/store.ts' },
        output: { entryFileNames: '[name].mjs' },
      },
    },
    ssr: { noExternal: true },
  });
  const program = path.join(folder, 'ask.mjs');
  writeFileSync(
    program,
    `import { StoreLineages } from './open.mjs';
     import { Store } from './store.mjs';
     const lineages = new StoreLineages(new Store(process.argv[2]));
     process.stdout.write(JSON.stringify(${JSON.stringify(FILES)}.map((file) => lineages.touches(file))));
     lineages.close();`,
  );
  return program;
}

/** One more step in the life of a record. */
function change(store: Store, run: string, all: readonly string[], turn: number, dice: Random): void {
  const most = Math.ceil((all.length * (turn + 1)) / TURNS);
  const kind = dice.below(10);
  if (kind === 0) rmSync(store.runFolder(run), { recursive: true, force: true });
  else if (kind === 1 && existsSync(store.recordPath(run)))
    truncateSync(store.recordPath(run), dice.below(3000));
  else if (kind < 4) writeLines(store, run, all.slice(0, most));
  else if (existsSync(store.recordPath(run))) {
    const there = readFileSync(store.recordPath(run), 'utf8').split('\n').length - 1;
    for (const line of all.slice(there, Math.max(there, most)))
      appendFileSync(store.recordPath(run), `${line}\n`);
    if (dice.chance(0.2)) appendFileSync(store.recordPath(run), all[most]?.slice(0, 40) ?? '');
  }
}

describe('lineage of a store', () => {
  /** More runs than are looked through without an index. */
  const RUNS = 40;

  function large(seed = 1): { store: Store; runs: string[] } {
    const store = temporaryStore();
    return { store, runs: randomRuns(store, random(seed), RUNS) };
  }

  function ask(store: Store, runs: readonly string[]): { nodes: number; touches: number } {
    const lineages = new StoreLineages(store);
    try {
      return compare(lineages, store, runs.slice(0, 2), FILES.slice(0, 7));
    } finally {
      lineages.close();
    }
  }

  const databases = (store: Store): string[] =>
    namesIn(path.join(store.folder, 'index'))
      .filter((name) => name.startsWith('lineage'))
      .sort();

  it('has an index only where there is much to look through', () => {
    const store = temporaryStore();
    const runs = randomRuns(store, random(1), 8);
    ask(store, runs);
    expect(databases(store)).toEqual([]);
    const { store: more, runs: many } = large();
    ask(more, many);
    expect(databases(more)).toHaveLength(1);
  });

  it('is right on a runtime without SQLite, and leaves nothing behind', () => {
    const { store, runs } = large();
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    expect(ask(store, runs).touches).toBeGreaterThan(50);
    expect(databases(store)).toEqual([]);
  });

  describe('whose index', () => {
    const file = (store: Store): string =>
      path.join(store.folder, 'index', databases(store)[0]!, 'lineage.sqlite');

    it.each<[string, (database: string) => void]>([
      ['is empty', (database) => truncateSync(database, 0)],
      ['is cut off', (database) => truncateSync(database, 9000)],
      ['is no database', (database) => writeFileSync(database, 'not SQLite at all'.repeat(999))],
      ['is gone', (database) => rmSync(path.dirname(database), { recursive: true })],
      ['has pages of zeros', (database) => writeFileSync(database, zeroed(readFileSync(database)))],
      ['has other tables', withoutEdges],
      ['is a folder', (database) => (rmSync(database), mkdirSync(database))],
    ])('%s, answers rightly and gets a new one', async (_, harm) => {
      const { store, runs } = large(2);
      await settle();
      ask(store, runs);
      harm(file(store));
      ask(store, runs);
      ask(store, runs);
      expect(databases(store)).toHaveLength(1);
    });

    it('is of another version, is left to that version', () => {
      const { store, runs } = large(3);
      const other = path.join(store.folder, 'index', 'lineage-0-abc');
      mkdirSync(other, { recursive: true });
      ask(store, runs);
      expect(databases(store)).toContain('lineage-0-abc');
      expect(databases(store)).toHaveLength(2);
    });

    it('cannot be written, does without', () => {
      const { store, runs } = large(4);
      mkdirSync(store.folder, { recursive: true });
      writeFileSync(path.join(store.folder, 'index'), 'where the folder would be');
      expect(ask(store, runs).touches).toBeGreaterThan(50);
    });

    it('is locked by another process, does without it meanwhile', () => {
      const { store, runs } = large(5);
      ask(store, runs.slice(0, 1));
      randomRuns(store, random(6), RUNS);
      const holder = database(store);
      holder.db.exec('BEGIN EXCLUSIVE');
      ask(store, runs);
      holder.db.exec('ROLLBACK');
      ask(store, runs);
      expect(databases(store)).toHaveLength(1);
    });

    it('is made by four processes at once, is one and right', async () => {
      const { store, runs } = large(7);
      const program = await asker();
      const children = Array.from({ length: 4 }, () =>
        spawn(process.execPath, [program, store.root], { stdio: ['ignore', 'pipe', 'inherit'] }),
      );
      const said = children.map(async (child) => {
        const chunks: Buffer[] = [];
        child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
        await once(child, 'close');
        return Buffer.concat(chunks).toString();
      });
      const records = new RecordLineages(store);
      const expected = JSON.stringify(FILES.map((file) => records.touches(file)));
      for (const each of await Promise.all(said)) expect(each).toBe(expected);
      ask(store, runs);
    });

    it('forgets the runs that gc removes, and gives their space back', async () => {
      const { store, runs } = large(8);
      await settle();
      ask(store, runs);
      const old = new Date('2026-01-01T00:00:00Z');
      for (const run of runs) {
        for (const name of readdirSync(store.runFolder(run)))
          utimesSync(path.join(store.runFolder(run), name), old, old);
      }
      const before = statSync(file(store)).size;
      const now = new Date('2026-06-01T00:00:00Z');
      const { runs: removed } = applyGc(store, planGc(store, { keep: 1, olderThanDays: 0, now }), now);
      expect(removed.length).toBeGreaterThan(20);
      expect(statSync(file(store)).size).toBeLessThan(before / 2);
      const names = database(store)
        .db.prepare('SELECT name FROM run')
        .all()
        .map(({ name }) => name as string);
      expect(names.sort()).toEqual(runs.filter((run) => !removed.includes(run)));
      ask(
        store,
        runs.filter((run) => !removed.includes(run)),
      );
    });
  });
});
