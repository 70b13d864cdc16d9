/** What a pod says that it holds: a list from outside, in which each name decides where something is written. */
import { createHash } from 'node:crypto';
import { statfsSync } from 'node:fs';
import path from 'node:path';
import type { Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import type { Wanted } from './fetch';

export type ResultFile = { path: string; size: number; sha256: string };

const SHA256 = /^[0-9a-f]{64}$/;
/** Some hundred thousand files. */
export const MANIFEST_BYTES = 16 << 20;
/** It is read whole; a cell has a few KiB of it. */
const RECORD_BYTES = 256 << 20;

/**
 * @param expected digest that the pod announced
 * @throws Failure `results-changed`
 */
export function readResults(bytes: Buffer, expected: string, run: string): ResultFile[] {
  if (createHash('sha256').update(bytes).digest('hex') !== expected)
    throw bad('its list of results is not the one it announced');
  let said: { schema?: unknown; run?: unknown; files?: unknown };
  try {
    said = JSON.parse(bytes.toString('utf8')) as typeof said;
  } catch {
    throw bad('its list of results is no JSON');
  }
  if (said.schema !== 'reprise/results/1' || said.run !== run || !Array.isArray(said.files)) {
    throw bad('its list of results is not one of this run');
  }
  const files = said.files.map(checked);
  requireApart(files.map(({ path: name }) => name));
  return files;
}

/** Two files in one place, or one in another, cannot both be what was said. */
function requireApart(names: readonly string[]): void {
  const seen = new Set(names);
  if (seen.size < names.length) throw bad('its list of results names a file twice');
  for (const name of names) {
    for (let folder = path.posix.dirname(name); folder !== '.'; folder = path.posix.dirname(folder)) {
      if (seen.has(folder)) throw bad('its list of results names a file inside another file');
    }
  }
}

function checked(file: unknown): ResultFile {
  const { path: name, size, sha256 } = (file ?? {}) as Partial<Record<keyof ResultFile, unknown>>;
  const isGood =
    typeof name === 'string' &&
    name.length < 4096 &&
    typeof size === 'number' &&
    Number.isSafeInteger(size) &&
    size >= 0 &&
    typeof sha256 === 'string' &&
    SHA256.test(sha256);
  if (!isGood) throw bad('its list of results is damaged');
  const parts = name.split('/');
  // eslint-disable-next-line no-control-regex
  if (parts.some((part) => part === '' || part === '.' || part === '..') || /[\\\u0000]/.test(name)) {
    throw bad(`its list of results names a path that leads elsewhere (${JSON.stringify(name.slice(0, 80))})`);
  }
  return { path: name, size, sha256 };
}

/**
 * Where each is put: what the runner writes into the run's folder and the store, what cells wrote beneath `files/`, as the
 * replay's own version; nothing is written over the user's files.
 * @throws Failure `results-changed`; `disk` where there is no room
 */
export function placed(store: Store, run: string, files: readonly ResultFile[]): Wanted[] {
  const folder = store.runFolder(run);
  const ours = `.reprise/runs/${run}/`;
  const wanted = files.flatMap((file): Wanted[] => {
    const { path: name, sha256 } = file;
    if (name.startsWith(ours)) {
      const inside = name.slice(ours.length);
      if (inside === 'record.jsonl' && file.size > RECORD_BYTES)
        throw bad('its record is too long to be one');
      return KEPT.test(inside) ? [{ ...file, to: path.join(folder, inside) }] : [];
    }
    if (name.startsWith('.reprise/objects/')) {
      if (name !== `.reprise/objects/${sha256}`)
        throw bad('it holds an object under a name that is not its digest');
      return [{ ...file, to: store.objectPath(sha256) }];
    }
    if (name.startsWith('.reprise/')) throw bad(`its list of results names ${name}`);
    return [{ ...file, to: path.join(folder, 'files', name) }];
  });
  requireRoom(
    folder,
    wanted.reduce((sum, { size }) => sum + size, 0),
  );
  return wanted;
}

/** What the runner leaves; the bundle is here already, and `target.json` is ours. */
const KEPT = /^(record\.jsonl(\.torn\S*)?|executed\.ipynb|manifest\.json)$/;

function requireRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bytes < bavail * bsize) return;
  throw new Failure(
    'infrastructure',
    'disk',
    `The results are ${Math.ceil(bytes / (1 << 20))} MiB, and the disk has no room for them. The pod holds them for a while: make room, then reprise attach.`,
  );
}

function bad(what: string): Failure {
  return new Failure('infrastructure', 'results-changed', `The pod's answer is not used: ${what}.`);
}
