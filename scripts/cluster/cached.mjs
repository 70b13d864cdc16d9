/** Folders that are made once for what they are made from. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { testCacheFolder } from '../lib/checkout.mjs';

/**
 * @param {string} name what it is, for people.
 * @param {import('node:crypto').Hash} hash over everything it is made from.
 * @param {(folder: string) => Promise<void>} make fills an empty folder.
 * @returns {Promise<string>} the folder.
 */
export async function cached(name, hash, make) {
  const folder = path.join(testCacheFolder(), `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${randomBytes(4).toString('hex')}`;
  mkdirSync(temporary, { recursive: true });
  try {
    await make(temporary);
    renameSync(temporary, folder);
  } catch (error) {
    // Somebody else may have been faster, and theirs is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
