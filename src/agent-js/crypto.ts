/** Entropy of the operating system, where the notebook's own code asks for it: recorded, and replaced only when told to. */
import { syncBuiltinESMExports } from 'node:module';
import { isByUser, stackAbove } from './callsite';
import type { Configuration } from './configuration';
import type { Hook } from './modules';
import { Generator } from './streams';
import type { Sources } from './sources';
import { wrapped } from './wrapping';

type Function = (this: unknown, ...args: never[]) => unknown;

const CRYPTO = /^(?:node:)?crypto$/;

export function cryptoHook(sources: Sources, configuration: Configuration): Hook {
  return { request: CRYPTO, apply: (crypto) => installCrypto(crypto, sources, configuration) };
}

function installCrypto(crypto: object, sources: Sources, configuration: Configuration): void {
  const enforced = configuration.osEntropy === 'enforce' && sources.enforces;
  const wrap = (
    owner: object,
    name: string,
    source: string,
    replacement: (generator: Generator, ...args: never[]) => unknown,
  ) => {
    const methods = owner as Record<string, Function | undefined>;
    const original = methods[name];
    if (original === undefined) return;
    const hooked = (given: Function): Function => {
      const hook: Function = function (...args) {
        if (!isByUser(stackAbove(hook), configuration.root)) return given.apply(this, args);
        sources.log.note(source, enforced ? 'enforced' : 'unreached', hook);
        if (!enforced) return given.apply(this, args);
        return replacement(new Generator(sources.fresh(source)), ...args);
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
  wrap(crypto, 'randomInt', 'crypto.randomInt', randomInt);
  wrap(crypto, 'randomUUID', 'crypto.randomUUID', randomUUID);
  wrap(globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues', fill);
  wrap(globalThis.crypto, 'randomUUID', 'crypto.randomUUID', randomUUID);
  syncBuiltinESMExports();
}

type Callback = (error: null, value: unknown) => void;

/** A result that the caller waits for, or has called back. */
function answer(value: unknown, callback?: Callback): unknown {
  if (callback === undefined) return value;
  process.nextTick(callback, null, value);
  return undefined;
}

function randomBytes(generator: Generator, size: number, callback?: Callback): unknown {
  return answer(fill(generator, Buffer.alloc(size)), callback);
}

function fill<T extends ArrayBuffer | ArrayBufferView>(generator: Generator, target: T): T {
  const bytes = ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
    : new Uint8Array(target);
  for (let index = 0; index < bytes.length; index++) bytes[index] = generator.next();
  return target;
}

function randomInt(generator: Generator, ...given: (number | Callback | undefined)[]): unknown {
  const numbers = given.filter((value) => typeof value === 'number');
  const callback = given.find((value) => typeof value === 'function');
  const [least, limit] = numbers.length > 1 ? (numbers as [number, number]) : [0, numbers[0] ?? 0];
  return answer(least + Math.floor(generator.real() * (limit - least)), callback);
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
