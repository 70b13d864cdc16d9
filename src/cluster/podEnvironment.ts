/** What a pod is told of the environment that a notebook is pinned to: `environment` of its `pod.json`. */
import path from 'node:path';
import type { Locked } from '../environment/exports/locked';
import { requirementsText } from '../environment/exports/requirements';
import { lockOf } from '../environment/locks';
import { Failure } from '../notebook/failure';
import type { Work } from '../replay/execution/target';

/**
 * Of a notebook that is pinned to packages of npm.
 * @throws Failure `no-lock`, `lock-changed`, `bad-lock`
 */
export function javascriptEnvironment({ sidecar, store: { root }, notebook }: Work): object | undefined {
  const pin = sidecar?.pin;
  if (pin?.javascript === undefined) return undefined;
  const { kernel, version, sha256, engine, native } = pin.javascript;
  // Its digest, and that it lies beneath the root.
  lockOf(pin, path.resolve(root, path.dirname(notebook)), root);
  const lock = path.posix.join(path.posix.dirname(notebook), pin.lock);
  const javascript = { kernel, ...(version === undefined ? {} : { version }), sha256, engine, native, lock };
  return { check: 'refuse', javascript };
}

/** A pinned notebook runs in nothing else than its pin; what an image has beside it changes no number. */
export function environmentOf(locked: Locked | undefined): object {
  if (locked === undefined) return { check: 'record' };
  const { python, packages } = locked;
  const always = packages.filter(({ marker }) => marker === undefined);
  return {
    check: 'refuse',
    python,
    packages: Object.fromEntries(always.map(({ name, version }) => [name, version])),
    // Only the pod knows what platform it is.
    conditional: packages.flatMap(({ name, version, marker }) =>
      marker === undefined ? [] : [{ name, version, marker }],
    ),
  };
}

/** @throws Failure `no-pin`, `conda`, `other-language` */
export function toInstall(locked: Locked | undefined, isPinnedToNpm: boolean): string {
  if (locked !== undefined && locked.packages.every(({ sha256 }) => sha256.length > 0))
    return requirementsText(locked);
  const [reason, what] = isPinnedToNpm
    ? [
        'other-language',
        'A pod installs wheels of Python, and the pin lists packages of npm. Write an image of them (reprise image)',
      ]
    : locked === undefined
      ? ['no-pin', 'There is nothing to install: the notebook has no pin. Pin it first (reprise pin)']
      : ['conda', `${locked.lock} lists packages of conda, and a pod installs wheels. Pin to those`];
  throw new Failure(
    'usage',
    reason,
    `${what}, or take an image that has its packages (environment: image, in reprise.yaml). Nothing was sent.`,
  );
}
