/** Sides and records made by hand: a cell is given only what a test is about. */
import { createHash } from 'node:crypto';
import { layoutDigest, rawDigest, type Output } from '../../../src/notebook/output';
import { cellDigest } from '../../../src/notebook/digest';
import type { Fingerprint } from '../../../src/environment/fingerprint';
import type {
  CellLine,
  RecordHeader,
  RecordSummary,
  RunRecord,
  WrittenVariable,
} from '../../../src/lineage/record';
import type { Side } from '../../../src/replay/compare/side';

export type CellSpec = Partial<Omit<CellLine, 'outputs' | 'writes' | 'type' | 'prev'>> & {
  code?: string;
  outputs?: Output[];
  writes?: (string | WrittenVariable)[];
  /** What reached the executed copy, where that is not what the kernel sent; null: nothing was kept. */
  arrived?: Output[] | null;
  /** Not executed. */
  skipped?: boolean;
};

export type RunSpec = {
  run?: string;
  header?: Partial<RecordHeader>;
  environment?: Partial<Fingerprint>;
  /** Cell positions in the order of execution; document order where absent. */
  order?: number[];
  summary?: Partial<RecordSummary> | null;
  broken?: RunRecord['broken'];
  prefix?: string;
};

export const stdout = (text: string): Output => ({ output_type: 'stream', name: 'stdout', text });
export const stderr = (text: string): Output => ({ output_type: 'stream', name: 'stderr', text });
export const result = (data: Record<string, string>): Output => ({
  output_type: 'execute_result',
  data,
  metadata: {},
  execution_count: 1,
});
export const display = (data: Record<string, string>): Output => ({
  output_type: 'display_data',
  data,
  metadata: {},
});
export const failure = (ename: string, evalue: string, traceback: string[] = []): Output => ({
  output_type: 'error',
  ename,
  evalue,
  traceback,
});

export const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
export const exact = (name: string, value = name, type = 'float'): WrittenVariable => ({
  name,
  digest: sha(value),
  how: 'exact',
  type,
});
export const pickled = (name: string, value = name, type = 'Model'): WrittenVariable => ({
  name,
  digest: sha(value),
  how: 'pickle',
  type,
});
export const opaque = (name: string): WrittenVariable => ({ name, how: 'opaque', type: 'Handle' });
export const wrote = (path: string, content: string, more: Partial<CellLine['files'][number]> = {}) => ({
  path,
  mode: 'write' as const,
  sha256: sha(content),
  attribution: 'exact' as const,
  ...more,
});
export const read = (path: string, content: string) => ({
  path,
  mode: 'read' as const,
  sha256: sha(content),
  attribution: 'exact' as const,
});
export const draw = (
  source: string,
  reach: 'seeded' | 'enforced' | 'unreached',
  line = 1,
  cell = 0,
): CellLine['entropy'][number] => ({ source, reach, count: 1, at: { cell, line } });

export const FINGERPRINT: Fingerprint = {
  python: { version: '3.11.7', build: 'main', implementation: 'CPython', compiler: 'GCC 12.2.0' },
  os: { system: 'Linux', release: '6.1.0', libc: 'glibc 2.36' },
  cpu: { model: 'EPYC', flags: sha('avx2'), cores: 2 },
  gpus: [],
  packages: { numpy: '2.4.6', pandas: '3.0.6', 'scikit-learn': '1.9.1', ipykernel: '7.4.0' },
  variables: { PYTHONHASHSEED: '123' },
};

export function header(spec: RunSpec, cells: CellSpec[]): RecordHeader {
  return {
    schema: 'reprise/record/1',
    type: 'header',
    prev: '0'.repeat(64),
    run: spec.run ?? '20260101-000000-aaaaaa',
    notebook: 'study.ipynb',
    startedAt: '2026-01-01T00:00:00.000Z',
    agent: { version: '0.1.0', sha256: sha('agent') },
    canon: 'canon/1',
    values: 'values/1',
    seed: { value: '9f', from: 'fresh' },
    policy: 'close',
    entropy: 'record',
    rng: 'per-session',
    strict: false,
    environment: { ...FINGERPRINT, ...spec.environment },
    git: null,
    cells: cells.map((cell, position) => ({
      index: cell.index ?? position,
      id: cell.id ?? `id${position}`,
      type: 'code',
      source: cellDigest(codeOf(cell, position)),
    })),
    starter: 'runner',
    ...spec.header,
  };
}

export function record(cells: CellSpec[], spec: RunSpec = {}): RunRecord {
  const executions = new Map<number, number>();
  const lines = (spec.order ?? cells.map((_, position) => position)).flatMap((position, seq): CellLine[] => {
    const cell = cells[position] as CellSpec;
    if (cell.skipped === true) return [];
    executions.set(position, (executions.get(position) ?? 0) + 1);
    return [line(cell, position, seq, executions.get(position) ?? 1)];
  });
  const summary: RecordSummary = {
    type: 'summary',
    prev: '',
    status: 'ok',
    endedAt: '2026-01-01T00:00:01.000Z',
    durationMs: 1000,
    results: sha(lines.map(({ outputs }) => outputs.raw).join('')),
    executed: lines.length,
    skipped: [],
    faults: [],
    ...spec.summary,
  };
  return {
    header: header(spec, cells),
    cells: lines,
    summary: spec.summary === null ? null : summary,
    root: sha(`root of ${spec.run ?? ''}`),
    broken: spec.broken ?? null,
  };
}

/** A recorded run, as `loadRunSide` gives it. */
export function side(cells: CellSpec[], spec: RunSpec = {}): Side {
  const built = record(cells, spec);
  const at = (id: string): number => cells.findIndex((cell, position) => (cell.id ?? `id${position}`) === id);
  return {
    run: built.header.run,
    notebook: built.header.notebook,
    ranBy: 'local',
    ...(spec.prefix === undefined ? {} : { prefix: spec.prefix }),
    record: built,
    document: built.header.cells,
    outputs: ({ id }) => {
      const cell = cells[at(id)] as CellSpec;
      if (cell.skipped === true || cell.arrived === null) return undefined;
      return cell.arrived ?? cell.outputs ?? [];
    },
    source: ({ id }) => codeOf(cells[at(id)] as CellSpec, at(id)),
  };
}

/** An executed notebook without a record. */
export function notebookSide(cells: CellSpec[], name = 'saved.ipynb'): Side {
  return { ...side(cells), run: name, record: null };
}

function line(cell: CellSpec, position: number, seq: number, execution: number): CellLine {
  const { code: _code, outputs = [], arrived: _arrived, skipped: _skipped, writes = [], ...given } = cell;
  return {
    type: 'cell',
    prev: '',
    seq,
    index: position,
    id: `id${position}`,
    execution,
    executionCount: seq + 1,
    status: 'ok',
    startedAt: '2026-01-01T00:00:00.500Z',
    durationMs: 1,
    source: cellDigest(codeOf(cell, position)),
    reads: Object.keys(given.readDigests ?? {}),
    readDigests: {},
    writes: writes.map((write) => (typeof write === 'string' ? exact(write) : write)),
    deletes: [],
    files: [],
    entropy: [],
    clock: [],
    operations: [],
    rng: { before: {}, after: {} },
    warnings: [],
    error: null,
    outputs: { raw: rawDigest(outputs), layout: layoutDigest(outputs), count: outputs.length },
    precision: 'monitoring',
    notObserved: [],
    faults: [],
    ...given,
  };
}

function codeOf(cell: CellSpec, position: number): string {
  return cell.code ?? `code of cell ${position}`;
}
