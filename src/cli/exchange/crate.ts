/** An RO-Crate on disk: the run's own files, and the data that it read and wrote as far as it is still what it was. */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { type Exchanged, provenanceOf, type Version } from '../../exchange/provenance';
import { crateMetadata, type CrateParts, type Part } from '../../exchange/rocrate';
import type { Store } from '../../lineage/store';
import { sha256 } from '../../notebook/digest';
import { Failure } from '../../notebook/failure';
import { serializeNotebook } from '../../notebook/model';
import { replaceFile } from '../../notebook/replaceFile';
import { documentOfRun } from '../../replay/execution/sources';

/** In bytes: more data than this goes by its digest only. */
const MOST_DATA = 256 * 2 ** 20;

export type CrateFile = { path: string; bytes: Uint8Array };

/** `absent`: names of files that cells read or wrote and that are not in the crate. */
export type MadeCrate = { files: CrateFile[]; absent: string[] };

/** @throws Failure `nothing-ran` */
export function crateOf(store: Store, exchanged: Exchanged, license?: string): MadeCrate {
  const { record, judgement } = exchanged;
  const { run, notebook, pin } = record.header;
  if (record.cells.length === 0) {
    throw new Failure(
      'unverifiable',
      'nothing-ran',
      `No cell of run ${run} was executed, so there is nothing that a crate could tell of.`,
    );
  }
  const files: CrateFile[] = [];
  const put = (name: string, bytes: Uint8Array): Part => {
    files.push({ path: name, bytes });
    return { path: name, size: bytes.length, sha256: sha256(bytes) };
  };
  const folder = store.runFolder(run);
  const executed = bytesOf(path.join(folder, 'executed.ipynb'));
  const lock = pin && lockBytes(store, notebook, pin);
  const parts: CrateParts = {
    notebook: put(notebookName(notebook), Buffer.from(serializeNotebook(documentOfRun(store, run, record)))),
    record: put('run/record.jsonl', readFileSync(store.recordPath(run))),
    ...(executed === undefined ? {} : { executed: put('run/executed.ipynb', executed) }),
    ...(judgement === undefined
      ? {}
      : { verdict: put('run/verdict.json', Buffer.from(JSON.stringify(judgement, null, 1) + '\n')) }),
    ...(lock === undefined ? {} : { lock: put('run/pylock.toml', lock) }),
    data: new Map(),
  };
  const { versions } = provenanceOf(record);
  const absent = new Set<string>();
  let left = MOST_DATA;
  for (const version of versions.filter(({ kind }) => kind === 'file')) {
    const bytes = dataBytes(store, version, left);
    if (bytes === undefined) {
      absent.add(version.name);
      continue;
    }
    left -= bytes.length;
    parts.data.set(version.key, put(dataName(version, files), bytes));
  }
  const metadata = JSON.stringify(crateMetadata(exchanged, parts, license), null, 1) + '\n';
  return {
    files: [{ path: 'ro-crate-metadata.json', bytes: Buffer.from(metadata) }, ...files],
    absent: [...absent],
  };
}

/** @throws Failure `exists` where there is something that is not to be mixed with it */
export function writeCrate(target: string, { files }: MadeCrate): void {
  if (target.endsWith('.zip')) {
    mkdirSync(path.dirname(target), { recursive: true });
    // The same bytes for the same run: a zip has no time zone, and none of its entries a time of its own.
    const mtime = new Date(1980, 0, 1);
    const entries = files.map((file): [string, [Uint8Array, { mtime: Date }]] => [
      file.path,
      [file.bytes, { mtime }],
    ]);
    replaceFile(target, zipSync(Object.fromEntries(entries)));
    return;
  }
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new Failure(
      'usage',
      'exists',
      `${path.relative(process.cwd(), target) || '.'} is there already, and is not empty. Nothing was written. Name another folder, or a file that ends in .zip: --out`,
    );
  }
  for (const file of files) {
    const at = path.join(target, file.path);
    mkdirSync(path.dirname(at), { recursive: true });
    replaceFile(at, file.bytes);
  }
}

/** Content of a file as the run saw it: still where it was, or kept. */
function dataBytes(store: Store, { name, digest, outside }: Version, most: number): Uint8Array | undefined {
  if (digest === undefined || outside === true || !isPlainPath(name)) return undefined;
  const kept = store.hasObject(digest) ? store.objectPath(digest) : undefined;
  const candidates = [belowRoot(store.root, name), kept].flatMap((file) => file ?? []);
  for (const file of candidates) {
    if (statSync(file).size > most) continue;
    const bytes = readFileSync(file);
    if (sha256(bytes) === digest) return bytes;
  }
  return undefined;
}

/** @returns undefined for what is no file, or leads out of the root over a link */
function belowRoot(root: string, name: string): string | undefined {
  try {
    const file = realpathSync(path.join(root, name));
    return file.startsWith(realpathSync(root) + path.sep) && statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Every state of a file that was had is in the crate, the first under its own name. */
function dataName({ name, number }: Version, files: readonly CrateFile[]): string {
  const plain = `data/${name}`;
  return files.some((file) => file.path === plain) ? `data/.versions/${number}/${name}` : plain;
}

function isPlainPath(name: string): boolean {
  const parts = name.split('/');
  // eslint-disable-next-line no-control-regex -- they are what is refused
  const hidden = /[\\\x00-\x1f\x7f]/;
  return parts.every((part) => part !== '' && part !== '.' && part !== '..') && !hidden.test(name);
}

function notebookName(notebook: string): string {
  const name = path.posix.basename(notebook).replaceAll(/[^\p{L}\p{N} ._-]/gu, '_');
  return name.endsWith('.ipynb') ? name : 'notebook.ipynb';
}

function lockBytes(
  store: Store,
  notebook: string,
  pin: { lock: string; sha256: string },
): Uint8Array | undefined {
  const places = [path.posix.join(path.posix.dirname(notebook), pin.lock), pin.lock];
  const found = places.flatMap((place) => {
    const file = belowRoot(store.root, place);
    return file === undefined ? [] : readFileSync(file);
  });
  return found.find((bytes) => sha256(bytes) === pin.sha256);
}

function bytesOf(file: string): Uint8Array | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
