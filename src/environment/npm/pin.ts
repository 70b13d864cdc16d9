/** Pins a notebook in JavaScript: to the project's own package-lock.json, its kernel and engine, and the built addon. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { Pin } from '../../notebook/sidecar';
import { sha256Of } from '../locks';
import { type Platform, platformNamed } from '../platforms';
import { pythonAt } from '../pythons';
import type { Uv } from '../uv';
import { describeJavaScript, installedVersion, packageLockFor } from './described';
import type { JavaScriptKernel } from './kernel';
import { addonIn, modulesWithAddon } from './native';
import { type LockedModule, PACKAGE_LOCK, readPackageLock } from './packagelock';
import { wheelFor } from './wheel';

export type JavaScriptPinRequest = {
  /** Path of the notebook. */
  notebook: string;
  root: string;
  kernel: JavaScriptKernel;
  /** Program of Node, by which the addon says what it was built against. */
  node: string;
  /** The interpreter that the agent runs on. */
  python: string;
  /** @param python one that may have pip */
  uv: (python: string) => Promise<Uv>;
  offline?: boolean;
  signal?: AbortSignal;
  onStep?: (what: string) => void;
};

export type PinnedJavaScript = { pin: Pin; packages: number; notices: string[] };

/** @throws Failure with why nothing was pinned; nothing is written here */
export async function pinJavaScript(request: JavaScriptPinRequest): Promise<PinnedJavaScript> {
  const { notebook, root, kernel, node, onStep, signal, offline } = request;
  const path = packageLockFor(dirname(notebook), root);
  if (path === undefined) throw noPackageLock();
  const python = await pythonAt(request.python, signal);
  if (python === undefined)
    throw new Failure('infrastructure', 'no-python', `${request.python} does not start.`);
  const text = readFileSync(path, 'utf8');
  const locked = readPackageLock(text, PACKAGE_LOCK);
  const folder = dirname(path);
  onStep?.('looking at what is installed');
  const here = await describeJavaScript(kernel, { path, text }, signal);
  refuseOthers(folder, locked);
  if (modulesWithAddon(locked).length > 0) onStep?.('looking for the wheel of TensorFlow');
  const wheel = await wheelFor({
    folder,
    locked,
    node,
    uv: () => request.uv(python.path),
    ...(offline ? { offline } : {}),
    ...(signal ? { signal } : {}),
  });
  return {
    pin: {
      lock: relative(dirname(notebook), path).split(sep).join('/'),
      sha256: sha256Of(text),
      python: python.version,
      platforms: namesOf(platformNamed(python.platform)),
      javascript: { ...here, ...(wheel ? { wheel } : {}) },
    },
    packages: locked.length,
    notices: unbuilt(folder, locked),
  };
}

function namesOf(platform: Platform | undefined): string[] {
  return platform === undefined ? [] : [platform.name];
}

function noPackageLock(): Failure {
  return new Failure(
    'usage',
    'no-package-lock',
    `There is no ${PACKAGE_LOCK} beside the notebook or above it, and nothing was pinned. Say in a package.json what it ` +
      'needs, its kernel too, and lock that: npm install --ignore-scripts tslab@1.0.22 @types/node',
  );
}

/** What is installed is not what is locked: a pin of both would never be met. */
function refuseOthers(folder: string, locked: readonly LockedModule[]): void {
  if (!existsSync(join(folder, 'node_modules'))) return;
  const others = locked.flatMap((each) => {
    const version = installedVersion(folder, each);
    if (version === each.version || (version === undefined && each.optional)) return [];
    return [`${each.name} is ${version ?? 'absent'}, locked is ${each.version}`];
  });
  if (others.length === 0) return;
  const shown = others.slice(0, 3).join('; ');
  throw new Failure(
    'drift',
    'drift',
    `${PACKAGE_LOCK} does not say what is installed: ${shown}${others.length > 3 ? `; and ${others.length - 3} more` : ''}. ` +
      'Nothing was pinned. Install what it says (npm ci --ignore-scripts), or lock what is there (npm install --ignore-scripts).',
  );
}

function unbuilt(folder: string, locked: readonly LockedModule[]): string[] {
  return modulesWithAddon(locked)
    .filter(({ path }) => addonIn(join(folder, path)) === undefined)
    .map(
      ({ name }) =>
        `The addon of ${name} is not built here, so the pin has no digest of it and of its library. ` +
        '"reprise restore" builds it; pin again afterwards.',
    );
}
