/** What a sidecar's pin says of a notebook in JavaScript or TypeScript, besides its lock. */
import type { Json } from './digest';

export type JavaScriptPin = {
  kernel: 'tslab' | 'deno';
  /** Of the kernel. */
  version?: string;
  /** Of the file that the kernel begins with. */
  sha256: string;
  /** Versions of `v8`, and of `node` where that runs it. */
  engine: Record<string, string>;
  /** Versions of TensorFlow.js and its parts, by path from `node_modules`: a tree can hold several. */
  tensorflow: Record<string, string>;
  /** sha256 of the addon and of the libraries that it calls, by path from `node_modules`. */
  native: Record<string, string>;
  wheel?: Wheel;
};

/** A wheel of PyPI that the addon is built against: of it only the library and its headers are used, and no Python. */
export type Wheel = { name: string; version: string; python: string; sha256: string };

const SHA256 = /^[0-9a-f]{64}$/;
const WHEEL: Readonly<Record<keyof Wheel, RegExp>> = {
  name: /^tensorflow(-cpu)?$/,
  version: /^\d+\.\d+\.\d+[a-z0-9.]*$/,
  python: /^3\.\d+$/,
  sha256: SHA256,
};

/** @returns what is at fault, and what it must be; undefined where nothing is */
export function faultOfJavaScriptPin(
  value: Json,
): { field: string; wanted: string; found: Json } | undefined {
  const fault = (field: string, wanted: string, found: Json | undefined) => ({
    field: `pin.javascript${field}`,
    wanted,
    found: found ?? null,
  });
  if (!isObject(value)) return fault('', 'an object', value);
  const { kernel, version, sha256, engine, tensorflow, native, wheel } = value;
  if (kernel !== 'tslab' && kernel !== 'deno') return fault('.kernel', '"tslab" or "deno"', kernel);
  if (version !== undefined && typeof version !== 'string') return fault('.version', 'a string', version);
  if (!matches(sha256, SHA256)) return fault('.sha256', 'a sha256', sha256);
  if (!isTable(engine)) return fault('.engine', 'an object of strings', engine);
  if (!isTable(tensorflow)) return fault('.tensorflow', 'an object of strings', tensorflow);
  if (!isTable(native) || !Object.values(native).every((each) => matches(each, SHA256))) {
    return fault('.native', 'an object of sha256 digests', native);
  }
  if (wheel === undefined) return undefined;
  const fits =
    isObject(wheel) && Object.entries(WHEEL).every(([field, pattern]) => matches(wheel[field], pattern));
  return fits
    ? undefined
    : fault('.wheel', 'name, version, python and sha256 of a wheel of TensorFlow', wheel);
}

function matches(value: Json | undefined, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isTable(value: Json | undefined): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((each) => typeof each === 'string');
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
