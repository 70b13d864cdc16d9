/** Finds files of a built environment that somebody edited: by what the system says of them, then by their bytes. */
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Damage, damageOf, type Distribution, type InstalledFile } from './installed';

/** Path from site-packages, size, time of change in ms, and digest. */
export type Entry = [path: string, size: number, mtime: number, sha256: string];

export type Index = { schema: 'reprise/environment/1'; packages: Record<string, string>; files: Entry[] };

export async function indexOf(folder: string, distributions: readonly Distribution[]): Promise<Index> {
  const files = distributions.flatMap((each) => each.files).filter(hasDigest);
  const entries = await each(files, async ({ path, sha256 }): Promise<Entry> => {
    const { size, mtimeMs } = await stat(join(folder, path));
    return [path, size, mtimeMs, sha256];
  });
  const packages = Object.fromEntries(distributions.map(({ name, version }) => [name, version]));
  return { schema: 'reprise/environment/1', packages, files: entries };
}

export async function readIndex(path: string): Promise<Index> {
  return JSON.parse(await readFile(path, 'utf8')) as Index;
}

/** @returns files whose bytes are not what was installed */
export async function sweep(environment: string, folder: string, { files }: Index): Promise<Damage[]> {
  const suspects: InstalledFile[] = [];
  await each(files, async ([path, size, mtime, sha256]) => {
    const now = await stat(join(folder, path)).catch(() => undefined);
    if (now?.size !== size || now.mtimeMs !== mtime) suspects.push({ path, sha256 });
  });
  return damageOf(environment, folder, suspects);
}

function hasDigest(file: InstalledFile): file is InstalledFile & { sha256: string } {
  return file.sha256 !== undefined;
}

/** Some at a time: an environment has more files than a process may have open. */
async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!);
  };
  await Promise.all(Array.from({ length: 16 * availableParallelism() }, worker));
  return results;
}
