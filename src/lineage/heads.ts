/**
 * What the ends of each run's record say. In a large store they are kept in `.reprise/index/heads.json`, so that finding a
 * run opens no record that has not changed.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { indexFolder, keep, type Stamp, stampOf } from './index/place';
import { isUnreadable, readEnds, readRecord } from './read';
import type { RecordHeader, RecordSummary } from './record';
import type { Store } from './store';

export type RunHead = {
  run: string;
  /** Absent where the record has no header that can be read. */
  header?: Pick<RecordHeader, 'notebook' | 'startedAt' | 'policy' | 'seed' | 'replayOf'>;
  /** Absent where the record does not end with one. */
  summary?: Pick<RecordSummary, 'status' | 'durationMs' | 'executed'>;
};

type Known = {
  stamp: string;
  head: Omit<RunHead, 'run'>;
  /** Executions recorded, where no summary says. */
  cells?: number;
  verdict?: { stamp: string; verdict?: string };
};

const NAME = 'heads.json';
const SCHEMA = 'reprise/heads/0';
/** Fewer are read again sooner than a list of all is written. */
const WORTH_KEEPING = 16;

/** Newest first. One damaged run never hides the others. */
export function headsOf(store: Store): RunHead[] {
  const heads = new Heads(store);
  const found = heads.all();
  heads.keep();
  return found;
}

/** The newest run of a notebook that ran to an end of its own (`ok` or `error`) and was not itself a replay. */
export function newestFinishedRun(store: Store, notebook: string): string | undefined {
  return headsOf(store).find(
    ({ header, summary }) =>
      header?.notebook === notebook &&
      header.replayOf === undefined &&
      (summary?.status === 'ok' || summary?.status === 'error'),
  )?.run;
}

/** Takes what is kept, reads what has changed since, and keeps that too when it is told to. */
export class Heads {
  private readonly known: Map<string, Known>;
  private readonly looked = new Set<string>();
  private readonly runs: string[];
  private read = 0;

  constructor(private readonly store: Store) {
    this.known = knownOf(store);
    this.runs = store.runIds((run) => this.of(run).header?.startedAt);
  }

  all(): RunHead[] {
    return this.runs.map((run) => this.of(run));
  }

  cells({ run, summary }: RunHead): number {
    // An older agent wrote no number.
    if (summary?.executed !== undefined) return summary.executed;
    const known = this.knownOf(run);
    if (known.cells === undefined) {
      known.cells = cellsIn(this.store.recordPath(run));
      this.read += 1;
    }
    return known.cells;
  }

  /** Of a replay that was judged. */
  verdict({ run }: RunHead): string | undefined {
    const known = this.knownOf(run);
    const file = path.join(this.store.runFolder(run), 'verdict.json');
    const stamp = stampOf(file);
    if (stamp === undefined) return undefined;
    if (known.verdict?.stamp !== stamp.text) {
      const verdict = readVerdict(file);
      known.verdict = { stamp: trusted(stamp), ...(verdict === undefined ? {} : { verdict }) };
      this.read += 1;
    }
    return known.verdict.verdict;
  }

  keep(): void {
    const here = new Set(this.runs);
    const gone = [...this.known.keys()].filter((run) => !here.has(run));
    if (this.read + gone.length < WORTH_KEEPING) return;
    for (const run of gone) this.known.delete(run);
    const text = JSON.stringify({ schema: SCHEMA, runs: Object.fromEntries(this.known) });
    keep(this.store, NAME, `${sha256(text)}\n${text}`);
  }

  private of(run: string): RunHead {
    return { run, ...this.knownOf(run).head };
  }

  private knownOf(run: string): Known {
    const known = this.known.get(run);
    if (known !== undefined && this.looked.has(run)) return known;
    this.looked.add(run);
    const file = this.store.recordPath(run);
    const stamp = stampOf(file);
    if (known !== undefined && known.stamp === stamp?.text) return known;
    const read: Known = { stamp: stamp === undefined ? '' : trusted(stamp), head: headOf(file) };
    this.known.set(run, read);
    this.read += 1;
    return read;
  }
}

/** What is read of a file is kept as of no file at all where its time may not show the next change. */
function trusted(stamp: Stamp): string {
  return stamp.isYoung ? '' : stamp.text;
}

function headOf(record: string): Omit<RunHead, 'run'> {
  const { header, summary } = readEnds(record);
  if (header === null) return {};
  const { notebook, startedAt, policy, seed, replayOf } = header;
  return {
    header: { notebook, startedAt, policy, seed, ...(replayOf === undefined ? {} : { replayOf }) },
    ...(summary === null
      ? {}
      : {
          summary: {
            status: summary.status,
            durationMs: summary.durationMs,
            executed: summary.executed,
          },
        }),
  };
}

/** None where there is no list, or one that this version did not write, or not as it now is. */
function knownOf(store: Store): Map<string, Known> {
  try {
    const file = readFileSync(path.join(indexFolder(store), NAME), 'utf8');
    const text = file.slice(65);
    if (file.slice(0, 64) !== sha256(text)) return new Map();
    const { schema, runs } = JSON.parse(text) as { schema: string; runs: Record<string, Known> };
    return new Map(schema === SCHEMA ? Object.entries(runs) : []);
  } catch {
    return new Map();
  }
}

function cellsIn(record: string): number {
  try {
    return readRecord(record).cells.length;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return 0;
  }
}

/** Runs of which something was recorded that cannot be read: they are in no list and no graph. */
export function damagedRuns(store: Store): string[] {
  return headsOf(store).flatMap(({ run, header }) => {
    if (header !== undefined) return [];
    const size = statSync(store.recordPath(run), { throwIfNoEntry: false })?.size ?? 0;
    return size === 0 ? [] : [run];
  });
}

export function readVerdict(file: string): string | undefined {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const verdict = (document as { verdict?: unknown } | null)?.verdict;
    return typeof verdict === 'string' ? verdict : undefined;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
