/** Entropy of the operating system, where the notebook's own code asks for it: recorded, and replaced only when told to. */
import { syncBuiltinESMExports } from 'node:module';
import { isByUser, stackAbove } from './callsite';
import type { Configuration } from './configuration';
import type { Hook } from './modules';
import { Generator } from './streams';
import type { Sources } from './sources';
import { wrapped } from './wrapping';

type Function = (this: unknown, ...args: never[]) => unknown;

/** Of the arguments but for a callback. */
type Replacement = (generator: Generator, ...args: never[]) => unknown;

type Callback = (error: unknown, value?: unknown) => void;

const CRYPTO = /^(?:node:)?crypto$/;

export function cryptoHook(sources: Sources, configuration: Configuration): Hook {
  return { request: CRYPTO, apply: (crypto) => installCrypto(crypto, sources, configuration) };
}

function installCrypto(crypto: object, sources: Sources, configuration: Configuration): void {
  const enforced = configuration.osEntropy === 'enforce' && sources.enforces;
  const wrap = (owner: object, name: string, source: string, replacement: Replacement) => {
    const methods = owner as Record<string, Function | undefined>;
    const original = methods[name];
    if (original === undefined) return;
    const hooked = (given: Function): Function => {
      const hook: Function = function (...args) {
        if (!isByUser(stackAbove(hook), configuration.root)) return given.apply(this, args);
        sources.log.note(source, enforced ? 'enforced' : 'unreached', hook);
        if (!enforced) return given.apply(this, args);
        return inPlaceOf(given, this, args, replacement, new Generator(sources.fresh(source)));
      };
      return hook;
    };
    Object.defineProperty(methods, name, {
      value: wrapped(original, hooked),
      configurable: true,
      writable: true,
    });
  };
  wrap(crypto, 'randomBytes', 'crypto.randomBytes', randomBytes);
  wrap(crypto, 'randomFillSync', 'crypto.randomFillSync', fill);
  wrap(crypto, 'randomFill', 'crypto.randomFill', fill);
  wrap(crypto, 'randomInt', 'crypto.randomInt', randomInt);
  wrap(crypto, 'randomUUID', 'crypto.randomUUID', randomUUID);
  wrap(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues', fill);
  wrap(globalThis.crypto, 'randomUUID', 'crypto.randomUUID', randomUUID);
  syncBuiltinESMExports();
}

/** Node's own function is called too, and first: it knows which arguments it takes, and when it calls back. */
function inPlaceOf(
  original: Function,
  owner: unknown,
  args: never[],
  replacement: Replacement,
  generator: Generator,
): unknown {
  const callback: unknown = args.at(-1);
  if (typeof callback !== 'function') {
    original.apply(owner, args);
    return replacement(generator, ...args);
  }
  const others = args.slice(0, -1);
  const answer: Callback = (error, value) => {
    if (error) (callback as Callback)(error, value);
    else (callback as Callback)(null, replacement(generator, ...others));
  };
  return original.apply(owner, [...others, answer as never]);
}

function randomBytes(generator: Generator, size: number): Buffer {
  return fill(generator, Buffer.alloc(size));
}

/** `offset` and `size` count elements, as those of `randomFill` do. */
function fill<T extends ArrayBuffer | ArrayBufferView>(
  generator: Generator,
  target: T,
  offset = 0,
  size?: number,
): T {
  const bytes = ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target);
  const element = (target as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const first = offset * element;
  const end = size === undefined ? bytes.length : first + size * element;
  for (let index = first; index < end; index++) bytes[index] = generator.next();
  return target;
}

function randomInt(generator: Generator, ...numbers: number[]): number {
  const [least, limit] = numbers.length > 1 ? (numbers as [number, number]) : [0, numbers[0] ?? 0];
  return least + Math.floor(generator.real() * (limit - least));
}

/** Version 4 of RFC 9562. */
function randomUUID(generator: Generator): string {
  const bytes = fill(generator, Buffer.alloc(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [
    [0, 8],
    [8, 12],
    [12, 16],
    [16, 20],
    [20, 32],
  ]
    .map(([from, to]) => hex.slice(from, to))
    .join('-');
}
