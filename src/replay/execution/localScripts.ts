/** The scripts beneath a root that JavaScript code loads by a relative path, found without running it. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path/posix';

/** `from './x'`, `import('./x')`, `require('./x')`. One in a comment only sends a file too many. */
const RELATIVE = /\b(?:from|import|require)\s*\(?\s*(["'`])(\.{1,2}\/[^"'`\n]+)\1/g;
/** As Node, Deno and TypeScript look for it. */
const ENDINGS = ['', '.js', '.cjs', '.mjs', '.ts', '.json', '/index.js', '/index.ts'];

/**
 * @param folder the notebook's, relative to the root
 * @param cells sources of the notebook's code cells
 * @returns paths relative to the root, sorted
 */
export function localScripts(root: string, folder: string, cells: readonly string[]): string[] {
  const found = new Set<string>();
  const follow = (code: string, from: string): void => {
    for (const [, , named] of code.matchAll(RELATIVE)) {
      const file = ENDINGS.map((ending) => path.join(from, `${named}${ending}`)).find((each) =>
        isFile(root, each),
      );
      if (file === undefined || found.has(file)) continue;
      found.add(file);
      if (!file.endsWith('.json')) follow(readFileSync(path.join(root, file), 'utf8'), path.dirname(file));
    }
  };
  for (const cell of cells) follow(cell, folder);
  return [...found].sort();
}

function isFile(root: string, file: string): boolean {
  if (file.startsWith('../')) return false;
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile() ?? false;
}
