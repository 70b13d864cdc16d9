import {
  accessSync,
  chmodSync,
  constants,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/**
 * The whole new content or, whatever happens meanwhile, the whole old one. A file that is there keeps its mode, and a
 * symbolic link to it stays a link; one that may not be written is not replaced either.
 * @throws errors of the file system
 */
export function replaceFile(file: string, content: string | Uint8Array): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode !== undefined) accessSync(file, constants.W_OK);
  const target = mode === undefined ? file : realpathSync(file);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}.new`);
  try {
    writeFileSync(temporary, content, { flag: 'wx', flush: true });
    // Given to writeFileSync, the umask would take bits off it.
    if (mode !== undefined) chmodSync(temporary, mode);
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
}
