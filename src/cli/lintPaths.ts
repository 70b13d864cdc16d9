/** What the paths of `reprise lint` name: files, folders with their notebooks, and globs that the shell left alone. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';
import { Failure } from '../notebook/failure';
import type { Skipped } from './lintSkipped';

/**
 * A file as it is named; of a folder its notebooks; of a glob the notebooks and scripts that match it. Without what git
 * ignores, hidden files, and folders of installed packages, unless named.
 * @throws Failure `no-file`; errors of the file system
 */
export function filesAt(named: string, skipped: Skipped): string[] {
  const path = resolve(named);
  const { base, glob } = picomatch.scan(named.split(sep).join('/'), { nonegate: true });
  if (glob !== '' && !existsSync(path)) return filesMatching(glob, resolve(base), skipped);
  return statSync(path).isDirectory() ? filesIn(path, isNotebook, rulesAbove(path), skipped) : [path];
}

function filesMatching(glob: string, folder: string, skipped: Skipped): string[] {
  const matches = picomatch(glob, { nonegate: true });
  const wanted = (path: string): boolean => isLintable(path) && matches(slashed(folder, path));
  const files = existsSync(folder) ? filesIn(folder, wanted, rulesAbove(folder), skipped) : [];
  if (files.length === 0) throw new Failure('usage', 'no-file', 'No notebook and no script matches.');
  return files;
}

const isNotebook = (path: string): boolean => path.endsWith('.ipynb');
const isLintable = (path: string): boolean => isNotebook(path) || path.endsWith('.py');
const SKIPPED = new Set(['node_modules', '__pycache__', 'venv', 'site-packages']);

type Rules = { folder: string; rules: Ignore }[];

function filesIn(
  folder: string,
  wanted: (path: string) => boolean,
  above: Rules,
  skipped: Skipped,
): string[] {
  const entries = skipped.attempt(folder, () => readdirSync(folder, { withFileTypes: true })) ?? [];
  const rules = [...above, ...rulesOf(folder)];
  return entries
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.') || isIgnored(path, entry.isDirectory(), rules)) return [];
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesIn(path, wanted, rules, skipped);
      // Links to folders are not followed: they may lead in circles.
      const isFile = entry.isFile() || (entry.isSymbolicLink() && leadsToFile(path));
      return isFile && wanted(path) ? [path] : [];
    });
}

function leadsToFile(link: string): boolean {
  try {
    return statSync(link).isFile();
  } catch {
    return false;
  }
}

function rulesAbove(path: string): Rules {
  const parent = dirname(path);
  if (existsSync(join(path, '.git')) || parent === path) return [];
  return [...rulesAbove(parent), ...rulesOf(parent)];
}

function rulesOf(folder: string): Rules {
  const file = join(folder, '.gitignore');
  return existsSync(file) ? [{ folder, rules: ignore().add(readFileSync(file, 'utf8')) }] : [];
}

function isIgnored(path: string, isFolder: boolean, all: Rules): boolean {
  return all.some(({ folder, rules }) => rules.ignores(slashed(folder, path) + (isFolder ? '/' : '')));
}

function slashed(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
