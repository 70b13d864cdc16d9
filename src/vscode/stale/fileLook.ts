/** Files that cells read or wrote, as they are on the disk now: digested where they may have changed, and not while anything waits. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { CellLine, RecordedFile } from '../../lineage/record';
import { absolutePath } from '../../replay/files';

/** A larger file is taken to be as recorded where nothing has touched it since. */
const ALWAYS_READ = 16 * 2 ** 20;

type Known = { mark: string; digest: string | null };
type Recorded = Pick<RecordedFile, 'sha256' | 'size'> & { /** In milliseconds. */ until: number };

export class FileLook {
  private readonly recorded = new Map<string, Recorded>();
  private readonly known = new Map<string, Known>();

  constructor(private readonly root: string) {}

  /** Absolute paths. */
  get paths(): string[] {
    return [...this.recorded.keys()].map((name) => absolutePath(this.root, name));
  }

  /** A cell has read or written these. */
  note({ files, startedAt, durationMs }: CellLine): void {
    const until = Date.parse(startedAt) + durationMs;
    for (const { path, sha256, size } of files) {
      const digested = { ...(sha256 ? { sha256 } : {}), ...(size === undefined ? {} : { size }) };
      this.recorded.set(path, { ...digested, until });
    }
  }

  /** Takes the digests that are due. */
  async refresh(): Promise<void> {
    for (const [name, recorded] of this.recorded) {
      const seen = await this.see(name, recorded).catch(() => undefined);
      if (seen === undefined) this.known.delete(name);
      else this.known.set(name, seen);
    }
  }

  /** As of the last refresh. @returns null where there is no file; undefined where that cannot be told */
  digest(name: string): string | null | undefined {
    return this.known.get(name)?.digest;
  }

  private async see(name: string, { sha256, size, until }: Recorded): Promise<Known | undefined> {
    const file = absolutePath(this.root, name);
    const status = await stat(file, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (status === undefined) return { mark: '', digest: null };
    if (!status.isFile()) return undefined;
    const mark = `${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`;
    const known = this.known.get(name);
    if (known?.mark === mark) return known;
    const isUntouched = Number(status.size) === size && Number(status.ctimeNs) / 1e6 <= until;
    if (sha256 !== undefined && isUntouched && status.size > ALWAYS_READ) return { mark, digest: sha256 };
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    return { mark, digest: hash.digest('hex') };
  }
}
