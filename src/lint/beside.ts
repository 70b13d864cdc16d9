/** Files that a notebook names, by their paths from its folder. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** @returns what reads a file's text; undefined where it cannot */
export function readerBeside(notebook: string): (path: string) => string | undefined {
  return (path) => {
    try {
      return readFileSync(resolve(dirname(notebook), path), 'utf8');
    } catch {
      return undefined;
    }
  };
}
