/** Where this checkout's things are, and whether they are up to date. Plain Node 20, no dependencies. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The Node that everything here is developed and tested on, whatever `npm` itself runs on. */
export const node = path.join(root, 'node_modules', 'node', 'bin', 'node');

/** @param {ImportMeta} meta @returns {boolean} whether that module is the program being run. */
export function isMain(meta) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(meta.url);
}

/** The environment of child processes: their `node` is the checkout's own. */
export function childEnvironment(extra = {}) {
  const bin = path.join(root, 'node_modules', '.bin');
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`, ...extra };
}

/** Whether `node_modules` holds exactly what `package-lock.json` asks for on this platform. */
export function dependenciesAreInstalled() {
  const installedLock = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock) || !existsSync(node)) return false;
  const wanted = readJson(path.join(root, 'package-lock.json')).packages;
  const installed = readJson(installedLock).packages;
  const same = (name) => installed[name]?.version === wanted[name]?.version;
  // Optional packages of other platforms are in the lock and rightly not on the disk.
  return (
    Object.keys(installed).every(same) &&
    Object.keys(wanted).every(
      (name) => name === '' || same(name) || (wanted[name].optional && !installed[name]),
    )
  );
}

/** sha256 over everything the build reads, to tell a stale `dist` from a fresh one. */
export function sourcesDigest() {
  const hash = createHash('sha256');
  const inputs = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'webpack.config.mjs',
    'scripts/build.mjs',
    'scripts/build-agent.mjs',
  ];
  for (const file of [...inputs, ...filesBelow('src'), ...filesBelow('webview-ui')]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

export function buildIsFresh() {
  const marker = path.join(root, 'dist', 'build.json');
  return existsSync(marker) && readJson(marker).sources === sourcesDigest();
}

/** `${XDG_CACHE_HOME:-~/.cache}/reprise` */
export function cacheFolder() {
  return path.join(cacheHome(), 'reprise');
}

/** What only tests need and is large: `${XDG_CACHE_HOME:-~/.cache}/reprise-test` */
export function testCacheFolder() {
  return path.join(cacheHome(), 'reprise-test');
}

function cacheHome() {
  return process.env.XDG_CACHE_HOME || path.join(process.env.HOME ?? '/root', '.cache');
}

function filesBelow(folder) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .filter((name) => !/__pycache__|\.pyc$/.test(name))
    .map((name) => path.join(folder, name))
    .filter((name) => statSync(path.join(root, name)).isFile())
    .sort();
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
