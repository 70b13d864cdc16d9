/** Whether fields of a line hold what this version takes them to hold: an agent at fault, or anybody, may have written it. */
import type { CellLine } from './record';

const UNREAD = /^what its line says under `\w+` cannot be read$/;

type Shape = (value: unknown) => boolean;
type Fields = Record<string, unknown>;

const text: Shape = (value) => typeof value === 'string';
const maybeText: Shape = (value) => value === undefined || text(value);
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);
const mapOf =
  (shape: Shape): Shape =>
  (value) =>
    isObject(value) && Object.values(value).every(shape);
const withTexts =
  (...names: string[]): Shape =>
  (value) =>
    isObject(value) && names.every((name) => text(value[name]));

const isFile: Shape = (value) =>
  withTexts('path', 'mode')(value) &&
  ['sha256', 'content'].every((name) => maybeText((value as Fields)[name]));
const isWrite: Shape = (value) =>
  withTexts('name', 'how')(value) && ['digest', 'type'].every((name) => maybeText((value as Fields)[name]));
const isData: Shape = (value) =>
  withTexts('kind', 'name')(value) && mapOf(text)((value as Fields)['version']);
const isBeforeAndAfter: Shape = (value) =>
  isObject(value) && [value['before'], value['after']].every(mapOf(text));

const SHAPES: { [name in keyof CellLine]?: Shape } = {
  reads: listOf(text),
  readDigests: mapOf(text),
  missing: listOf(text),
  kept: listOf(text),
  writes: listOf(isWrite),
  mutated: listOf(text),
  shares: mapOf(listOf(text)),
  deletes: listOf(text),
  files: listOf(isFile),
  folders: listOf(text),
  data: listOf(isData),
  entropy: listOf(withTexts('source', 'reach')),
  clock: listOf(withTexts('call')),
  operations: listOf(withTexts('op')),
  rng: isBeforeAndAfter,
  process: isBeforeAndAfter,
  warnings: listOf(withTexts('category', 'message')),
  error: (value) => value === null || withTexts('ename', 'evalue')(value),
  outputs: withTexts('raw', 'layout'),
  revised: listOf(withTexts('id', 'raw', 'layout')),
  order: listOf(text),
  notObserved: listOf(text),
  faults: listOf(text),
};

/** The line without fields that cannot be read, of which a fault tells: nothing in such a cell is verified. */
export function wellShaped(line: Partial<CellLine>): Partial<CellLine> {
  const bad = Object.entries(SHAPES).flatMap(([name, shape]) => {
    const value: unknown = line[name as keyof CellLine];
    return value === undefined || shape(value) ? [] : [name];
  });
  if (bad.length === 0) return line;
  const kept = Object.fromEntries(Object.entries(line).filter(([name]) => !bad.includes(name)));
  const known = (kept as Partial<CellLine>).faults ?? [];
  return {
    ...kept,
    faults: [...known, ...bad.map((name) => `what its line says under \`${name}\` cannot be read`)],
  };
}

/** Whether a field of the line could not be read, so that nothing is known of what the cell did. */
export function isMisshapen({ faults }: CellLine): boolean {
  return faults.some((fault) => UNREAD.test(fault));
}

/** Of a header: what environments are compared by. One that an older version left out is not. */
export function isEnvironment(value: unknown): boolean {
  return value === undefined || (isObject(value) && withTexts('version')(value['python']));
}
