/** What lies in an environment's site-packages, by the RECORD files that installers write (PEP 376). */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

export type InstalledFile = {
  /** From site-packages, with `/`. */
  path: string;
  /** Hexadecimal; undefined for what installers generate: RECORD itself, bytecode. */
  sha256?: string;
  size?: number;
};

export type Distribution = { name: string; version: string; files: InstalledFile[] };

const DIST_INFO = /^(.+?)-([^-]+)\.dist-info$/;

/** `lib/python3.N/site-packages` of an environment. */
export async function sitePackagesOf(environment: string): Promise<string> {
  if (process.platform === 'win32') return join(environment, 'Lib', 'site-packages');
  const names = await readdir(join(environment, 'lib'));
  return join(
    environment,
    'lib',
    names.find((name) => /^python3\.\d+t?$/.test(name)) ?? 'python3',
    'site-packages',
  );
}

/** @param folder site-packages @returns in the order of their names */
export async function distributionsIn(folder: string): Promise<Distribution[]> {
  const names = (await readdir(folder)).sort();
  const found = names.map(async (each): Promise<Distribution[]> => {
    const [, name, version] = DIST_INFO.exec(each) ?? [];
    if (name === undefined || version === undefined) return [];
    const record = await readFile(join(folder, each, 'RECORD'), 'utf8').catch(() => '');
    return [{ name: normalized(name), version, files: readRecordFile(record) }];
  });
  return (await Promise.all(found)).flat();
}

/** As PEP 503 has it. */
export function normalized(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Rows of path, `sha256=` in URL-safe base 64, and size; a path with a comma or a quote stands in quotes. */
export function readRecordFile(text: string): InstalledFile[] {
  return text.split(/\r?\n/).flatMap((line): InstalledFile[] => {
    const row = /^(?:"((?:[^"]|"")*)"|([^,]*)),([^,]*),(\d*)$/.exec(line);
    if (row === null) return [];
    const path = (row[1]?.replaceAll('""', '"') ?? row[2]!).replaceAll('\\', '/');
    const digest = /^sha256=(.+)$/.exec(row[3]!)?.[1];
    const sha256 = digest === undefined ? {} : { sha256: Buffer.from(digest, 'base64url').toString('hex') };
    return path === '' ? [] : [{ path, ...sha256, ...(row[4] ? { size: Number(row[4]) } : {}) }];
  });
}

export type Damage = { path: string; what: 'missing' | 'changed' | 'outside' };

/** Files that are not what their installers wrote. @param environment the folder that all of them must lie in */
export async function damageOf(
  environment: string,
  folder: string,
  files: readonly InstalledFile[],
): Promise<Damage[]> {
  const damage: Damage[] = [];
  const pending = files.filter(({ sha256 }) => sha256 !== undefined);
  await inTurns(pending, (file) => {
    const path = resolve(folder, file.path);
    const inside = relative(environment, path);
    const isOutside = isAbsolute(inside) || inside.startsWith(`..${sep}`);
    const digest = isOutside ? undefined : digestOf(path);
    if (isOutside) damage.push({ path: file.path, what: 'outside' });
    else if (digest === undefined) damage.push({ path: file.path, what: 'missing' });
    else if (digest !== file.sha256) damage.push({ path: file.path, what: 'changed' });
  });
  return damage.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Others wait no longer than this. */
const TURN_MS = 20;

/**
 * Small calls to the file system, thousands of them: handing each to another thread takes longer than making it, so they
 * are made here, some at a time.
 */
export async function inTurns<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  let begun = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - begun < TURN_MS) continue;
    await nextTurn();
    begun = performance.now();
  }
}

/** sha256 of a file; undefined where it cannot be read. */
export function digestOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const hash = createHash('sha256');
    for (let read = readSync(file, PART); read > 0; read = readSync(file, PART))
      hash.update(PART.subarray(0, read));
    return hash.digest('hex');
  } catch {
    return undefined;
  } finally {
    closeSync(file);
  }
}

const PART = Buffer.allocUnsafe(1 << 20);
