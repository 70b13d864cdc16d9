/**
 * Files of a pod that waits for them, by commands in it. A stream that ends has not brought everything for that (the tail
 * of a long one was lost for years): each file has its length and its digest, and one that is half here is gone on with.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { digestFile } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import type { Api } from '../api';
import { exec } from '../exec';
import { patiently } from '../patience';
import { hasEnded, type Pod } from '../pods';
import { plain } from '../words/observed';

/** About 0.1 s is spent on each command, so small files come together. */
const BATCH_BYTES = 16 << 20;
const SMALL_BYTES = 1 << 20;
/** Names travel in the address of a request, which proxies cut at 8 KiB. */
const NAMES_BYTES = 4096;
const AT_ONCE = 3;

/** Where from, and until when it is wanted. */
export type Source = { api: Api; pod: Pod; signal?: AbortSignal };
/** `path` as the pod names it, `to` where it is put. */
export type Wanted = { path: string; size: number; sha256: string; to: string };

/**
 * @param root folder of the pod that the paths are in
 * @param parts folder for files that are half here, which only this run uses
 * @param onBytes told how many bytes more are here; fewer, where they came in vain
 * @throws Failure `results-lost` with what is kept; `results-changed` where a file is not what the pod said
 */
export async function fetchFiles(
  source: Source,
  { root, parts }: { root: string; parts: string },
  wanted: readonly Wanted[],
  onBytes?: (bytes: number) => void,
): Promise<void> {
  const { api, pod, signal } = source;
  const missing = wanted.filter((file) => !isHere(file));
  const tasks = [
    ...batches(missing.filter(({ size }) => size <= SMALL_BYTES)).map((batch) => () => fetchTogether(batch)),
    ...missing.filter(({ size }) => size > SMALL_BYTES).map((file) => () => fetchLarge(file)),
  ];
  const queue = tasks[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const task of queue) await task();
  };
  onBytes?.(sum(wanted) - sum(missing));
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  rmSync(parts, { recursive: true, force: true });

  async function fetchTogether(batch: readonly Wanted[]): Promise<void> {
    const total = sum(batch);
    const names = batch.map((file) => file.path);
    const script = 'cd "$1" && shift && exec cat -- "$@"';
    const command = ['sh', '-c', script, 'sh', root, ...names];
    const bytes = await fetched(`${shown(names[0]!)} does not come`, source, async (heard) => {
      const got: Buffer[] = [];
      const length = await read(command, total, (chunk) => {
        heard();
        got.push(chunk);
      });
      if (length === total) return Buffer.concat(got);
      onBytes?.(-length);
      return undefined;
    });
    let at = 0;
    for (const file of batch) {
      const content = bytes.subarray(at, (at += file.size));
      if (createHash('sha256').update(content).digest('hex') !== file.sha256) throw changed(file);
      place(file, (temporary) => writeFileSync(temporary, content));
    }
  }

  async function fetchLarge(file: Wanted): Promise<void> {
    const part = path.join(parts, file.sha256);
    mkdirSync(parts, { recursive: true });
    let have = Math.min(sizeOf(part), file.size);
    onBytes?.(have);
    // Not for appending: whoever else fetches the same run writes the same bytes to the same places.
    const descriptor = openSync(part, have === 0 ? 'w' : 'r+');
    try {
      const script = 'cd "$1" && exec tail -c "+$2" -- "$3"';
      await fetched(`${shown(file.path)} does not come`, source, async (heard) => {
        const command = ['sh', '-c', script, 'sh', root, String(have + 1), file.path];
        await read(command, file.size - have, (chunk) => {
          for (let at = 0; at < chunk.length;)
            at += writeSync(descriptor, chunk, at, chunk.length - at, have + at);
          have += chunk.length;
          heard();
        });
        return have === file.size ? true : undefined;
      });
    } finally {
      closeSync(descriptor);
    }
    if (digestFile(part) !== file.sha256) {
      rmSync(part);
      throw changed(file);
    }
    place(file, (temporary) => renameSync(part, temporary));
  }

  /** @returns how many bytes came before it ended, or broke off */
  async function read(command: string[], most: number, take: (chunk: Buffer) => void): Promise<number> {
    let bytes = 0;
    await exec(api, { ...pod, command, signal }, (chunk) => {
      bytes += chunk.length;
      if (bytes > most) throw moreThanSaid();
      onBytes?.(chunk.length);
      take(chunk);
    });
    return bytes;
  }
}

/**
 * @param what is not done, as a sentence without its end
 * @throws Failure `results-lost`
 */
async function fetched<T extends object | true>(
  what: string,
  { api, pod, signal }: Source,
  attempt: (heard: () => void) => Promise<T | undefined>,
): Promise<T> {
  const onMissed = async (): Promise<void> => {
    if (await hasEnded(api, pod)) throw podEnded(pod);
  };
  const came = await patiently({ signal, onMissed }, attempt);
  if ('got' in came) return came.got;
  throw new Failure(
    'infrastructure',
    'results-lost',
    `Results cannot be fetched: ${what} (${came.why}). What came is kept; the pod holds the rest for a while. Try again: reprise attach.`,
  );
}

/**
 * The list of the files, of which the pod said how long it is.
 * @throws as `fetchFiles`
 */
export async function fetchList(
  source: Source,
  { path: file, size }: { path: string; size: number },
): Promise<Buffer> {
  const { api, pod, signal } = source;
  return fetched('the list of them does not come', source, async () => {
    const list = await readSmall(api, pod, file, size, signal);
    return list.length === size ? list : undefined;
  });
}

/** @throws as `exec`; Failure `results-changed` where there is more than `size` bytes of it */
export async function readSmall(
  api: Api,
  pod: Pod,
  file: string,
  size: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await exec(api, { ...pod, command: ['cat', '--', file], signal }, (chunk) => {
    bytes += chunk.length;
    if (bytes > size) throw moreThanSaid();
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

function sum(files: readonly Wanted[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}

function batches(files: readonly Wanted[]): Wanted[][] {
  const made: Wanted[][] = [];
  let names = Infinity;
  let bytes = 0;
  for (const file of files) {
    const name = encodeURIComponent(file.path).length + 'command=&'.length;
    if (names + name > NAMES_BYTES || bytes + file.size > BATCH_BYTES) {
      made.push([]);
      names = bytes = 0;
    }
    made.at(-1)!.push(file);
    names += name;
    bytes += file.size;
  }
  return made;
}

function isHere({ to, size, sha256 }: Wanted): boolean {
  if (sizeOf(to) !== size) return false;
  if (size <= SMALL_BYTES) {
    try {
      return createHash('sha256').update(readFileSync(to)).digest('hex') === sha256;
    } catch {
      return false;
    }
  }
  return digestFile(to) === sha256;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function place({ to }: Wanted, put: (temporary: string) => void): void {
  mkdirSync(path.dirname(to), { recursive: true });
  const temporary = `${to}.new-${process.pid}`;
  put(temporary);
  renameSync(temporary, to);
}

function podEnded({ pod }: Pod): Failure {
  return new Failure(
    'infrastructure',
    'results-lost',
    `The pod ${pod} ended before all of its results were here. What came is kept. See what can be said without the rest: reprise attach.`,
  );
}

function moreThanSaid(): Failure {
  return new Failure('infrastructure', 'results-changed', 'The pod sends more than it said that there is.');
}

function changed({ path: name }: Wanted): Failure {
  return new Failure(
    'infrastructure',
    'results-changed',
    `${shown(name)} that came from the pod is not what the pod said that it is. It is not used.`,
  );
}

/** The pod chose it, and a terminal shows it. */
function shown(name: string): string {
  return plain(name.slice(0, 200));
}
