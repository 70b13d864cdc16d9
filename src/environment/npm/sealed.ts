/** What a later look for edited files goes by; and nobody may write into what was built. */
import { chmodSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { digestOf, inTurns } from '../installed';
import type { Entry, Index } from '../sweep';
import type { LockedModule } from './packagelock';

/** Headers are of no use once the addon is built, and each file costs a look before every run. */
const LEFT_OUT = /^tensorflow\/include\//;

/** @param folder that holds `node_modules`; its files become read-only */
export async function sealed(folder: string, locked: readonly LockedModule[]): Promise<Index> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found
    .filter((each) => each.isFile())
    .map((each) => relative(folder, join(each.parentPath, each.name)).split(sep).join('/'))
    .filter((path) => !LEFT_OUT.test(path))
    .sort();
  const entries: Entry[] = [];
  await inTurns(files, (path) => {
    const file = join(folder, path);
    chmodSync(file, statSync(file).mode & 0o111 ? 0o555 : 0o444);
    const { size, mtimeMs } = statSync(file);
    entries.push([path, size, mtimeMs, digestOf(file) ?? '']);
  });
  const packages = Object.fromEntries(
    locked.map(({ path, version }) => [path.replace(/^node_modules\//, ''), version]),
  );
  return { schema: 'reprise/environment/1', packages, files: entries };
}
