/**
 * Files of a pod that waits for them, by commands in it. A stream that ends has not brought everything for that (the tail
 * of a long one was lost for years): each piece has its length, each file its digest, and a file that is half here is gone on with.
 */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestFile } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import type { Api } from '../api';
import { exec } from '../exec';

/** About 0.1 s is spent on each command, so pieces are large and small files come together. */
const PIECE_BYTES = 16 << 20;
const SMALL_BYTES = 1 << 20;
/** Names travel in the address of a request, which proxies cut at 8 KiB. */
const NAMES_BYTES = 4096;
const AT_ONCE = 3;
/** Without a byte for so long, the network or the pod is taken for gone. */
const PATIENCE_MS = 120_000;

export type Pod = { pod: string; container: string };
/** `path` as the pod names it, `to` where it is put. */
export type Wanted = { path: string; size: number; sha256: string; to: string };

/**
 * @param root folder of the pod that the paths are in
 * @param onBytes told what arrived, in bytes
 * @throws Failure `results-lost` with what is kept; `results-changed` where a file is not what the pod said
 */
export async function fetchFiles(
  api: Api,
  pod: Pod,
  root: string,
  wanted: readonly Wanted[],
  { signal, onBytes }: { signal?: AbortSignal; onBytes?: (bytes: number) => void },
): Promise<void> {
  const missing = wanted.filter((file) => !isHere(file));
  const tasks = [
    ...batches(missing.filter(({ size }) => size <= SMALL_BYTES)).map((batch) => () => fetchTogether(batch)),
    ...missing.filter(({ size }) => size > SMALL_BYTES).map((file) => () => fetchInPieces(file)),
  ];
  const queue = tasks[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const task of queue) await task();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  async function fetchTogether(batch: readonly Wanted[]): Promise<void> {
    const total = batch.reduce((sum, { size }) => sum + size, 0);
    const names = batch.map((file) => file.path);
    const script = 'cd "$1" && shift && exec cat -- "$@"';
    const bytes = await patiently(async () => {
      const got = await read(['sh', '-c', script, 'sh', root, ...names], total);
      return got.length === total ? got : undefined;
    }, names[0]!);
    let at = 0;
    for (const file of batch) {
      const content = bytes.subarray(at, (at += file.size));
      if (createHash('sha256').update(content).digest('hex') !== file.sha256) throw changed(file);
      place(file, (temporary) => writeFileSync(temporary, content));
    }
  }

  async function fetchInPieces(file: Wanted): Promise<void> {
    const part = `${file.to}.part`;
    mkdirSync(path.dirname(part), { recursive: true });
    let have = sizeOf(part);
    if (have > file.size) {
      truncateSync(part, 0);
      have = 0;
    }
    const script = 'cd "$1" && tail -c "+$2" -- "$4" | head -c "$3"';
    while (have < file.size) {
      const want = Math.min(PIECE_BYTES, file.size - have);
      await patiently(async () => {
        const got = await read(
          ['sh', '-c', script, 'sh', root, String(have + 1), String(want), file.path],
          want,
        );
        if (got.length === 0) return undefined;
        appendFileSync(part, got);
        have += got.length;
        return got;
      }, file.path);
    }
    if (digestFile(part) !== file.sha256) {
      rmSync(part);
      throw changed(file);
    }
    place(file, (temporary) => renameSync(part, temporary));
  }

  async function read(command: string[], most: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    await exec(api, { ...pod, command, signal }, (chunk) => {
      bytes += chunk.length;
      if (bytes > most)
        throw new Failure(
          'infrastructure',
          'results-changed',
          'The pod sends more than it said that there is.',
        );
      onBytes?.(chunk.length);
      chunks.push(chunk);
    });
    return Buffer.concat(chunks);
  }

  /** Again and again until something comes: what is tried anew begins where the last try ended. */
  async function patiently<T>(attempt: () => Promise<T | undefined>, what: string): Promise<T> {
    let why = 'nothing came';
    let pause = 200;
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
      signal?.throwIfAborted();
      try {
        const got = await attempt();
        if (got !== undefined) return got;
      } catch (error) {
        if (error instanceof Failure || signal?.aborted) throw error;
        why = (error as Error).message;
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      pause = Math.min(5_000, pause * 2);
    }
    throw new Failure(
      'infrastructure',
      'results-lost',
      `Results cannot be fetched: ${what} does not come (${why}). What came is kept; the pod holds the rest for a while. Try again: reprise attach.`,
    );
  }
}

/** A small file, such as the list of the others. @throws as `exec` */
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
    if (bytes > size) throw new Error('it is longer than was said');
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

function batches(files: readonly Wanted[]): Wanted[][] {
  const made: Wanted[][] = [];
  let names = Infinity;
  let bytes = 0;
  for (const file of files) {
    const name = encodeURIComponent(file.path).length + 'command=&'.length;
    if (names + name > NAMES_BYTES || bytes + file.size > PIECE_BYTES) {
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

function changed({ path: name }: Wanted): Failure {
  return new Failure(
    'infrastructure',
    'results-changed',
    `${name} that came from the pod is not what the pod said that it is. It is not used.`,
  );
}
