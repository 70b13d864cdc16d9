/**
 * SQLite of the runtime (Node 22.13 and later), for an index that is rebuilt from the records where it cannot be used. Each
 * database has a folder of its own under a name that never comes back, as SQLite finds its journal by name: a damaged one
 * can be removed while another process still has it open.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import type * as sqliteModule from 'node:sqlite';
import type { DatabaseSync } from 'node:sqlite';
import type { Store } from '../store';
import { indexFolder } from './place';

/** Of the tables in `SCHEMA`; another version has a database of its own. */
const FORMAT = 2;
const PREFIX = `lineage-${FORMAT}-`;
const FILE = 'lineage.sqlite';
/** Another process writes a run's rows in much less. */
const BUSY_MS = 2000;

/** NFS, SMB, CIFS, 9p (WSL's view of Windows), FUSE, AFS, Ceph, Lustre, GPFS, BeeGFS: no shared memory between hosts. */
const SHARED = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x5346414f, 0x00c36400, 0x0bd00bd0,
  0x47504653, 0x19830326,
]); // prettier-ignore

/**
 * `recorded`: the run as its header names it, none where there is no header. `place`: a cell's position; `digest`: of a
 * file. Edges stay within a run, and what every cell of it rests on has none.
 */
const SCHEMA = `
CREATE TABLE run (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, recorded TEXT, notebook TEXT, replay INTEGER,
  stamp TEXT NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL, offset INTEGER NOT NULL, root TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE node (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT, place INTEGER, digest TEXT,
  json TEXT NOT NULL);
CREATE INDEX node_name ON node (run, kind, name);
CREATE INDEX node_place ON node (run, place) WHERE place IS NOT NULL;
CREATE INDEX node_digest ON node (digest) WHERE digest IS NOT NULL;
CREATE INDEX node_path ON node (name) WHERE kind = 'file';
CREATE TABLE edge (source INTEGER NOT NULL, target INTEGER NOT NULL, kind TEXT NOT NULL, seen TEXT NOT NULL);
CREATE UNIQUE INDEX edge_source ON edge (source, target, kind);
CREATE INDEX edge_target ON edge (target, kind, source);
`;

type Sqlite = typeof sqliteModule;

/** Undefined where the runtime has none. Nothing is printed, though some versions call it experimental. */
export function sqlite(): Sqlite | undefined {
  const warn = Object.getOwnPropertyDescriptor(process, 'emitWarning')!;
  Object.defineProperty(process, 'emitWarning', { ...warn, value: () => undefined });
  try {
    return process.getBuiltinModule?.('node:sqlite');
  } catch {
    return undefined;
  } finally {
    Object.defineProperty(process, 'emitWarning', warn);
  }
}

/** A database of the store, and whether a failure of it is one that only another database mends. */
export type Database = { db: DatabaseSync; remove: () => void };

/** Undefined where there can be none: no SQLite, a folder that cannot be written, a file system without its locks. */
export function openDatabase(store: Store): Database | undefined {
  const module = sqlite();
  if (module === undefined || !existsSync(store.folder) || isShared(store.folder)) return undefined;
  return opened(module, store) ?? opened(module, store);
}

/** Undefined where it was damaged, and is gone, or another process is in the way. */
function opened({ DatabaseSync }: Sqlite, store: Store): Database | undefined {
  let folder: string | undefined;
  let db: DatabaseSync | undefined;
  try {
    folder = databaseFolder(store);
    db = new DatabaseSync(path.join(folder, FILE));
    prepare(db);
  } catch (error) {
    db?.close();
    if (folder !== undefined && isDamage(error)) rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const [here, open] = [folder, db];
  return {
    db,
    remove: () => {
      try {
        open.close();
      } catch {
        // What cannot be closed is removed all the same.
      }
      rmSync(here, { recursive: true, force: true });
    },
  };
}

function prepare(db: DatabaseSync): void {
  db.exec(`
    PRAGMA busy_timeout = ${BUSY_MS};
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -32000;`);
  if (formatOf(db) === FORMAT) return;
  transaction(db, () => {
    if (formatOf(db) !== FORMAT) db.exec(`${SCHEMA}; PRAGMA user_version = ${FORMAT}`);
  });
}

function formatOf(db: DatabaseSync): number {
  return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/** All of it, or nothing. Who comes second waits. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled it back already.
    }
    throw error;
  }
}

export function hasDatabase(store: Store): boolean {
  return databases(store).length > 0;
}

/** Folders of databases that this version does not use: those of others, and one too many that two processes made. */
export function removeOthers(store: Store): void {
  const [, ...others] = databases(store);
  const older = namesOf(store).filter((name) => name.startsWith('lineage-') && !name.startsWith(PREFIX));
  for (const name of [...others, ...older]) {
    rmSync(path.join(indexFolder(store), name), { recursive: true, force: true });
  }
}

function databaseFolder(store: Store): string {
  const [known] = databases(store);
  const folder = path.join(indexFolder(store), known ?? `${PREFIX}${randomBytes(6).toString('hex')}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Who makes one at the same time as another takes the same from then on. */
function databases(store: Store): string[] {
  return namesOf(store).filter((name) => name.startsWith(PREFIX)).sort(); // prettier-ignore
}

function namesOf(store: Store): string[] {
  try {
    return readdirSync(indexFolder(store));
  } catch {
    return [];
  }
}

function isShared(folder: string): boolean {
  try {
    // Some runtimes give the type with a sign.
    return SHARED.has(statfsSync(folder).type >>> 0);
  } catch {
    return true;
  }
}

/** SQLITE_PERM, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN: not the file itself is at fault. */
const AROUND = [3, 5, 6, 7, 8, 9, 10, 13, 14];

/** Whether only another database mends it: it is no database, its tables are not ours, or rows hold what was never written. */
export function isDamage(error: unknown): boolean {
  const { code, errcode = 0 } = error as { code?: string; errcode?: number };
  return code !== 'ERR_SQLITE_ERROR' || !AROUND.includes(errcode & 0xff);
}
