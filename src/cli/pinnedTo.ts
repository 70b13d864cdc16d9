/** What commands that write files for other tools start from: the locked packages, and an image with Python. */
import { type Locked, lockedByPin } from '../environment/exports/locked';
import { findInterpreter } from '../environment/interpreter';
import { findUv, type Uv } from '../environment/uv';
import { Failure } from '../notebook/failure';
import type { JavaScriptPin } from '../notebook/javascriptPin';
import type { planRun } from '../replay/execution/plan';
import { imageOf, uvLockPath } from './shared';

/** What the pin of a notebook locks. @throws Failure `no-pin`, `no-lock`, `lock-changed`, `bad-lock`, `no-wheel`, `conda` */
export async function lockedFor(
  { path, root, sidecar }: ReturnType<typeof planRun>,
  signal: AbortSignal,
): Promise<Locked> {
  const pin = sidecar?.pin;
  if (pin === undefined) {
    throw new Failure(
      'usage',
      'no-pin',
      'The notebook has no pin to export. Nothing was written. Pin it first: reprise pin.',
    );
  }
  return lockedByPin(pin, { path, root }, () => uvFor(path, root, signal), signal);
}

/** The pinned uv, put there by the notebook's own Python where it is not there yet. @throws Failure `no-uv` */
export async function uvFor(path: string, root: string, signal?: AbortSignal): Promise<Uv> {
  const { path: python } = await findInterpreter(path, root, undefined);
  return findUv({ python, lock: uvLockPath(), ...(signal ? { signal } : {}) });
}

/** @param option that names it, for the message @throws Failure `no-image`, `bad-image` */
export function baseImage(image: string | undefined, { python }: Locked, option: string): string {
  if (image !== undefined) return imageOf(image);
  const forGood = option === '--image' ? '; or once for good: reprise pin --image' : '';
  throw noImage('Python', `${option} python@sha256:…`, `python:${python}-slim`, forGood);
}

/** Of a notebook in JavaScript. @throws Failure `no-image`, `bad-image` */
export function nodeBaseImage(image: string | undefined, { engine: { node } }: JavaScriptPin): string {
  if (image !== undefined) return imageOf(image);
  throw noImage('Node on Debian', '--base node@sha256:…', `node:${node ?? '24'}-bookworm`);
}

function noImage(what: string, option: string, example: string, more = ''): Failure {
  return new Failure(
    'usage',
    'no-image',
    `A container starts from an image, and none is named. Nothing was written. Name one with ${what} by its digest: ` +
      `${option}, which "docker buildx imagetools inspect ${example}" shows${more}.`,
  );
}
