/** The files beneath the root that go with a run to where it runs, and those that do not, with the reason. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import type { RunRecord } from '../../lineage/record';
import { inputs, readOutside } from './isolated';
import { localModules } from './localModules';
import { localScripts } from './localScripts';

/** `outside` of the root; `too-big`; `gone`: nothing is there (any more). `size` in bytes. */
export type Left = { path: string; why: 'outside' | 'too-big' | 'gone'; size?: number };

/** Paths relative to the root, with `/`, sorted. */
export type Chosen = { files: string[]; left: Left[] };

/** Bytes of one file: packed it is seldom less than a quarter of that, which is the most that is sent. */
const LARGEST = 2 ** 31;

/** Of a replay: what the record's cells found there, modules that they imported among it. */
export function recordedInputs(root: string, record: RunRecord, largest = LARGEST): Chosen {
  const outside = readOutside(record).map((path): Left => ({ path, why: 'outside' }));
  const { files, left } = sorted(root, inputs(record), largest);
  return { files, left: [...outside, ...left] };
}

/**
 * Of a first run, of which nothing is recorded yet: modules beneath the root that its cells import, and what is asked for.
 * @param notebook relative to the root
 * @param cells sources of its code cells
 * @param globs relative to the root; a folder stands for all that is in it, without hidden files
 */
export function notebookInputs(
  root: string,
  notebook: string,
  cells: readonly string[],
  {
    globs = [],
    largest = LARGEST,
    isPython = true,
  }: { globs?: readonly string[]; largest?: number; isPython?: boolean } = {},
): Chosen {
  const { inside, outside } = asked(root, globs);
  const modules = (isPython ? localModules : localScripts)(root, path.posix.dirname(notebook), cells);
  const { files, left } = sorted(root, [...modules, ...inside], largest);
  return { files, left: [...outside, ...left] };
}

/** @param globs as of `notebookInputs` */
export function askedInputs(root: string, globs: readonly string[], largest = LARGEST): Chosen {
  const { inside, outside } = asked(root, globs);
  const { files, left } = sorted(root, inside, largest);
  return { files, left: [...outside, ...left] };
}

function asked(root: string, globs: readonly string[]): { inside: string[]; outside: Left[] } {
  const named = globs.map((glob) => path.posix.normalize(glob.split(path.sep).join('/')));
  const outside = named.filter(isOutside).map((path): Left => ({ path, why: 'outside' }));
  return {
    inside: named.filter((glob) => !isOutside(glob)).flatMap((glob) => matching(root, glob)),
    outside,
  };
}

function sorted(root: string, paths: readonly string[], largest: number): Chosen {
  const files: string[] = [];
  const left: Left[] = [];
  for (const file of [...new Set(paths)].sort()) {
    const found = statSync(path.join(root, file), { throwIfNoEntry: false });
    if (!found?.isFile()) left.push({ path: file, why: 'gone' });
    else if (found.size > largest) left.push({ path: file, why: 'too-big', size: found.size });
    else files.push(file);
  }
  return { files, left };
}

/** A glob that matches nothing is given back, for its absence to be said. */
function matching(root: string, glob: string): string[] {
  const named = statSync(path.join(root, glob), { throwIfNoEntry: false });
  if (named?.isFile()) return [glob];
  const folder = glob.replace(/\/$/, '');
  const pattern = named?.isDirectory() ? path.posix.join(folder, '**') : glob;
  const base = named?.isDirectory() ? folder : picomatch.scan(glob).base;
  const matches = picomatch(pattern);
  const found = filesBelow(root, base).filter((file) => matches(file));
  return found.length > 0 ? found : [glob];
}

/** Installed packages and what Python compiled are no inputs, wherever they lie. */
const NEVER = new Set(['node_modules', '__pycache__', 'site-packages']);

function filesBelow(root: string, folder: string): string[] {
  const place = path.join(root, folder);
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    // Links to folders are not followed: they may lead in circles.
    if (!entry.isDirectory()) return [file];
    return NEVER.has(entry.name) || entry.name.startsWith('.') ? [] : filesBelow(root, file);
  });
}

function isOutside(file: string): boolean {
  return file === '..' || file.startsWith('../') || path.isAbsolute(file) || file.startsWith('~/');
}
