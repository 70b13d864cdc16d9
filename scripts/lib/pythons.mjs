/** Finds installed Pythons: on the PATH, then under pyenv. Plain Node 20, no dependencies. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { execute } from './steps.mjs';

/** The real interpreter even where the one asked is a shim or lives in a virtual environment. */
const PROBE =
  'import json, sys; print(json.dumps([getattr(sys, "_base_executable", sys.executable), ' +
  '"%d.%d" % sys.version_info[:2], sys.version + sys.base_prefix]))';

/**
 * @param {string[]} versions such as `['3.11', '3.12']`, the preferred one first.
 * @returns {Promise<{ path: string, version: string, build: string } | null>}
 */
export async function findPython(versions) {
  for (const version of versions) {
    for (const candidate of [`python${version}`, 'python3', ...(await underPyenv(version))]) {
      const found = await probe(candidate);
      if (found?.version === version) return found;
    }
  }
  return null;
}

async function probe(candidate) {
  const { code, output } = await execute(candidate, ['-c', PROBE]);
  if (code !== 0) return null;
  const [executable, version, build] = JSON.parse(output);
  return { path: executable, version, build };
}

async function underPyenv(version) {
  const { code, output } = await execute('pyenv', ['root']);
  if (code !== 0) return [];
  const folder = path.join(output.trim(), 'versions');
  const patch = (name) => Number(name.split('.')[2]);
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${version}.`))
      .sort((a, b) => patch(b) - patch(a))
      .map((name) => path.join(folder, name, 'bin', 'python'));
  } catch {
    return [];
  }
}
