/** What a pod says while it runs. A pod may be anybody's: nothing that it says is taken for more than it is. */
import type { RunnerEvent } from '../../replay/execution/local';

export type Holding = {
  n: number;
  event: 'holding';
  manifest: { path: string; size: number; sha256: string };
  files: number;
  bytes: number;
  seconds: number;
  /** What ended the run before its last cell, as `deadline`. */
  reason?: string;
};

export type PodEvent =
  | RunnerEvent
  | {
      n: number;
      event: 'pod';
      pod: string;
      uid: string;
      node: string;
      gpus: { product: string; driver?: string }[];
    }
  | Holding
  /** It waits for its bundle, for so many `seconds` in which nothing comes. `have` was true when it said so. */
  | { n: number; event: 'wanting'; have: number; size: number; seconds: number }
  /** It fetches its files from an address. */
  | { n: number; event: 'fetching'; size: number }
  | { n: number; event: 'received'; size: number; from?: 'volume' }
  /** The results are kept on the volume that the profile names, or why not. */
  | { n: number; event: 'kept'; files: number; bytes: number }
  | { n: number; event: 'unkept'; message: string }
  | { n: number; event: 'released'; by: string; exit: number };

const SHA256 = /^[0-9a-f]{64}$/;
/** A thousand cells and their faults make some thousand lines; what counts on is not ours. */
const MOST_EVENTS = 1_000_000;

/** undefined for a line that is no event of the runner's. */
export function readPodEvent(line: string): PodEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { n } = said;
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > MOST_EVENTS) return undefined;
  return isEvent(said) ? (cleaned(said, 0) as PodEvent) : undefined;
}

function isEvent(said: Record<string, unknown>): boolean {
  const texts = (...names: string[]) => names.every((name) => typeof said[name] === 'string');
  const counts = (...names: string[]) =>
    names.every((name) => Number.isFinite(said[name]) && (said[name] as number) >= 0);
  switch (said['event']) {
    case 'pod':
      return texts('pod', 'uid', 'node') && areGpus(said['gpus']);
    case 'started':
      return texts('run');
    case 'environment':
      return typeof said['environment'] === 'object' && said['environment'] !== null;
    case 'cell-start':
      return texts('id') && counts('index', 'number', 'of');
    case 'cell-end':
      return (
        texts('id') &&
        counts('index', 'durationMs') &&
        (said['status'] === 'ok' || said['status'] === 'error')
      );
    case 'fault':
      return texts('where', 'message');
    case 'end':
      return (
        texts('results', 'root') && ['ok', 'error', 'cancelled', 'died'].includes(said['status'] as string)
      );
    case 'failed':
      return texts('reason', 'message');
    case 'holding':
      return (
        isManifest(said['manifest']) &&
        counts('files', 'bytes', 'seconds') &&
        (said['reason'] === undefined || texts('reason'))
      );
    case 'wanting':
      return counts('have', 'size', 'seconds');
    case 'fetching':
    case 'received':
      return counts('size');
    case 'kept':
      return counts('files', 'bytes');
    case 'unkept':
      return texts('message');
    case 'released':
      return texts('by') && counts('exit');
    default:
      return false;
  }
}

function isManifest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { path, size, sha256 } = value as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    Number.isSafeInteger(size) &&
    typeof sha256 === 'string' &&
    SHA256.test(sha256)
  );
}

function areGpus(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((each) => typeof (each as { product?: unknown } | null)?.product === 'string')
  );
}

/** Events are shallow; what is nested deeper would have a stack overflow. */
const DEEPEST = 20;

/** Texts go to terminals: none of them is to move a cursor or hide a line there. */
function cleaned(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) return null;
  if (typeof value === 'string') return withoutControls(value).slice(0, 10_000);
  if (Array.isArray(value)) return value.map((each) => cleaned(each, depth + 1));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, cleaned(each, depth + 1)]));
  }
  return value;
}

export function withoutControls(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
