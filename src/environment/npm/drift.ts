/** How what a JavaScript notebook is about to run in differs from its pin. */
import { type Affects, ALL, NOTHING, NUMBERS, STREAMS_AND_NUMBERS } from '../affects';
import { differing, row } from '../drift';
import type { Drift } from '../fingerprint';
import type { JavaScriptPin } from '../../notebook/javascriptPin';
import { installedVersion, type JavaScriptHere } from './described';
import type { LockedModule } from './packagelock';

/** The transport of messages between kernel and front end, its types, and what only builds the addon. */
const NO_NUMBERS =
  /^(zeromq|cmake-ts|@types\/.*|undici-types|@mapbox\/node-pre-gyp|node-gyp|nopt|npmlog|tar|rimraf|progress)$/;

/** Of what is installed against the lock, and of the kernel, its engine and its library against what was pinned. */
export function driftFromJavaScript(
  pinned: JavaScriptPin,
  here: JavaScriptHere,
  locked: readonly LockedModule[],
  folder: string,
): Drift[] {
  const versions = locked.flatMap((each) => moduleDrift(each, installedVersion(folder, each)));
  return [
    ...kernelDrift(pinned, here),
    ...engineDrift(pinned.engine, here.engine),
    ...versions,
    ...nativeDrift(pinned, here),
  ];
}

function moduleDrift({ path, name, version, optional }: LockedModule, after: string | undefined): Drift[] {
  if (after === undefined && optional) return [];
  return row(path.replace(/^node_modules\//, ''), 'package', version, after ?? '', affectsOfModule(name));
}

function affectsOfModule(name: string): Affects {
  if (NO_NUMBERS.test(name)) return NOTHING;
  // TensorFlow.js draws in its own code, and its kernels give the numbers.
  return name.startsWith('@tensorflow/') || name === 'seedrandom' ? STREAMS_AND_NUMBERS : NUMBERS;
}

/** A kernel is a compiler too: what it makes of a cell is what runs. */
function kernelDrift(before: JavaScriptPin, after: JavaScriptHere): Drift[] {
  if (before.kernel !== after.kernel) return row('kernel', 'package', before.kernel, after.kernel, ALL);
  const versions = row(before.kernel, 'package', before.version ?? '', after.version ?? '', NUMBERS);
  if (versions.length > 0) return versions;
  return row(`${before.kernel}: its program`, 'package', short(before.sha256), short(after.sha256), NUMBERS);
}

/** V8 computes; the rest of Node, with the same V8, does not. */
function engineDrift(before: Record<string, string>, after: Record<string, string>): Drift[] {
  return differing(before, after).flatMap(([name, old, present]) =>
    row(name, 'package', old ?? '', present ?? '', name === 'v8' ? NUMBERS : NOTHING),
  );
}

function nativeDrift({ native: before }: JavaScriptPin, { native: after }: JavaScriptHere): Drift[] {
  return differing(before, after).flatMap(([file, old, present]) =>
    row(file, 'package', old ? short(old) : '', present ? short(present) : '', NUMBERS),
  );
}

/** Enough of a digest to tell two files apart, in a sentence. */
function short(sha256: string): string {
  return sha256.slice(0, 12);
}
