/**
 * What `Math.random` does not reach in TensorFlow.js 4: `dataset.shuffle`, seeded from the clock, and `tf.multinomial`,
 * whose random number below 1 becomes the integer 0, with which TensorFlow takes entropy of its own.
 */
import util from 'node:util';
import type { Hook } from './modules';
import type { Sources } from './sources';
import { wrapped } from './wrapping';

const DATA = /@tensorflow[\\/]tfjs-data(?:[\\/]dist[\\/][\w.-]+\.js)?$/;
const NODE = /@tensorflow[\\/]tfjs-node(?:-gpu)?(?:[\\/]dist[\\/]index\.js)?$/;
const LAYERS = /@tensorflow[\\/]tfjs-layers(?:[\\/]dist[\\/][\w.-]+\.js)?$/;
/** They draw after an `await` of their own. */
const TRAINING = ['fit', 'fitDataset', 'trainOnBatch'] as const;
const LARGEST_SEED = 0x7ffffffe;
const SHUFFLE = 'tfjs.data.shuffle';

type Shuffle = (this: unknown, size: number, seed?: string | null, ...rest: unknown[]) => unknown;
type Train = (this: unknown, ...args: unknown[]) => unknown;
type Attributes = { seed: number };
type Kernel = {
  kernelName: string;
  backendName: string;
  kernelFunc: (given: { attrs: Attributes; [more: string]: unknown }) => unknown;
};
export type TensorFlow = {
  version?: Record<string, string>;
  getBackend?(): string;
  backend?(): { binding?: { TF_Version?: string }; isUsingGpuDevice?: boolean };
};

/** `loaded` is called with each build of tfjs-node that the notebook loads. */
export function tensorflowHooks(sources: Sources, loaded: (tf: TensorFlow) => void): Hook[] {
  return [
    { request: DATA, apply: (data) => wrapShuffle(data, sources) },
    { request: LAYERS, apply: (layers) => wrapTraining(layers, sources) },
    {
      request: NODE,
      apply: (tf) => {
        wrapMultinomial(tf, sources);
        loaded(tf);
      },
    },
  ];
}

/** tfjs-node 4.22 calls a function that Node 23 took away: without it no operation with an attribute runs. */
export function mendUtil(): void {
  const old = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

function wrapShuffle(data: Record<string, unknown>, sources: Sources): void {
  const { prototype } = (data.Dataset ?? {}) as { prototype?: { shuffle?: Shuffle } };
  const original = prototype?.shuffle;
  if (prototype === undefined || original === undefined) return;
  prototype.shuffle = wrapped(original, () => {
    const shuffle: Shuffle = function (size, seed, ...rest) {
      // An empty seed is none, as the library itself takes it.
      if (seed) return original.call(this, size, seed, ...rest);
      sources.log.note(SHUFFLE, sources.reach, shuffle);
      const given = sources.enforces ? sources.fresh(SHUFFLE).toString('hex') : seed;
      return original.call(this, size, given, ...rest);
    };
    return shuffle;
  });
}

function wrapTraining(layers: Record<string, unknown>, { log }: Sources): void {
  const { prototype } = (layers.LayersModel ?? {}) as { prototype?: Record<string, Train> };
  for (const name of TRAINING) {
    const original = prototype?.[name];
    if (prototype === undefined || original === undefined) continue;
    prototype[name] = wrapped(original, () => {
      const train: Train = function (...args) {
        return log.within(train, () => original.apply(this, args));
      };
      return train;
    });
  }
}

function wrapMultinomial(tf: Record<string, unknown>, { log, reach, enforces }: Sources): void {
  const { getKernel, unregisterKernel, registerKernel } = tf as {
    getKernel?: (name: string, backend: string) => Kernel | undefined;
    unregisterKernel?: (name: string, backend: string) => void;
    registerKernel?: (kernel: Kernel) => void;
  };
  const kernel = getKernel?.('Multinomial', 'tensorflow');
  if (kernel === undefined || unregisterKernel === undefined || registerKernel === undefined) return;
  const kernelFunc: Kernel['kernelFunc'] = (given) => {
    const { seed } = given.attrs;
    // A whole number is the user's.
    if (Number.isInteger(seed)) return kernel.kernelFunc(given);
    if (!enforces) log.note('tfjs.multinomial', reach, kernelFunc);
    const attrs = enforces ? { ...given.attrs, seed: 1 + Math.floor(seed * LARGEST_SEED) } : given.attrs;
    return kernel.kernelFunc({ ...given, attrs });
  };
  unregisterKernel('Multinomial', 'tensorflow');
  registerKernel({ ...kernel, kernelFunc });
}
