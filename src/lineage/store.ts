/**
 * The `.reprise/` folder of a root: run folders and the objects they name by sha256. Objects are written whole or
 * not at all; what is read back is checked against its name.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { readEnds } from './read';

export class StoreError extends Error {
  constructor(
    readonly reason: 'missing' | 'changed' | 'bad-name' | 'bad-run',
    message: string,
  ) {
    super(message);
    this.name = 'StoreError';
  }
}

const DIGEST = /^[0-9a-f]{64}$/;
const RUN = /^\d{8}-\d{6}-[0-9a-z]{6}$/;
const BLOCK = 1 << 20;

export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

export function isRunId(text: string): boolean {
  return RUN.test(text);
}

export class Store {
  readonly folder: string;
  readonly runsFolder: string;
  readonly objectsFolder: string;
  /** Journals of replays that have taken files away for a while (`replay/execution/journal.ts`). */
  readonly putbackFolder: string;

  /** @param root absolute path of the folder that has, or will have, `.reprise/` */
  constructor(readonly root: string) {
    this.folder = path.join(root, '.reprise');
    this.runsFolder = path.join(this.folder, 'runs');
    this.objectsFolder = path.join(this.folder, 'objects');
    this.putbackFolder = path.join(this.folder, 'putback');
  }

  /** Makes the folders; git never sees what is in them. */
  ensure(): this {
    mkdirSync(this.runsFolder, { recursive: true });
    mkdirSync(this.objectsFolder, { recursive: true });
    const ignore = path.join(this.folder, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    return this;
  }

  /** Names a run by the present second in UTC and makes its folder, which no other process can then get. */
  newRunId(now: Date = new Date()): string {
    this.ensure();
    const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
    for (;;) {
      const run = `${stamp}-${randomBytes(3).toString('hex')}`;
      try {
        mkdirSync(this.runFolder(run));
        return run;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** @throws StoreError `bad-run` for anything that is not a run id: the name becomes a path */
  runFolder(run: string): string {
    if (!RUN.test(run)) throw new StoreError('bad-run', `"${run}" is not a run id (YYYYMMDD-HHMMSS-xxxxxx).`);
    return path.join(this.runsFolder, run);
  }

  recordPath(run: string): string {
    return path.join(this.runFolder(run), 'record.jsonl');
  }

  hasRun(run: string): boolean {
    return RUN.test(run) && existsSync(this.runFolder(run));
  }

  /** Keeps bytes under their sha256 and returns it. Keeping them again only renews their age, which `gc` looks at. */
  putObject(bytes: Uint8Array): string {
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (this.renew(digest)) return digest;
    this.place(digest, (temporary) => writeFileSync(temporary, bytes));
    return digest;
  }

  /** Keeps a file's present content, sharing its blocks where the file system can. */
  putFile(file: string): string {
    mkdirSync(this.objectsFolder, { recursive: true });
    const temporary = this.temporary();
    try {
      // The copy is what gets hashed: the file itself may be written to meanwhile.
      copyFileSync(file, temporary, constants.COPYFILE_FICLONE);
      const digest = digestFile(temporary);
      if (!this.renew(digest)) {
        renameSync(temporary, this.objectPath(digest));
        this.renew(digest);
      }
      return digest;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  hasObject(digest: string): boolean {
    return DIGEST.test(digest) && existsSync(this.objectPath(digest));
  }

  objectPath(digest: string): string {
    if (!DIGEST.test(digest)) throw new StoreError('bad-name', `"${digest}" is not a sha256 digest.`);
    return path.join(this.objectsFolder, digest);
  }

  /** @throws StoreError `missing`, or `changed` when the bytes are no longer those that were kept */
  getObject(digest: string): Buffer {
    const file = this.objectPath(digest);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new StoreError('missing', `Object ${digest.slice(0, 12)} is not in ${this.objectsFolder}.`);
    }
    if (createHash('sha256').update(bytes).digest('hex') !== digest) {
      throw new StoreError(
        'changed',
        `Object ${digest.slice(0, 12)} in ${this.objectsFolder} was changed after it was kept. It is not used.`,
      );
    }
    return bytes;
  }

  /**
   * Newest first. Runs that began within one second are ordered by their headers.
   * @param startedAt what the header says, where the caller knows
   */
  runIds(startedAt = (run: string): string | undefined => this.startedAt(run)): string[] {
    const ids = namesIn(this.runsFolder).filter((name) => RUN.test(name));
    const seconds = new Map<string, number>();
    for (const id of ids) seconds.set(id.slice(0, 15), (seconds.get(id.slice(0, 15)) ?? 0) + 1);
    const key = (id: string): string =>
      (seconds.get(id.slice(0, 15)) ?? 0) > 1
        ? `${id.slice(0, 15)} ${startedAt(id) ?? ''} ${id}`
        : `${id.slice(0, 15)} ${id}`;
    return ids
      .map((id) => ({ id, key: key(id) }))
      .sort((a, b) => (a.key < b.key ? 1 : -1))
      .map(({ id }) => id);
  }

  private startedAt(run: string): string | undefined {
    return readEnds(this.recordPath(run)).header?.startedAt;
  }

  private renew(digest: string): boolean {
    try {
      const now = new Date();
      utimesSync(this.objectPath(digest), now, now);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  private place(digest: string, write: (temporary: string) => void): void {
    mkdirSync(this.objectsFolder, { recursive: true });
    const temporary = this.temporary();
    try {
      write(temporary);
      renameSync(temporary, this.objectPath(digest));
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  private temporary(): string {
    return path.join(this.objectsFolder, `.new-${process.pid}-${randomBytes(4).toString('hex')}`);
  }
}

/** sha256 of a file, read in blocks of 1 MiB. */
export function digestFile(file: string): string {
  const hash = createHash('sha256');
  const descriptor = openSync(file, 'r');
  try {
    const block = Buffer.allocUnsafe(BLOCK);
    for (let read = readSync(descriptor, block); read > 0; read = readSync(descriptor, block)) {
      hash.update(block.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

/** The names in a folder; none when there is no such folder. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
