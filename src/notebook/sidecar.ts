import path from 'node:path';
import { type Json } from './digest';
import { Failure } from './failure';
import { faultOfJavaScriptPin, type JavaScriptPin } from './javascriptPin';
import { type Tolerance } from './tolerance';

export type { Tolerance };

type Fields = { [key: string]: unknown };

export const STREAM_SCOPES = ['session', 'per-cell'] as const;
export type StreamScope = (typeof STREAM_SCOPES)[number];

/** Fields of later versions are kept when a sidecar is written back. */
export type SidecarSettings = Fields & {
  seed: 'fresh' | number;
  policy: 'full' | 'close' | 'observe';
  entropy?: 'record' | 'enforce';
  /** Whether streams go on from cell to cell or begin anew in each; absent: `session`, which records call `per-session`. */
  rng?: StreamScope | 'per-session';
  tolerance?: Tolerance;
  image?: string;
};

export type Pin = Fields & {
  lock: string;
  sha256: string;
  /** Of a notebook in JavaScript: that the agent ran on, from which no number comes. */
  python: string;
  platforms?: string[];
  javascript?: JavaScriptPin;
};

/** The judged result of every cell, as `readSeal` checks it; only `cells` has a layout of its own in the file. */
export type Seal = Fields & { cells: { [key: string]: Json }[] };

export type Sidecar = Fields & {
  schema: 'reprise/notebook/1';
  settings: SidecarSettings;
  pin?: Pin;
  seal?: Seal;
};

export type SidecarReason = 'not-json' | 'conflict' | 'not-a-sidecar' | 'unknown-schema' | 'bad-field';

export class SidecarError extends Failure {
  declare readonly reason: SidecarReason;

  constructor(
    reason: SidecarReason,
    message: string,
    /** Path of the field at fault, as `settings.seed`. */
    readonly field?: string,
  ) {
    super('usage', reason, message);
    this.name = 'SidecarError';
  }
}

const SCHEMA = 'reprise/notebook/1';
const ORDER = {
  sidecar: ['schema', 'settings', 'pin', 'seal'],
  settings: ['seed', 'policy', 'entropy', 'rng', 'tolerance', 'image'],
  pin: ['lock', 'sha256', 'python', 'platforms', 'javascript'],
};

const ENDING = '.repro.json';

/** `<stem>.repro.json` beside the notebook. */
export function sidecarPath(notebookPath: string): string {
  const { dir, name } = path.parse(notebookPath);
  return path.join(dir, `${name}${ENDING}`);
}

/** A judgement names its original; one against a seal names the sidecar that holds it. */
export function isSidecarName(name: string): boolean {
  return name.endsWith(ENDING);
}

/**
 * Reads a sidecar. Absent settings get their defaults (`seed: 'fresh'`, `policy: 'close'`); unknown fields stay.
 * @throws SidecarError
 */
export function readSidecar(text: string): Sidecar {
  const sidecar = parse(text);
  const settings = objectAt(sidecar, 'settings', '') ?? {};
  const pin = objectAt(sidecar, 'pin', '');
  const seal = objectAt(sidecar, 'seal', '');
  checkSettings(settings);
  if (pin) checkPin(pin);
  if (seal) checkSeal(seal);
  return { ...sidecar, settings: { seed: 'fresh', policy: 'close', ...settings } } as Sidecar;
}

/** The same sidecar always gives the same bytes: keys in a fixed order, one line a cell in the seal, a newline at the end. */
export function writeSidecar(sidecar: Sidecar): string {
  const { settings, pin, seal } = sidecar;
  const fields: Fields = { ...sidecar, settings: order(settings, ORDER.settings) };
  if (pin) fields.pin = order(pin, ORDER.pin);
  if (seal) fields.seal = { ...order({ ...seal, cells: undefined }, []), cells: [] };
  const text = JSON.stringify(order(fields, ORDER.sidecar), null, 2) + '\n';
  if (!seal || seal.cells.length === 0) return text;
  const cells = seal.cells.map((cell) => '      ' + JSON.stringify(cell)).join(',\n');
  // No JSON string holds a raw newline, so newline and indentation find the field itself.
  const placeholder = '\n    "cells": []';
  const at = text.indexOf(placeholder, text.indexOf('\n  "seal": {'));
  return `${text.slice(0, at)}\n    "cells": [\n${cells}\n    ]${text.slice(at + placeholder.length)}`;
}

function parse(text: string): { [key: string]: Json } {
  if (/^(<{7}|>{7}) /m.test(text)) {
    throw new SidecarError(
      'conflict',
      'The sidecar has the marks of a merge conflict. Keep one of the two sides, whichever it is where only the seal ' +
        'differs, and seal the notebook again: reprise seal.',
    );
  }
  let parsed: Json;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (error) {
    throw new SidecarError('not-json', `The sidecar is not valid JSON: ${(error as Error).message}`);
  }
  if (!isObject(parsed)) throw new SidecarError('not-a-sidecar', 'The sidecar is not a JSON object.');
  const { schema } = parsed;
  if (schema === SCHEMA) return parsed;
  if (typeof schema === 'string' && /^reprise\/notebook\/\d+$/.test(schema)) {
    const message = `The sidecar has schema ${schema}; this Reprise reads ${SCHEMA}. A newer Reprise wrote it: update.`;
    throw new SidecarError('unknown-schema', message, 'schema');
  }
  throw new SidecarError('not-a-sidecar', `The sidecar's field schema must be "${SCHEMA}".`, 'schema');
}

function checkSettings(settings: { [key: string]: Json }): void {
  const { seed, policy, entropy, rng, image } = settings;
  const limit = Number.MAX_SAFE_INTEGER;
  expect(
    seed === undefined || seed === 'fresh' || Number.isSafeInteger(seed),
    'settings.seed',
    `"fresh" or an integer from -${limit} to ${limit}`,
    seed,
  );
  expect(
    policy === undefined || policy === 'full' || policy === 'close' || policy === 'observe',
    'settings.policy',
    '"full", "close" or "observe"',
    policy,
  );
  expect(
    entropy === undefined || entropy === 'record' || entropy === 'enforce',
    'settings.entropy',
    '"record" or "enforce"',
    entropy,
  );
  expect(
    rng === undefined || [...STREAM_SCOPES, 'per-session'].some((scope) => scope === rng),
    'settings.rng',
    '"session" or "per-cell"',
    rng,
  );
  expect(image === undefined || typeof image === 'string', 'settings.image', 'a string', image);
  const tolerance = objectAt(settings, 'tolerance', 'settings.');
  if (!tolerance) return;
  for (const bound of ['rtol', 'atol']) {
    const value = tolerance[bound];
    const fits = typeof value === 'number' && Number.isFinite(value) && value >= 0;
    expect(fits, `settings.tolerance.${bound}`, 'a number that is not negative', value);
  }
}

function checkPin(pin: { [key: string]: Json }): void {
  for (const field of ['lock', 'sha256', 'python']) {
    expect(typeof pin[field] === 'string', `pin.${field}`, 'a string', pin[field]);
  }
  const { platforms } = pin;
  const fits =
    platforms === undefined || (Array.isArray(platforms) && platforms.every((p) => typeof p === 'string'));
  expect(fits, 'pin.platforms', 'a list of strings', platforms);
  const fault = pin.javascript === undefined ? undefined : faultOfJavaScriptPin(pin.javascript);
  if (fault) expect(false, fault.field, fault.wanted, fault.found);
}

function checkSeal({ cells }: { [key: string]: Json }): void {
  expect(Array.isArray(cells) && cells.every(isObject), 'seal.cells', 'a list of objects', cells);
}

function expect(fits: boolean, field: string, wanted: string, found: Json | undefined): void {
  if (fits) return;
  const shown = found === undefined ? 'missing' : JSON.stringify(found);
  throw new SidecarError('bad-field', `In the sidecar, ${field} must be ${wanted}; it is ${shown}.`, field);
}

function objectAt(
  parent: { [key: string]: Json },
  key: string,
  prefix: string,
): { [key: string]: Json } | undefined {
  const value = parent[key];
  if (value === undefined || isObject(value)) return value;
  throw new SidecarError('bad-field', `In the sidecar, ${prefix}${key} must be an object.`, prefix + key);
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Known keys first and in their order, then the others by name. */
function order(fields: Fields, known: readonly string[]): Fields {
  const rank = (key: string): number => (known.includes(key) ? known.indexOf(key) : known.length);
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
