/**
 * The files that a run wrote are the user's. A replay writes them again in the same places, so they are kept before it
 * and put back after it, by a journal that the next command finishes when the replay was killed.
 */
import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { plainName } from '../../git/words';
import { readLocal } from '../../lineage/local';
import { presenceOf, thisProcess } from '../../lineage/owner';
import { isUnnameable, pathInRoot } from '../../lineage/paths';
import { readRecord } from '../../lineage/read';
import type { CellLine } from '../../lineage/record';
import type { Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import type { Context } from './context';
import {
  isBelow,
  type Journal,
  journalName,
  type Kept,
  type Pending,
  pendingJournals,
  type Place,
  removeJournal,
  writeJournal,
} from './journal';
import {
  copy,
  type Failing,
  fileAt,
  foldersMade,
  holds,
  isFile,
  leadsTo,
  move,
  placeOf,
  putFolderBack,
  restore,
  setAside,
  takeEmptyFolderAway,
} from './places';

/** Above this many bytes in all, keeping the files needs `--overwrite`. */
const LIMIT = 1 << 30;

/** The owner renews its journal every minute: in another container, where nobody can look, it has ended by then. */
const SILENT_MS = 3_600_000;

/** A file that a replay has changed and that is not as it was. */
export type NotBack = Kept & Failing;

/**
 * Keeps every file under the root that the original run wrote. Files and folders that it created are taken away, so that
 * the replay starts as the original did: many a cell makes a folder, or fetches what is in it, only where there is none.
 * @returns undefined where `overwrite` lets the replay write over them
 * @throws Failure `busy` when another replay holds files here, `too-large` above 1 GiB without `overwrite`, `bad-name`, `not-kept`
 */
export function keepFiles(
  store: Store,
  replay: string,
  cells: readonly CellLine[],
  overwrite: boolean,
): Journal | undefined {
  const written = filesWritten(cells);
  const paths = [...written.keys()];
  const present = paths.filter((path) => isFile(fileAt(store, path)));
  const isPresent = new Set(present);
  const total = present.reduce((sum, path) => sum + statSync(fileAt(store, path)).size, 0);
  if (total > LIMIT && !overwrite) {
    throw new Failure(
      'usage',
      'too-large',
      `The run wrote ${present.length} files of ${(total / LIMIT).toFixed(1)} GiB in all, which a replay would have to keep: ` +
        `${present.slice(0, 10).join(', ')}${present.length > 10 ? ', …' : ''}. Give --overwrite to let the replay write over them.`,
    );
  }
  if (!overwrite) refuseUnnameable(cells);
  if (total > LIMIT) return undefined;
  const folders = foldersMade(store, cells);
  const journal: Journal = {
    replay,
    owner: thisProcess(),
    hostname: hostname(),
    kept: present.map((path) => keep(store, path)),
    absent: paths.filter((path) => !isPresent.has(path)).flatMap((path) => placeNow(store, path) ?? []),
    ...(folders.length === 0 ? {} : { folders }),
  };
  writeJournal(store, journal);
  for (const kept of journal.kept) if (written.get(kept.path)) takeAway(store, journal, kept);
  for (const { path } of folders.toReversed()) takeEmptyFolderAway(fileAt(store, path));
  return journal;
}

/** @throws Failure `not-kept`, after which those that were taken away before are back */
function takeAway(store: Store, journal: Journal, kept: Kept): void {
  try {
    // Two paths may lead to one file.
    rmSync(placeOf(store, kept), { force: true });
  } catch (error) {
    const gone = journal.kept.filter((each) => !isFile(placeOf(store, each)));
    const notBack = finish(store, { ...journal, kept: gone, absent: [] });
    const warning = notBack.length > 0 ? ` ${notBackWarning(journal.replay, notBack)}` : '';
    const why = `${plainName(kept.path)} cannot be taken out of the replay's way (${(error as NodeJS.ErrnoException).code})`;
    const advice = 'Allow it to be deleted, or replay with --isolated.';
    throw new Failure('infrastructure', 'not-kept', `${why}. Nothing ran. ${advice}${warning}`);
  }
}

/**
 * Moves what the replay wrote into its run folder, and puts every kept file back as it was. A file that the original
 * run did not write and the replay only changed stays changed: there is nothing to put back.
 * @param journal what `keepFiles` gave
 * @returns what could not be put back; a later command tries again as long as there is something to put back
 */
export function putFilesBack(store: Store, replay: string, journal: Journal | undefined): NotBack[] {
  if (journal?.ended) return finish(store, journal);
  const written = filesWritten(cellsOf(store, replay));
  if (journal === undefined) {
    for (const path of written.keys()) setAside(store, replay, { path }, copy);
    return [];
  }
  const known = new Map<string, Place>([...journal.kept, ...journal.absent].map((each) => [each.path, each]));
  for (const [path, created] of written) {
    const place = known.get(path);
    setAside(store, replay, place ?? { path }, created || place !== undefined ? move : copy);
  }
  // A killed replay left no line of its last cell: whatever is not what was kept is its own.
  for (const kept of journal.kept) {
    if (!holds(fileAt(store, kept.path), kept.object)) setAside(store, replay, kept, move);
  }
  for (const place of journal.absent) setAside(store, replay, place, move);
  return finish(store, journal);
}

/** What people are told of files that are not back. */
export function notBackWarning(replay: string, notBack: readonly NotBack[]): string {
  const named = notBack.map(({ path, why }) => `${plainName(path)} (${why})`).join(', ');
  const again = notBack.some(({ isLost }) => !isLost)
    ? ` As long as ${journalName(replay)} is there, the kept files stay in .reprise/objects and every command tries again; ` +
      'delete it to leave things as they are.'
    : '';
  return `Not put back after replay ${replay}: ${named}. What the replay wrote there is in .reprise/runs/${replay}/files.${again}`;
}

/**
 * Finishes what killed replays left in a root, and tells of it: called at the start of every command that reads or runs.
 */
export function recover(store: Store, context: Pick<Context, 'onRecovered' | 'onWarning'>): void {
  const { pending, refused } = pendingJournals(store);
  const warn = (warning: string): void => warnOnce(store, warning, context);
  for (const { file, why } of refused) {
    warn(
      `${plainName(file)} names files to put back after a replay, but ${why}. It is not acted upon, and stays where it is. ` +
        'If the replay was yours, copy what you miss back from .reprise/objects, where each file lies under the digest ' +
        'that is beside its path in there; then delete it.',
    );
  }
  const restored: string[] = [];
  const aside: string[] = [];
  for (const found of pending) {
    const { journal } = found;
    if (isUnseen(found)) warn(unseenWarning(journal));
    if (isHeld(found) || !waitForRunner(store, journal.replay)) continue;
    const notBack = putFilesBack(store, journal.replay, journal);
    if (notBack.length > 0) warn(notBackWarning(journal.replay, notBack));
    const missed = new Set(notBack.map(({ path }) => path));
    const back = journal.kept.map(({ path }) => path).filter((path) => !missed.has(path));
    restored.push(...back);
    // Said once: what is tried again in vain moves nothing.
    if (back.length > 0 || !journal.ended) aside.push(...setAsideIn(store, journal.replay));
  }
  if (restored.length + aside.length > 0) context.onRecovered?.(restored, aside);
}

function setAsideIn(store: Store, replay: string): string[] {
  const folders = ['files', 'since'].filter((folder) => existsSync(join(store.runFolder(replay), folder)));
  return folders.map((folder) => `.reprise/runs/${replay}/${folder}`);
}

/** @throws Failure `busy` while another process replays in this root */
export function refuseIfBusy(store: Store): void {
  const other = pendingJournals(store).pending.find(
    (found) => found.journal.kept.length + found.journal.absent.length > 0 && isHeld(found),
  );
  if (!other) return;
  const { replay } = other.journal;
  const isHidden = presenceOf(other.journal.owner) === 'hidden';
  throw new Failure(
    'infrastructure',
    'busy',
    isUnseen(other)
      ? `${unseenWarning(other.journal)} To replay meanwhile, use --isolated.`
      : `Replay ${replay} holds files here. Wait until it has ended, or use --isolated.` +
          (isHidden ? ' If its container is gone, it counts as ended after an hour.' : ''),
  );
}

/** Who cannot be looked at on another machine is taken to go on: its files would be taken from under it. */
function isHeld({ journal, renewed }: Pending): boolean {
  if (journal.ended) return false;
  const presence = presenceOf(journal.owner);
  if (presence === 'hidden') return Date.now() - renewed < SILENT_MS;
  return presence !== 'gone';
}

/** On another machine, and it has not shown for long that it goes on. */
function isUnseen({ journal, renewed }: Pending): boolean {
  return !journal.ended && presenceOf(journal.owner) === 'elsewhere' && Date.now() - renewed >= SILENT_MS;
}

function unseenWarning({ replay, hostname: host }: Journal): string {
  return (
    `Replay ${replay} holds files here. It was begun on ${plainName(host)}, where this machine cannot look, and has not ` +
    `been heard of for an hour. If it has ended, run any reprise command in this folder on ${plainName(host)}: that puts ` +
    `the files back. If there is no such machine any more, copy them back from .reprise/objects, where each lies under the ` +
    `digest that is beside its path in ${journalName(replay)}; then delete that file.`
  );
}

const warned = new Set<string>();

function warnOnce(store: Store, warning: string, { onWarning }: Pick<Context, 'onWarning'>): void {
  const key = `${store.root} ${warning}`;
  if (!warned.has(key)) onWarning?.(warning);
  warned.add(key);
}

function cellsOf(store: Store, run: string): CellLine[] {
  try {
    return readRecord(store.recordPath(run)).cells;
  } catch {
    // Killed before its first line: it has written nothing that is known.
    return [];
  }
}

/** Path → did the run itself create it? Files under the root only. */
function filesWritten(cells: readonly CellLine[]): Map<string, boolean> {
  const written = new Map<string, boolean>();
  for (const file of cells.flatMap((cell) => cell.files)) {
    const path = pathInRoot(file);
    if (file.mode === 'write' && path !== undefined && isBelow(path) && !written.has(path))
      written.set(path, file.created === true);
  }
  return written;
}

/** @throws Failure `bad-name` */
function refuseUnnameable(cells: readonly CellLine[]): void {
  const [name] = [...filesWritten(cells).keys()].filter(isUnnameable);
  if (name === undefined) return;
  throw new Failure(
    'usage',
    'bad-name',
    `The run wrote a file whose name is not UTF-8 (${plainName(name.replace(/\p{Cs}/gu, '\ufffd'))}), and a replay cannot keep it. Nothing ran. ` +
      'Rename it in the notebook, or give --overwrite to let the replay write over it.',
  );
}

/** Undefined where links go in circles, or a folder of the path is a file: nothing can be there. */
function placeNow(store: Store, path: string): Place | undefined {
  const target = leadsTo(fileAt(store, path));
  if (target === undefined) return undefined;
  return { path, ...(target === join(realpathSync(store.root), path) ? {} : { target }) };
}

function keep(store: Store, path: string): Kept {
  const { mode, mtimeNs } = statSync(fileAt(store, path), { bigint: true });
  return {
    ...(placeNow(store, path) ?? { path }),
    object: store.putFile(fileAt(store, path)),
    mode: Number(mode & 0o7777n),
    mtimeNs: String(mtimeNs),
  };
}

function finish(store: Store, journal: Journal): NotBack[] {
  for (const folder of journal.folders ?? []) putFolderBack(store, folder);
  const notBack = journal.kept.flatMap((kept) => {
    // What lies there when it is tried again is no longer the replay's.
    const since = (): void => setAside(store, journal.replay, kept, move, 'since');
    const failing = restore(store, kept, journal.ended ? since : undefined);
    return failing === undefined ? [] : [{ ...kept, ...failing }];
  });
  const again = new Set(notBack.flatMap(({ path, isLost }) => (isLost ? [] : [path])));
  const left = journal.kept.filter(({ path }) => again.has(path));
  if (left.length === 0) removeJournal(store, journal.replay);
  else writeJournal(store, { ...journal, ended: true, kept: left, absent: [] });
  return notBack;
}

/** A runner whose owner was killed ends by itself. @returns false when it has not within 20 s */
function waitForRunner(store: Store, replay: string): boolean {
  const { pid, ...machine } = readLocal(store.runFolder(replay));
  // Of what was counted elsewhere or before a restart, the number is another process's here.
  if (pid === undefined || (machine.host !== undefined && presenceOf({ pid, ...machine }) !== 'there'))
    return true;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; runs(pid, replay); waited += 100) {
    if (waited >= 20_000) return false;
    Atomics.wait(clock, 0, 0, 100);
  }
  return true;
}

function runs(pid: number, replay: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(replay);
  } catch {
    return !existsSync('/proc/self') && presenceOf({ pid }) === 'there';
  }
}
