import { cpSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inject } from 'vitest';
import { type Found, processesNaming } from '../../../scripts/editor/server.mjs';
import { type Cell, notebookText } from '../../cli/support';
import './editor';

/** @returns a new folder with these notebooks in it; it is removed when all tests have run. */
export function folderWith(notebooks: Record<string, readonly Cell[]> = {}): string {
  const folder = realpathSync(mkdtempSync(path.join(inject('editor').folder, 'w-')));
  for (const [name, cells] of Object.entries(notebooks)) {
    writeFileSync(path.join(folder, name), notebookText(cells));
  }
  return folder;
}

/** @returns a copy of `examples/` in a folder of its own. */
export function examples(): string {
  const folder = path.join(folderWith(), 'examples');
  cpSync(path.resolve(__dirname, '../../../examples'), folder, { recursive: true });
  return folder;
}

/** What runs for a folder's notebooks, by command line, working folder or environment. Linux only. */
export function processesOf(folder: string): Found[] {
  return processesNaming(folder);
}
