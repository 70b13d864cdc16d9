/**
 * What a replay keeps of the user's files, as a journal in `.reprise/putback/`. Whoever acts on it writes over files, so it
 * is believed only with a mark that needs the user's own key, and for the folder that it was written for: one that came
 * with somebody's archive or checkout is never acted upon.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { stateFolder } from '../../environment/cache';
import type { Owner } from '../../lineage/owner';
import { isDigest, isRunId, namesIn, type Store } from '../../lineage/store';

/** `path` from the root; `target`: where it really lies, absolute, when links lead there. */
export type Place = { path: string; target?: string };

/** From the root, with its permissions. */
export type Folder = { path: string; mode: number };

export type Kept = Place & { object: string; mode: number; mtimeNs: string };

export type Journal = {
  replay: string;
  owner: Owner;
  /** Name of the owner's machine, for people. */
  hostname: string;
  /** The replay has ended: what is still in here could not be put back then. */
  ended?: true;
  kept: Kept[];
  /** What the original run wrote and was not there when the replay began. */
  absent: Place[];
  /** What the original run made, and is taken away where nothing of the user's is in it. */
  folders?: Folder[];
};

/** `renewed`: when the owner last showed that it goes on, in ms since 1970. */
export type Pending = { journal: Journal; renewed: number };

/** `file` from the root. */
export type Refused = { file: string; why: string };

const KEY_BYTES = 32;
const LARGEST = 1 << 28;

export function journalName(replay: string): string {
  return `.reprise/putback/${replay}.json`;
}

export function writeJournal(store: Store, journal: Journal): void {
  mkdirSync(store.putbackFolder, { recursive: true });
  const text = JSON.stringify(journal);
  // Without a place for the key the journal still says what was kept, though no other process will act on it.
  const key = keyOf({ make: true }) ?? randomBytes(KEY_BYTES);
  const path = pathOf(store, journal.replay);
  writeFileSync(`${path}.new`, JSON.stringify({ journal: text, mark: markOf(key, store, text) }), {
    flush: true,
  });
  renameSync(`${path}.new`, path);
}

/** Shows other containers, which cannot see the owner, that it goes on. */
export function renewJournal(store: Store, replay: string): void {
  try {
    utimesSync(pathOf(store, replay), new Date(), new Date());
  } catch {
    // It is taken away at the end, and a full or lost disk is told of by who writes next.
  }
}

export function removeJournal(store: Store, replay: string): void {
  rmSync(pathOf(store, replay), { force: true });
}

/** Journals that are there now: those that may be acted upon, and those that may not, with the reason. */
export function pendingJournals(store: Store): { pending: Pending[]; refused: Refused[] } {
  const pending: Pending[] = [];
  const refused: Refused[] = [];
  for (const name of namesIn(store.putbackFolder).filter((each) => each.endsWith('.json'))) {
    const found = readJournal(store, name);
    if (typeof found === 'string') refused.push({ file: `.reprise/putback/${name}`, why: found });
    else if (found !== undefined) pending.push(found);
  }
  return { pending, refused };
}

/** @returns why it may not be acted upon; undefined where it is gone meanwhile */
function readJournal(store: Store, name: string): Pending | string | undefined {
  const file = join(store.putbackFolder, name);
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!status.isFile() || status.size > LARGEST) return 'it is no journal';
  try {
    const { journal: text, mark } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    if (typeof text !== 'string' || typeof mark !== 'string' || !isOurs(store, text, mark))
      return 'it does not come from you, this machine and this folder';
    const journal = JSON.parse(text) as Journal;
    if (!isJournal(journal) || `${journal.replay}.json` !== name) return 'it is damaged';
    return { journal, renewed: status.mtimeMs };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'it cannot be read';
  }
}

function isJournal({ replay, owner, hostname, kept, absent, folders = [] }: Journal): boolean {
  return (
    isRunId(replay) &&
    Number.isInteger(owner.pid) &&
    owner.pid > 0 &&
    typeof hostname === 'string' &&
    kept.every((each) => isPlace(each) && isKept(each)) &&
    absent.every(isPlace) &&
    folders.every(({ path, mode }) => isBelow(path) && isMode(mode))
  );
}

function isPlace({ path, target }: Place): boolean {
  return isBelow(path) && (target === undefined || (isAbsolute(target) && normalize(target) === target));
}

function isKept({ object, mode, mtimeNs }: Kept): boolean {
  return isDigest(object) && isMode(mode) && /^-?\d+$/.test(mtimeNs);
}

function isMode(mode: number): boolean {
  return Number.isInteger(mode) && mode >= 0 && mode <= 0o7777;
}

/** Whether a name, as a record has it, is one below the root. */
export function isBelow(path: string): boolean {
  const parts = path.split('/');
  return !parts.some((part) => part === '' || part === '.' || part === '..') && !path.includes('\0');
}

function pathOf(store: Store, replay: string): string {
  return join(store.putbackFolder, `${replay}.json`);
}

function isOurs(store: Store, text: string, mark: string): boolean {
  const key = keyOf({ make: false });
  if (key === undefined) return false;
  const [given, wanted] = [Buffer.from(mark), Buffer.from(markOf(key, store, text))];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function markOf(key: Buffer, store: Store, text: string): string {
  return createHmac('sha256', key)
    .update(`reprise/putback/0\0${realpathSync(store.root)}\0${text}`)
    .digest('hex');
}

/** The user's own, made when it is first needed. Undefined where there is none, or no place for it. */
function keyOf({ make }: { make: boolean }): Buffer | undefined {
  const file = join(stateFolder(), 'putback.key');
  try {
    if (make) makeKey(file);
    const key = readFileSync(file);
    return key.length === KEY_BYTES ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whole, or not at all: another process may make it at the same time, and then both have that one. */
function makeKey(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(temporary, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx', flush: true });
    linkSync(temporary, file);
  } catch (error) {
    // Some file systems have no hard links.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
