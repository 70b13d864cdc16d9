/** A folder of the cache that is built once, whoever else asks for it, and put in place last. */
import { randomBytes } from 'node:crypto';
import { readdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exclusively } from './exclusive';

export type Once = {
  /** Path that leads to the folder when it is whole. */
  link: string;
  /** Of a whole one; undefined where there is none. */
  find: () => Promise<string | undefined>;
  /** @param folder is not there yet */
  build: (folder: string) => Promise<void>;
  /** What is there is not to be taken. */
  isNew?: boolean;
  signal?: AbortSignal;
  onStep?: (what: string) => void;
};

/** @returns the folder's own path, and whether it had to be built now */
export async function once(work: Once): Promise<{ folder: string; isNew: boolean }> {
  const { link, find, build, signal, onStep } = work;
  const before = await find();
  if (before !== undefined && !work.isNew) return { folder: before, isNew: false };
  const waiting = {
    ...(signal ? { signal } : {}),
    onWait: () => onStep?.('another restore of this lock is at it'),
  };
  return exclusively(
    `${link}.lock`,
    async () => {
      const meanwhile = await find();
      if (meanwhile !== undefined && meanwhile !== before) return { folder: meanwhile, isNew: false };
      await removeUnfinished(link);
      const folder = `${link}.${randomBytes(4).toString('hex')}`;
      try {
        await build(folder);
        await symlink(basename(folder), `${folder}.link`);
        await rename(`${folder}.link`, link);
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
      return { folder, isNew: true };
    },
    waiting,
  );
}

/** What killed restores left; nobody works there while this one holds the lock. */
async function removeUnfinished(link: string): Promise<void> {
  const names = await readdir(dirname(link)).catch(() => []);
  const current = await realpath(link).catch(() => '');
  for (const name of names) {
    if (!name.startsWith(`${basename(link)}.`) || name === `${basename(link)}.lock`) continue;
    const path = join(dirname(link), name);
    if (path !== current) await rm(path, { recursive: true, force: true });
  }
}
