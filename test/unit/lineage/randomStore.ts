/** Stores with runs that nobody would write, the same for the same seed. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { CellLine, RecordedFile, WrittenVariable } from '../../../src/lineage/record';
import type { Store } from '../../../src/lineage/store';
import { opaque, record, sha } from '../replay/build';
import { chained } from './build';

const NAMES = ['a', 'b', 'c', 'df', 'model', 'X'];
const PATHS = ['data/raw.csv', 'data/clean.csv', 'out/model.pkl', 'späne.csv', 'log.txt'];
const NOTEBOOKS = ['prepare.ipynb', 'study/train.ipynb', 'report.ipynb'];
const CELLS = 8;

export type Random = {
  /** Below `n`. */
  below: (n: number) => number;
  chance: (p: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
  some: <T>(from: readonly T[], most: number) => T[];
};

/** mulberry32 */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const some = <T>(from: readonly T[], most: number): T[] => [
    ...new Set(Array.from({ length: below(most + 1) }, () => pick(from))),
  ];
  return { below, pick, some, chance: (p) => next() < p };
}

/** Chained lines of the record of one run. */
export function randomLines(dice: Random, { run, minute, runs = [] }: RunAt, executions: number): string[] {
  const order = Array.from({ length: executions }, () => dice.below(CELLS));
  const replayOf = runs.length > 0 && dice.chance(0.25) ? dice.pick(runs) : undefined;
  const { header, cells, summary } = record(
    Array.from({ length: CELLS }, () => ({})),
    {
      run,
      order,
      header: {
        notebook: dice.pick(NOTEBOOKS),
        startedAt: at(minute, 0),
        seed: { value: String(dice.below(3)), from: 'option' },
        ...(dice.chance(0.5)
          ? { git: { commit: sha(`commit ${dice.below(3)}`), dirty: dice.chance(0.5) } }
          : {}),
        ...(replayOf === undefined ? {} : { replayOf }),
      },
      ...(dice.chance(0.2) ? { summary: null } : {}),
    },
  );
  const lines = cells.map((line, seq) => randomLine(dice, { ...line, startedAt: at(minute, seq) }));
  const closing = { type: 'closing', files: dice.chance(0.5) ? [randomFile(dice)] : [] };
  return chained([
    header,
    ...lines,
    ...(dice.chance(0.5) ? [{ type: 'of a newer agent' }] : []),
    ...(dice.chance(0.3) ? [closing] : []),
    ...(summary === null ? [] : [summary]),
  ]);
}

export type RunAt = { run: string; minute: number; runs?: readonly string[] };

export function runAt(minute: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `20260101-${two(Math.floor(minute / 60))}${two(minute % 60)}00-${String(minute).padStart(6, '0')}`;
}

/** Some of the runs are cut off, altered, empty or without a beginning. @returns their ids, oldest first */
export function randomRuns(store: Store, dice: Random, count: number): string[] {
  const runs: string[] = [];
  for (let minute = 0; minute < count; minute++) {
    const run = runAt(minute);
    const lines = randomLines(dice, { run, minute, runs }, dice.below(25));
    writeLines(store, run, lines);
    if (dice.chance(0.25)) damage(store, run, lines, dice);
    runs.push(run);
  }
  return runs;
}

export function writeLines(store: Store, run: string, lines: readonly string[]): void {
  mkdirSync(store.runFolder(run), { recursive: true });
  writeFileSync(store.recordPath(run), lines.map((line) => `${line}\n`).join(''));
}

function damage(store: Store, run: string, lines: readonly string[], dice: Random): void {
  const record = store.recordPath(run);
  const kind = dice.below(5);
  if (kind === 0) writeFileSync(record, readFileSync(record).subarray(0, -dice.below(400) - 1));
  if (kind === 1)
    writeLines(
      store,
      run,
      lines.map((line, at) => (at === 2 ? line.replace('"ok"', '"error"') : line)),
    );
  if (kind === 2) writeFileSync(record, '');
  if (kind === 3) writeLines(store, run, lines.slice(1));
  if (kind === 4) appendFileSync(record, 'no line of ours\n');
}

function randomLine(dice: Random, line: CellLine): CellLine {
  const writes = dice
    .some(NAMES, 3)
    .map((name): WrittenVariable =>
      dice.chance(0.2)
        ? opaque(name)
        : { name, how: 'exact', digest: sha(`${name} ${dice.below(4)}`), type: 'int' },
    );
  return {
    ...line,
    reads: dice.some(NAMES, 3),
    writes,
    mutated: writes.map(({ name }) => name).filter(() => dice.chance(0.3)),
    deletes: dice.chance(0.15) ? [dice.pick(NAMES)] : [],
    files: dice.chance(0.5) ? Array.from({ length: dice.below(3) }, () => randomFile(dice)) : [],
    data: dice.chance(0.1)
      ? [{ kind: 'url', name: 'https://example.org/a.csv', version: { etag: `"${dice.below(2)}"` } }]
      : [],
    precision: dice.chance(0.5) ? 'static' : 'monitoring',
  };
}

function randomFile(dice: Random): RecordedFile {
  const mode = dice.pick(['read', 'write'] as const);
  const path = dice.pick(PATHS);
  return {
    path,
    mode,
    ...(dice.chance(0.9) ? { sha256: sha(`${path} ${dice.below(3)}`), size: dice.below(100) } : {}),
    ...(mode === 'read' && dice.chance(0.1) ? { absent: true as const } : {}),
    ...(mode === 'write' && dice.chance(0.1) ? { deleted: true } : {}),
    attribution: dice.chance(0.9) ? 'exact' : 'weak',
  };
}

function at(minute: number, seq: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, minute, 0, seq)).toISOString();
}

/** Every path and digest that runs can have, and some that they cannot. */
export const FILES = [...PATHS, 'never.csv'].flatMap((path) => [
  { path },
  ...[[0], [1], [2, 3, 0]].map((versions) => ({
    sha256: versions.map((version) => sha(`${path} ${version}`)),
  })),
]);

export const STARTS = [
  ...[...NAMES, 'never'].map((variable) => ({ variable })),
  ...[0, 3, CELLS - 1, CELLS].map((cell) => ({ cell })),
  ...[...PATHS, 'never.csv'].map((file) => ({ file })),
  { seqs: [0, 2, 99] },
  { variable: 'a', cell: 1, file: 'log.txt' },
];
