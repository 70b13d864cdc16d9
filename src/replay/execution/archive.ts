/** A run packed for another machine: one archive, the same bytes whoever makes it and wherever. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import type { Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import type { Step } from './bundle';

/** A file beneath the root that travels with the run: `path` relative to it, with `/`; `size` in bytes. */
export type InputFile = { path: string; size: number; sha256: string };

/** `size`: bytes of the archive; `unpacked`: of the tar in it. */
export type Archive = { size: number; sha256: string; unpacked: number; inputs: InputFile[] };

/** Thrown where an archive would be larger than it may be. */
export class TooLarge extends Error {}

/** Of the member's names in an archive: no file of a user is there. */
const OURS = '.reprise';

type Member = { name: string; mode: number } & ({ bytes: Buffer } | { file: string });

/** Where an archive is written to; `most`: bytes of it. */
export type Destination = { to: string; most?: number };

/**
 * A gzipped tar of a run folder's bundle, the sources that its steps name, and the files that it reads.
 * @param inputs paths beneath the root; they are read once, and their digests are of the bytes that travel
 * @throws TooLarge; Failure `inputs-changed`, `disk`. Then nothing is at the destination
 */
export function packBundle(
  store: Store,
  run: string,
  inputs: readonly string[],
  destination: Destination,
): Promise<Archive> {
  return packMembers([...bundleMembers(store, run), ...fileMembers(store, inputs)], destination);
}

/** Of the files alone, which is the same for every run that reads the same. @throws as `packBundle` */
export function packFiles(
  store: Store,
  inputs: readonly string[],
  destination: Destination,
): Promise<Archive> {
  return packMembers(fileMembers(store, inputs), destination);
}

async function packMembers(
  members: readonly Member[],
  { to, most = Infinity }: Destination,
): Promise<Archive> {
  const tar = pack();
  const plain = counted(Infinity);
  const packed = counted(most);
  const gzip = createGzip({ level: 6 });
  const written = pipeline(tar, plain.stream, gzip, withoutSystem(), packed.stream, createWriteStream(to));
  const filled = fill(tar, sorted(members)).catch((error: Error) => {
    tar.destroy(error);
    throw error;
  });
  const [first, second] = await Promise.allSettled([written, filled]);
  // Whichever failed first took the other along.
  const failed = [first, second]
    .filter((each) => each.status === 'rejected')
    .map(({ reason }) => reason as Error);
  if (second.status === 'rejected' || first.status === 'rejected') {
    rmSync(to, { force: true });
    throw explained(
      failed.find((error) => error instanceof TooLarge || error instanceof Failure) ?? failed[0]!,
    );
  }
  return { size: packed.size(), sha256: packed.digest(), unpacked: plain.size(), inputs: second.value };
}

function bundleMembers(store: Store, run: string): Member[] {
  const folder = store.runFolder(run);
  const bundle = readFileSync(path.join(folder, 'bundle.json'));
  const { order = [] } = JSON.parse(bundle.toString('utf8')) as { order?: Step[] };
  const at = `${OURS}/runs/${run}`;
  const ours = new Map<string, Buffer>([
    [`${at}/bundle.json`, bundle],
    [`${at}/notebook.ipynb`, readFileSync(path.join(folder, 'notebook.ipynb'))],
  ]);
  for (const { source } of order) {
    if (source !== undefined) ours.set(`${OURS}/objects/${source}`, store.getObject(source));
  }
  return [...ours].map(([name, bytes]) => ({ name, bytes, mode: 0o644 }));
}

function fileMembers({ root }: Store, inputs: readonly string[]): Member[] {
  return [...new Set(inputs)].map((name) => {
    const file = path.join(root, name);
    return { name, file, mode: statSync(file).mode & 0o100 ? 0o755 : 0o644 };
  });
}

function sorted(members: readonly Member[]): Member[] {
  return members.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/** @returns what it took from files */
async function fill(tar: Pack, members: readonly Member[]): Promise<InputFile[]> {
  const files: InputFile[] = [];
  for (const member of members) {
    const { name, mode } = member;
    // Nothing of the machine that packs: no time, no owner.
    const header = { name, mode, mtime: new Date(0), uid: 0, gid: 0 };
    if ('bytes' in member) {
      tar.entry({ ...header, size: member.bytes.length }, member.bytes);
      continue;
    }
    const { size } = statSync(member.file);
    const hash = createHash('sha256');
    const read = await copied(member.file, size, hash, sink(tar.entry({ ...header, size })));
    if (read !== size) throw changed(name);
    files.push({ path: name, size, sha256: hash.digest('hex') });
  }
  tar.finalize();
  return files;
}

/** A stream of another library, which Node's own functions take all the same. */
function sink(entry: object): Writable {
  return entry as Writable;
}

/** @returns how many bytes there were, of at most `size` */
async function copied(file: string, size: number, hash: Hash, entry: Writable): Promise<number> {
  let read = 0;
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      read += chunk.length;
      done(null, chunk);
    },
  });
  const from = size === 0 ? [] : createReadStream(file, { end: size - 1 });
  try {
    await pipeline(from, hashing, entry);
  } catch (error) {
    // tar-stream ends an entry that is shorter than it was said to be with an error.
    if (read === size || (error as NodeJS.ErrnoException).code !== undefined) throw error;
  }
  return read;
}

function counted(most: number): { stream: Transform; size: () => number; digest: () => string } {
  const hash = createHash('sha256');
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.length;
      if (size > most) done(new TooLarge());
      else done(null, chunk);
    },
  });
  return { stream, size: () => size, digest: () => hash.digest('hex') };
}

/** RFC 1952: byte 9 is the operating system, which differs between builds of zlib. */
function withoutSystem(): Transform {
  let at = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (at <= 9 && 9 < at + chunk.length) chunk[9 - at] = 255;
      at += chunk.length;
      done(null, chunk);
    },
  });
}

function changed(name: string): Failure {
  return new Failure(
    'infrastructure',
    'inputs-changed',
    `${name} was changed while it was packed. Nothing was sent. Send it when nothing writes to it.`,
  );
}

function explained(error: Error & { code?: string }): Error {
  if (error.code !== 'ENOSPC') return error;
  const why = 'The disk has no room for what is to be sent. Nothing was sent. Make room under .reprise/.';
  return new Failure('infrastructure', 'disk', why);
}
