/**
 * Reads a run record and says how far its chain holds. Fields and line types that this version does not know are
 * passed over: a newer agent may have written them.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isEnvironment, wellShaped } from './shape';
import type { CellLine, ClosingLine, RecordHeader, RecordLine, RecordSummary, RunRecord } from './record';

export class RecordError extends Error {
  constructor(
    readonly reason: 'missing' | 'empty' | 'no-header' | 'newer' | 'broken',
    message: string,
  ) {
    super(message);
    this.name = 'RecordError';
  }
}

/** Whether a record is at fault, or the file system that holds it: other records may be read all the same. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof RecordError || typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

/** What another document says the record was when it was finished: only that shows a change in its last line. */
export type Expected = { root?: string; sha256?: string };

const SCHEMA = 'reprise/record/1';
const FIRST = '0'.repeat(64);
const BLOCK = 1 << 20;
const NEWLINE = 10;
const NONE = { files: [] };

type Line = { bytes: Buffer; whole: boolean };

/**
 * @returns every line before the one where the chain breaks
 * @throws RecordError when there is no record, or its first line is not a header this version can read
 */
export function readRecord(path: string, expected: Expected = {}): RunRecord {
  const file = createHash('sha256');
  const reading = new Reading();
  for (const line of linesOf(path, { file })) {
    if (!reading.take(line)) break;
  }
  return reading.finish(path, expected, file);
}

/** How far a record was read: bytes, and what its next line must name as the one before. */
export type Mark = { offset: number; root: string };
export const START: Mark = { offset: 0, root: FIRST };

/**
 * The lines of a record after a mark, for who keeps what it has read. A line that is still being written is left for the
 * next time; one of a kind that this version does not know is `undefined`.
 * @throws RecordError `broken` where the chain does not go on from the mark: `readRecord` says how far it holds
 */
export function* readOn(path: string, from: Mark): Generator<{ line: RecordLine | undefined; mark: Mark }> {
  let { offset, root } = from;
  for (const { bytes, whole } of linesOf(path, { offset })) {
    if (!whole) return;
    const line = parse(bytes);
    if (line === null || line['prev'] !== root)
      throw new RecordError('broken', `The chain of ${path} breaks at byte ${offset}.`);
    offset += bytes.length + 1;
    root = sha256(bytes);
    yield { line: lineOf(line), mark: { offset, root } };
  }
}

function lineOf(line: Record<string, unknown>): RecordLine | undefined {
  if (isCell(line)) return withDefaults(line);
  if (isHeader(line) || isClosing(line)) return line;
  return line['type'] === 'summary' ? withSummaryDefaults(line) : undefined;
}

/** The header and the summary alone, without checking the chain: for lists. Never throws for a damaged record. */
export function readEnds(path: string): { header: RecordHeader | null; summary: RecordSummary | null } {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const size = fstatSync(descriptor).size;
    const first = parse(edgeLine(descriptor, size, 'first'));
    const last = parse(edgeLine(descriptor, size, 'last'));
    const hasSummary = last?.['type'] === 'summary' && typeof last['status'] === 'string';
    return {
      header: isHeader(first) ? first : null,
      summary: hasSummary ? (last as unknown as RecordSummary) : null,
    };
  } catch {
    return { header: null, summary: null };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

class Reading {
  private header: RecordHeader | null = null;
  private readonly cells: CellLine[] = [];
  private summary: RecordSummary | null = null;
  private broken: RunRecord['broken'] = null;
  private count = 0;
  private root = FIRST;
  private beforeLast = FIRST;
  private newer = false;
  private closing: Pick<ClosingLine, 'files' | 'loaded'> = NONE;
  private last: 'header' | 'cell' | 'closing' | 'summary' | 'other' = 'other';

  /** @returns false where the chain breaks: nothing after that line can be trusted */
  take({ bytes, whole }: Line): boolean {
    const number = this.count + 1;
    if (!whole) {
      this.broken = { line: number, reason: 'torn' };
      return false;
    }
    const line = parse(bytes);
    if (line === null) {
      this.broken = { line: number, reason: 'unreadable' };
      return false;
    }
    if (line['prev'] !== this.root) {
      this.dropLast();
      this.broken = { line: Math.max(1, this.count), reason: 'changed' };
      return false;
    }
    this.count = number;
    this.beforeLast = this.root;
    this.root = sha256(bytes);
    this.keep(line);
    return true;
  }

  finish(path: string, expected: Expected, file: Hash): RunRecord {
    if (this.broken === null && this.count > 0 && this.contradicts(expected, file)) {
      this.broken = { line: this.count, reason: 'changed' };
      this.dropLast();
    }
    if (this.header === null) throw this.error(path);
    const { header, summary, root, broken } = this;
    const { loaded } = this.closing;
    const told = typeof loaded === 'object' && loaded !== null ? { loaded } : {};
    return { header, cells: this.withClosing(), ...told, summary, root, broken };
  }

  /** Files that were open until the end count as the last cell's: nothing after it could have written them. */
  private withClosing(): CellLine[] {
    const last = this.cells.at(-1);
    if (last === undefined || this.closing.files.length === 0) return this.cells;
    return [...this.cells.slice(0, -1), { ...last, files: [...last.files, ...this.closing.files] }];
  }

  private contradicts(expected: Expected, file: Hash): boolean {
    if (expected.root !== undefined && expected.root !== this.root) return true;
    return expected.sha256 !== undefined && expected.sha256 !== file.digest('hex');
  }

  private keep(line: Record<string, unknown>): void {
    this.last = 'other';
    if (this.count === 1) {
      if (isHeader(line)) {
        this.header = line;
        this.last = 'header';
      } else {
        this.newer = line['type'] === 'header' && line['schema'] !== SCHEMA;
      }
    } else if (isCell(line)) {
      this.cells.push(withDefaults(line));
      this.last = 'cell';
    } else if (isClosing(line)) {
      this.closing = line;
      this.last = 'closing';
    } else if (line['type'] === 'summary') {
      this.summary = withSummaryDefaults(line);
      this.last = 'summary';
    }
  }

  private dropLast(): void {
    // The header is kept even when it was changed: it is what a report names the record by.
    if (this.last === 'cell') this.cells.pop();
    if (this.last === 'closing') this.closing = NONE;
    if (this.last === 'summary') this.summary = null;
    this.root = this.beforeLast;
  }

  private error(path: string): RecordError {
    if (this.newer) {
      return new RecordError('newer', `${path} was written by a newer Reprise. Update Reprise to read it.`);
    }
    if (this.count === 0 && this.broken === null) {
      return new RecordError('empty', `${path} is empty: the run ended before anything was recorded.`);
    }
    return new RecordError(
      'no-header',
      `${path} does not begin with a record header, so nothing in it can be placed.`,
    );
  }
}

function isHeader(line: Record<string, unknown> | null): line is RecordHeader & Record<string, unknown> {
  return (
    line?.['type'] === 'header' &&
    line['schema'] === SCHEMA &&
    Array.isArray(line['cells']) &&
    ['run', 'notebook', 'startedAt'].every((name) => typeof line[name] === 'string') &&
    typeof line['seed'] === 'object' &&
    line['seed'] !== null &&
    ['string', 'undefined'].includes(typeof line['replayOf']) &&
    isEnvironment(line['environment'])
  );
}

function isCell(line: Record<string, unknown>): line is Partial<CellLine> & Pick<CellLine, 'index' | 'id'> {
  return line['type'] === 'cell' && typeof line['index'] === 'number' && typeof line['id'] === 'string';
}

function isClosing(line: Record<string, unknown>): line is ClosingLine & Record<string, unknown> {
  return line['type'] === 'closing' && Array.isArray(line['files']);
}

function withSummaryDefaults(line: Record<string, unknown>): RecordSummary {
  return { skipped: [], faults: [], ...line } as unknown as RecordSummary;
}

/** A field that an older or faulty agent left out reads as "nothing was seen"; `faults` and `notObserved` say why. */
export function withDefaults(line: Partial<CellLine>): CellLine {
  const none = {
    reads: [],
    readDigests: {},
    writes: [],
    deletes: [],
    files: [],
    entropy: [],
    clock: [],
    operations: [],
    rng: { before: {}, after: {} },
    warnings: [],
    error: null,
    outputs: { raw: '', layout: '', count: 0 },
    notObserved: [],
    faults: [],
  };
  return { ...none, ...wellShaped(line) } as CellLine;
}

function* linesOf(
  path: string,
  { file, offset = 0 }: { file?: Hash; offset?: number } = {},
): Generator<Line> {
  const descriptor = open(path);
  try {
    const block = Buffer.allocUnsafe(BLOCK);
    const next = (at: number): number => readSync(descriptor, block, 0, BLOCK, at);
    let parts: Buffer[] = [];
    let at = offset;
    for (let read = next(at); read > 0; read = next(at)) {
      at += read;
      file?.update(block.subarray(0, read));
      let start = 0;
      for (let end = newline(block, start, read); end >= 0; end = newline(block, start, read)) {
        yield { bytes: Buffer.concat([...parts, block.subarray(start, end)]), whole: true };
        parts = [];
        start = end + 1;
      }
      if (start < read) parts.push(Buffer.from(block.subarray(start, read)));
    }
    if (parts.length > 0) yield { bytes: Buffer.concat(parts), whole: false };
  } finally {
    closeSync(descriptor);
  }
}

function newline(block: Buffer, start: number, end: number): number {
  const found = block.indexOf(NEWLINE, start);
  return found >= 0 && found < end ? found : -1;
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing) throw error;
    throw new RecordError('missing', `There is no record at ${path}.`);
  }
}

function edgeLine(descriptor: number, size: number, edge: 'first' | 'last'): Buffer {
  for (let length = Math.min(size, 65536); ; length = Math.min(size, length * 4)) {
    const bytes = Buffer.allocUnsafe(length);
    readSync(descriptor, bytes, 0, length, edge === 'first' ? 0 : size - length);
    const end = edge === 'first' ? bytes.indexOf(NEWLINE) : bytes.lastIndexOf(NEWLINE);
    const start = edge === 'first' || end <= 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
    if (edge === 'first' && end >= 0) return bytes.subarray(0, end);
    if (edge === 'last' && start >= 0) return bytes.subarray(start + 1, end);
    if (length === size) return end >= 0 ? bytes.subarray(0, end) : Buffer.alloc(0);
  }
}

function parse(bytes: Buffer): Record<string, unknown> | null {
  try {
    const line: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof line === 'object' && line !== null && !Array.isArray(line)
      ? (line as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
