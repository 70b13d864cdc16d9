/**
 * Lines of a record and verdicts of replays as they are read while they are written: checked as far as they are used,
 * because nothing in them is to stop the editor.
 */
import type { CellLine, EntropyUse, RecordHeader, RecordSummary, RunStatus } from '../../lineage/record';
import type { Judgement, Verdict } from '../../replay/documents';
import { VERDICT_WORDS } from '../../replay/words';

export type RecordedLine = { [field: string]: unknown };

export type Header = Pick<
  RecordHeader,
  | 'run'
  | 'notebook'
  | 'startedAt'
  | 'starter'
  | 'policy'
  | 'seed'
  | 'environment'
  | 'javascript'
  | 'pin'
  | 'cells'
  | 'replayOf'
>;
export type Cell = Pick<CellLine, 'id' | 'index' | 'status' | 'source' | 'entropy' | 'error' | 'startedAt'>;
export type Summary = Pick<RecordSummary, 'status' | 'died'>;

const ENDINGS: readonly RunStatus[] = ['ok', 'error', 'cancelled', 'died'];

export type ReplayVerdict = Pick<
  Judgement,
  'original' | 'verdict' | 'firstDivergence' | 'masks' | 'replays'
> & {
  /** Summary of the first cause. */
  cause?: string;
  /** Root of the original's record when it was judged. */
  root?: string;
};

export function headerIn(line: RecordedLine): Header | undefined {
  const { type, schema, cells, environment, seed } = line;
  const fits =
    type === 'header' &&
    schema === 'reprise/record/1' &&
    Array.isArray(cells) &&
    cells.every((cell) => isObject(cell) && hasText(cell, 'id', 'type', 'source')) &&
    isObject(environment) &&
    isObject(environment['python']) &&
    hasText(environment['python'], 'version') &&
    isObject(seed) &&
    hasText(seed, 'value', 'from') &&
    hasText(line, 'run', 'notebook', 'startedAt', 'starter', 'policy');
  return fits ? (line as unknown as Header) : undefined;
}

/** What an older or faulty agent left out of a cell's line reads as "nothing was seen". */
export function cellIn(line: RecordedLine): Cell | undefined {
  const { type, index, status, id, source, entropy, error, startedAt } = line;
  if (type !== 'cell' || typeof index !== 'number' || !hasText(line, 'id', 'source')) return undefined;
  return {
    id: id as string,
    index,
    status: status === 'ok' ? 'ok' : 'error',
    source: source as string,
    startedAt: typeof startedAt === 'string' ? startedAt : '',
    entropy: Array.isArray(entropy) ? entropy.filter(isUse) : [],
    error: isObject(error) && hasText(error, 'ename') ? (error as Cell['error']) : null,
  };
}

export function summaryIn(line: RecordedLine): Summary | undefined {
  const { type, status, died } = line;
  if (type !== 'summary' || !ENDINGS.includes(status as RunStatus)) return undefined;
  const where = isObject(died) && typeof died['index'] === 'number' ? (died as Summary['died']) : undefined;
  return { status: status as RunStatus, ...(where === undefined ? {} : { died: where }) };
}

/** What counts of a replay's `verdict.json`; undefined where it is none. */
export function readVerdict(text: string): ReplayVerdict | undefined {
  const document = parseLine(text);
  if (document === undefined || document['schema'] !== 'reprise/verdict/1') return undefined;
  const { original, verdict, firstDivergence, masks, replays, causes, by } = document as Partial<Judgement>;
  if (typeof original !== 'string' || !isVerdict(verdict) || !isTexts(masks) || !isTexts(replays))
    return undefined;
  const first =
    isObject(firstDivergence) && typeof firstDivergence.index === 'number' ? firstDivergence : null;
  const cause = Array.isArray(causes) ? causes[0]?.summary : undefined;
  const root = Array.isArray(by?.runs) ? by.runs.find(({ run }) => run === original)?.root : undefined;
  return {
    original,
    verdict,
    firstDivergence: first,
    masks,
    replays,
    ...(typeof cause === 'string' ? { cause } : {}),
    ...(typeof root === 'string' ? { root } : {}),
  };
}

export function parseLine(text: string): RecordedLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return isObject(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

function isUse(use: unknown): use is EntropyUse {
  if (!isObject(use) || !hasText(use, 'source', 'reach') || typeof use['count'] !== 'number') return false;
  const at = use['at'];
  return (
    at === undefined || (isObject(at) && typeof at['cell'] === 'number' && typeof at['line'] === 'number')
  );
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === 'string' && Object.hasOwn(VERDICT_WORDS, value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function hasText(object: RecordedLine, ...fields: string[]): boolean {
  return fields.every((field) => typeof object[field] === 'string');
}

function isObject(value: unknown): value is RecordedLine {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
