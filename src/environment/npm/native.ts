/** What of TensorFlow.js no npm package holds: the addon, built on the machine, and the library that it calls. */
import { readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileDigest } from '../filedigest';
import type { LockedModule } from './packagelock';

/** The packages that have an addon. */
const WITH_ADDON = /^@tensorflow\/tfjs-node(-gpu)?$/;
const LIBRARY = /\.(so|dylib|dll)(\.|$)|\.\d+\.dylib$/;

export function modulesWithAddon(locked: readonly LockedModule[]): LockedModule[] {
  return locked.filter(({ name }) => WITH_ADDON.test(name));
}

/** The addon of a package, where it is built. @param folder of the package */
export function addonIn(folder: string): string | undefined {
  const built = namesIn(join(folder, 'lib')).filter((name) => name.startsWith('napi-v'));
  const place = built.find((name) => namesIn(join(folder, 'lib', name)).includes('tfjs_binding.node'));
  return place === undefined ? undefined : join(folder, 'lib', place, 'tfjs_binding.node');
}

/**
 * sha256 of the addon and the libraries of each package that has one, by path from `node_modules`.
 * @param folder that holds `node_modules`
 */
export function nativeDigests(folder: string, locked: readonly LockedModule[]): Record<string, string> {
  const files = modulesWithAddon(locked).flatMap(({ path }) => {
    const addon = addonIn(join(folder, path));
    return [...(addon === undefined ? [] : [addon]), ...librariesIn(join(folder, path, 'deps', 'lib'))];
  });
  const modules = join(folder, 'node_modules');
  const rows = files.map((file) => [relative(modules, file).split(sep).join('/'), fileDigest(file)] as const);
  return Object.fromEntries(rows.flatMap(([file, sha256]) => (sha256 === undefined ? [] : [[file, sha256]])));
}

/** Each library once, by the longest of its names: the others are links to it. */
function librariesIn(folder: string): string[] {
  const byFile = new Map<string, string>();
  for (const name of namesIn(folder).filter((each) => LIBRARY.test(each))) {
    try {
      const file = realpathSync(join(folder, name));
      const known = byFile.get(file);
      if (known === undefined || basename(known).length < name.length) byFile.set(file, join(folder, name));
    } catch {
      // A link to what is not there: the addon will say so when it is loaded.
    }
  }
  return [...byFile.values()];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
