/** Finds files of a built environment that somebody edited: by what the system says of them, then by their bytes. */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Damage, damageOf, type Distribution, inTurns, type InstalledFile } from './installed';

/** Path from site-packages, size, time of change in ms, and digest. */
export type Entry = [path: string, size: number, mtime: number, sha256: string];

export type Index = { schema: 'reprise/environment/1'; packages: Record<string, string>; files: Entry[] };

export async function indexOf(folder: string, distributions: readonly Distribution[]): Promise<Index> {
  const files = distributions.flatMap((each) => each.files).filter(hasDigest);
  const entries: Entry[] = [];
  await inTurns(files, ({ path, sha256 }) => {
    const { size, mtimeMs } = statSync(join(folder, path));
    entries.push([path, size, mtimeMs, sha256]);
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
  await inTurns(files, ([path, size, mtime, sha256]) => {
    const now = statSync(join(folder, path), { throwIfNoEntry: false });
    if (now?.size !== size || now.mtimeMs !== mtime) suspects.push({ path, sha256 });
  });
  return damageOf(environment, folder, suspects);
}

function hasDigest(file: InstalledFile): file is InstalledFile & { sha256: string } {
  return file.sha256 !== undefined;
}
