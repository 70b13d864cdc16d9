/** What a notebook in JavaScript is about to run in, held against its pin. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { JavaScriptPin } from '../../notebook/javascriptPin';
import type { Notebook as Model } from '../../notebook/model';
import type { Pin, Sidecar } from '../../notebook/sidecar';
import { type CheckOptions, takeOrRefuse } from '../checked';
import type { Drift } from '../fingerprint';
import { findInterpreter } from '../interpreter';
import { lockOf } from '../locks';
import { handEditsIn } from '../pindrift';
import { findUv, type Uv } from '../uv';
import { builtFolder } from './built';
import { describeJavaScript } from './described';
import { driftFromJavaScript } from './drift';
import { findJavaScriptKernel, type JavaScriptKernel, nodeProgram } from './kernel';
import { PACKAGE_LOCK, readPackageLock } from './packagelock';
import { restoreJavaScript } from './restore';

type Notebook = { path: string; root: string; sidecar: Sidecar | null };

export type JavaScriptCheck = {
  /** Path of the hashed requirements of the pinned uv. */
  uvLock: string;
  refuses: CheckOptions['refuses'];
  /** Told of drift that is taken, in a sentence. */
  onDrift?: (sentence: string) => void;
  onStep?: (what: string) => void;
  signal?: AbortSignal;
};

/**
 * The kernel of the notebook, and how what it runs in differs from its pin, which is restored where nothing is installed.
 * @throws Failure `drift` where it differs in a way that can matter and that is refused; those of `findJavaScriptKernel`
 * and `restoreJavaScript`
 */
export async function checkedJavaScript(
  model: Pick<Model, 'language' | 'document'>,
  notebook: Notebook,
  options: JavaScriptCheck,
): Promise<{ kernel: JavaScriptKernel; drift: Drift[] }> {
  const { path, root, sidecar } = notebook;
  const pin = sidecar?.pin;
  if (pin === undefined || !isJavaScriptPin(pin)) return { kernel: kernelFor(model, path), drift: [] };
  if (!isInstalled(path, pin)) {
    await restoreJavaScript({ path, root, pin, ...toolsFor(path, root, options), ...options });
  }
  const kernel = kernelFor(model, path);
  const drift = await javascriptDrift({ path, root, pin }, kernel, options.signal);
  takeOrRefuse(drift, 'What is installed for this notebook', notebook, options);
  return { kernel, drift };
}

/** Whether anything is installed beside the lock. @param path of the notebook */
export function isInstalled(path: string, { lock }: Pin): boolean {
  return existsSync(join(dirname(resolve(dirname(path), lock)), 'node_modules'));
}

export function isJavaScriptPin(pin: Pin): pin is Pin & { javascript: JavaScriptPin } {
  return pin.javascript !== undefined;
}

/** Node of the PATH, and uv by the Python that the agent runs on. */
export function toolsFor(
  path: string,
  root: string,
  { uvLock, python: asked, signal }: { uvLock: string; python?: string; signal?: AbortSignal },
): { node: string; uv: () => Promise<Uv> } {
  const uv = async (): Promise<Uv> => {
    const python = await findInterpreter(path, root, asked);
    return findUv({ python: python.path, lock: uvLock, ...(signal ? { signal } : {}) });
  };
  return { node: nodeProgram(process.env.PATH ?? ''), uv };
}

/** @throws Failure `no-javascript-kernel` */
export function kernelFor(model: Pick<Model, 'language' | 'document'>, path: string): JavaScriptKernel {
  return findJavaScriptKernel(model, { folder: dirname(resolve(path)), path: process.env.PATH ?? '' });
}

/** Nothing for a pin that is none of a JavaScript notebook. @throws Failure `no-lock`, `lock-changed`, `bad-lock` */
export async function javascriptDrift(
  { path, root, pin }: { path: string; root: string; pin: Pin },
  kernel: JavaScriptKernel,
  signal?: AbortSignal,
): Promise<Drift[]> {
  if (pin.javascript === undefined) return [];
  const place = dirname(resolve(path));
  const { text } = lockOf(pin, place, root);
  const lock = resolve(place, pin.lock);
  const folder = dirname(lock);
  const here = await describeJavaScript(kernel, { path: lock, text }, signal);
  const drift = driftFromJavaScript(pin.javascript, here, readPackageLock(text, PACKAGE_LOCK), folder);
  const built = builtFolder(folder);
  if (built === undefined) return drift;
  // Compilers differ, so what a restore builds from the sources of the lock has a digest of its own.
  const others = drift.filter(({ what }) => !what.endsWith('.node'));
  return [...others, ...(await handEditsIn(built, built))];
}
