import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Lint } from '../lint/finding';
import { findRoot, relativePath } from '../notebook/root';
import { harmless } from './terminal';

/**
 * Relative to its root. Of a tree without `.reprise` and git every folder is a root of its own, which would name files
 * alike: there it is the current folder.
 */
export function documentPath(path: string): string {
  const root = findRoot(path);
  const inHere = relativePath(process.cwd(), path);
  const isMarked = ['.reprise', '.git'].some((name) => existsSync(join(root, name)));
  return isMarked || !path.endsWith(`/${inHere}`) ? relativePath(root, path) : inHere;
}

type Doing = 'read' | 'write';

/** What could not be linted or fixed, each with a sentence that says why; everything else goes on. */
export class Skipped {
  readonly all: Lint['skipped'] = [];
  /** As a document names them. */
  readonly inDocument: Lint['skipped'] = [];

  /** @returns undefined where it failed */
  attempt<T>(path: string, work: () => T, doing: Doing = 'read'): T | undefined {
    try {
      return work();
    } catch (error) {
      const reason = reasonOf(error, doing);
      this.all.push({ path: relativePath(process.cwd(), resolve(path)), reason });
      this.inDocument.push({ path: documentPath(resolve(path)), reason });
      return undefined;
    }
  }

  /** A line for each, on stderr. */
  tell(): void {
    for (const { path, reason } of this.all) process.stderr.write(`${harmless(path)}: ${harmless(reason)}\n`);
  }
}

function reasonOf(error: unknown, doing: Doing): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'There is no such file or folder.';
    case 'ELOOP':
      return 'This symbolic link leads in a circle.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `There is no permission to ${doing} it.${doing === 'write' ? ' It was not changed.' : ''}`;
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full. It was not changed.';
    default:
      // Parsers quote what they stumbled over, line ends and all.
      return message.replace(/\p{Cc}+/gu, ' ');
  }
}
