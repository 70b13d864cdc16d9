/** Files of a record as they are on disk now. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expandHome } from '../lineage/local';
import { digestFile } from '../lineage/store';

/** Digests of files as they are now, taken again only where a file's time or size says that it changed. */
export class FileDigests {
  private readonly known = new Map<string, { mark: string; digest: string }>();

  constructor(private readonly root: string) {}

  /** @param name as a record has it. @returns null where there is no file; undefined where that cannot be told */
  digest(name: string): string | null | undefined {
    const path = absolutePath(this.root, name);
    try {
      const status = statSync(path, { throwIfNoEntry: false, bigint: true });
      if (status === undefined) return null;
      if (!status.isFile()) return undefined;
      const mark = `${status.ino} ${status.size} ${status.mtimeNs}`;
      const known = this.known.get(path);
      if (known?.mark === mark) return known.digest;
      const digest = digestFile(path);
      this.known.set(path, { mark, digest });
      return digest;
    } catch {
      return undefined;
    }
  }
}

/** @param name as a record has it */
export function absolutePath(root: string, name: string): string {
  return name.startsWith('~/') ? expandHome(name) : join(root, name);
}
