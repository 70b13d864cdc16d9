/** What a JavaScript notebook runs in, as a pin names it: the same kernel, engine, packages and library give the same numbers. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { JavaScriptPin } from '../../notebook/javascriptPin';
import { command } from '../command';
import { type JavaScriptKernel, recordedKernel } from './kernel';
import { nativeDigests } from './native';
import { type LockedModule, PACKAGE_LOCK, readPackageLock } from './packagelock';

/** The lock that stands nearest above a notebook, and no higher than its root. */
export function packageLockFor(folder: string, root: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, PACKAGE_LOCK);
    if (existsSync(path)) return path;
    if (at === resolve(root) || at === dirname(at)) return undefined;
  }
}

/** All of a pin but the wheel that its addon is built against. */
export type JavaScriptHere = Omit<JavaScriptPin, 'wheel'>;

/**
 * @param lock path of the package-lock.json
 * @throws Failure `bad-lock`; `no-javascript-kernel` where the engine does not start
 */
export async function describeJavaScript(
  kernel: JavaScriptKernel,
  lock: { path: string; text: string },
  signal?: AbortSignal,
): Promise<JavaScriptHere> {
  const locked = readPackageLock(lock.text, PACKAGE_LOCK);
  const folder = dirname(lock.path);
  const { deno, ...engine } = await engineOf(kernel, signal);
  const { version = deno, sha256 } = recordedKernel(kernel);
  return {
    kernel: kernel.kernel,
    ...(version === undefined ? {} : { version }),
    sha256,
    engine,
    tensorflow: tensorflowIn(folder, locked),
    native: nativeDigests(folder, locked),
  };
}

/** Version of a package that is installed; undefined where it is not. @param folder that holds `node_modules` */
export function installedVersion(folder: string, { path }: LockedModule): string | undefined {
  try {
    const text = readFileSync(join(folder, path, 'package.json'), 'utf8');
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function tensorflowIn(folder: string, locked: readonly LockedModule[]): Record<string, string> {
  const parts = locked.filter(({ name }) => name.startsWith('@tensorflow/'));
  const rows = parts.map((each) => [
    each.path.replace(/^node_modules\//, ''),
    installedVersion(folder, each),
  ]);
  return Object.fromEntries(rows.filter(([, version]) => version !== undefined)) as Record<string, string>;
}

async function engineOf(kernel: JavaScriptKernel, signal?: AbortSignal): Promise<Record<string, string>> {
  const args = kernel.kernel === 'deno' ? ['--version'] : ['-p', 'JSON.stringify(process.versions)'];
  // What the user preloads may print, or not be there.
  const env = { ...process.env, NODE_OPTIONS: undefined };
  const ran = await command(kernel.argv[0]!, args, { env, ...(signal ? { signal } : {}) });
  const versions = kernel.kernel === 'deno' ? ofDeno(ran.stdout) : ofNode(ran.stdout);
  if (ran.code === 0 && versions !== undefined) return versions;
  const program = kernel.kernel === 'deno' ? 'Deno' : 'Node';
  throw new Failure(
    'infrastructure',
    'no-javascript-kernel',
    `${program} does not say which version it is, and nothing was done. Does "${program.toLowerCase()} --version" work?`,
  );
}

function ofNode(text: string): Record<string, string> | undefined {
  try {
    const { node, v8 } = JSON.parse(text) as Record<string, string | undefined>;
    return node === undefined || v8 === undefined ? undefined : { node, v8 };
  } catch {
    return undefined;
  }
}

/** Lines of a name and a version. */
function ofDeno(text: string): Record<string, string> | undefined {
  const [deno, v8] = ['deno', 'v8'].map((name) => new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return deno === undefined || v8 === undefined ? undefined : { deno, v8 };
}
