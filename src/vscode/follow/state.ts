/**
 * What is known of one open notebook: the settings its next run has, what its newest run recorded, and the verdict on
 * that run. Pure: a run's state is its record, its verdicts and its writer, taken in as they come.
 */
import type { EntropyUse, Policy, RunStatus } from '../../lineage/record';
import type { Cost } from '../../replay/cost/document';
import type { Place } from '../editor';
import type { Sealed } from '../../notebook/seal';
import type { PinState } from './pin';
import { cellIn, type Header, headerIn, type RecordedLine, type ReplayVerdict, summaryIn } from './lines';

export type NotebookState = {
  /** What the next run has: from the sidecar, else the defaults. */
  policy: Policy;
  seed: 'fresh' | number;
  /** Why the sidecar cannot be read. */
  problem?: string;
  pin?: PinState;
  /** What was sealed of the notebook. */
  seal?: Sealed;
  /** What the policies cost, as it was measured last. */
  cost?: Cost;
  /** The original run in which a cell was executed last. */
  run?: RunState;
  /** What lint says of the cells. */
  lint?: LintCounts;
  /** How many cells of the live notebook are stale. */
  stale?: number;
  /** The code cells that the editor shows. */
  document?: readonly DocumentCell[];
};

export type LintCounts = {
  /** Findings that are errors or warnings. */
  findings: number;
  /** Of these, what the next run would not repeat. */
  unreached: number;
};

export type RunState = {
  run: string;
  /** Absent until the first line has been read. */
  header?: Header;
  /** `running` while there is no summary and something writes the record; `incomplete` when nothing does any more. */
  status: RunStatus | 'running' | 'incomplete';
  died?: { index: number; signal?: string };
  /** Cell executions recorded. */
  executions: number;
  /** When the last of them began; ISO 8601, UTC. */
  lastExecution: string;
  /** The last execution of each cell, by cell id. */
  cells: ReadonlyMap<string, Executed>;
  /** Digests of the last cell's line and of the last line of all. */
  lastCell?: string;
  lastLine?: string;
  verdict?: ReplayVerdict & { replay: string };
};

export type Executed = {
  id: string;
  index: number;
  status: 'ok' | 'error';
  ename?: string;
  /** `cellDigest` of what ran. */
  source: string;
  /** Which of the run's executions were its first and its last, from 0. */
  first: number;
  last: number;
  entropy: readonly EntropyUse[];
};

export type DocumentCell = { id: string; /** `cellDigest` of it. */ source: string };

export type RunFact =
  | { type: 'line'; line: RecordedLine; digest: string }
  | { type: 'writer'; alive: boolean }
  | { type: 'verdict'; replay: string; verdict: ReplayVerdict };

export const DEFAULTS: NotebookState = { policy: 'close', seed: 'fresh' };

export function beginRun(run: string): RunState {
  return { run, status: 'running', executions: 0, lastExecution: '', cells: new Map() };
}

export function stepRun(run: RunState, fact: RunFact): RunState {
  switch (fact.type) {
    case 'line':
      return { ...withLine(run, fact.line, fact.digest), lastLine: fact.digest };
    case 'writer':
      if (run.status !== 'running' && run.status !== 'incomplete') return run;
      return { ...run, status: fact.alive ? 'running' : 'incomplete' };
    case 'verdict':
      if (fact.verdict.original !== run.run || (run.verdict?.replay ?? '') > fact.replay) return run;
      return { ...run, verdict: { ...fact.verdict, replay: fact.replay } };
  }
}

/** Of several runs the one in which a cell was executed last: a kernel that has run nothing yet says nothing. */
export function newestOf(runs: Iterable<RunState>): RunState | undefined {
  const begun = [...runs].filter(({ header, executions }) => executions > 0 || header?.starter === 'runner');
  return begun.sort((a, b) => (activity(a) < activity(b) ? 1 : -1))[0];
}

export type Draw = { source: string; count: number; at: Place };

/** Draws of one reach in the last execution of each cell, in document order; those of one line are counted together. */
export function drawsOf({ cells }: RunState, reach: EntropyUse['reach']): Draw[] {
  const ordered = [...cells.values()].sort((a, b) => a.index - b.index);
  const found = new Map<string, Draw>();
  for (const cell of ordered) {
    for (const use of cell.entropy) {
      if (use.reach !== reach) continue;
      const at = placeOf(use, cell, ordered);
      const key = JSON.stringify([use.source, at.index, at.line]);
      found.set(key, { source: use.source, count: (found.get(key)?.count ?? 0) + use.count, at });
    }
  }
  return [...found.values()];
}

export function countDraws(run: RunState, reach: EntropyUse['reach']): number {
  return drawsOf(run, reach).reduce((sum, { count }) => sum + count, 0);
}

/** The first cell, in document order, whose last execution raised. */
export function failedCell({ cells }: RunState): Executed | undefined {
  return [...cells.values()].filter(({ status }) => status === 'error').sort((a, b) => a.index - b.index)[0];
}

/** Ids of cells as a live session ran them: where each ran first and, if it ran again, where last. */
export function sessionOrder({ status, header, cells }: RunState): string[] {
  if (status !== 'running' || header?.starter === 'runner') return [];
  const steps = [...cells.values()].flatMap(({ id, first, last }) =>
    [...new Set([first, last])].map((at) => ({ id, at })),
  );
  return steps.sort((a, b) => a.at - b.at).map(({ id }) => id);
}

/** The run recorded more since it was judged; a summary adds no result. */
export function isOutdated({ verdict, lastCell, lastLine }: RunState): boolean {
  const judged = verdict?.root;
  return judged !== undefined && judged !== lastLine && judged !== lastCell;
}

/** The notebook no longer holds what the run ran: what the record says is about an earlier version. */
export function isChanged({ document, run }: NotebookState): boolean {
  if (document === undefined || run === undefined) return false;
  const now = new Map(document.map(({ id, source }) => [id, source]));
  const ran = sourcesOf(run);
  if ([...ran].some(([id, source]) => now.get(id) !== source)) return true;
  // A live kernel runs what it is asked to: a cell that it has not run is no change.
  return run.header?.starter === 'runner' && document.some(({ id }) => !ran.has(id));
}

/** The cell that `reprise run -p` adds; no document has it. */
const INJECTED = 'injected-parameters';

function sourcesOf({ header, cells }: RunState): Map<string, string> {
  const whole = header?.starter === 'runner' ? header.cells.filter(({ type }) => type === 'code') : [];
  const sources = new Map(whole.map(({ id, source }) => [id, source]));
  for (const { id, source } of cells.values()) sources.set(id, source);
  sources.delete(INJECTED);
  return sources;
}

function activity({ header, lastExecution }: RunState): string {
  return lastExecution || (header?.startedAt ?? '');
}

function withLine(run: RunState, line: RecordedLine, digest: string): RunState {
  const header = headerIn(line);
  if (header !== undefined) return { ...run, header };
  const cell = cellIn(line);
  if (cell === undefined) return { ...run, ...summaryIn(line) };
  const { id, index, status, source, entropy, error, startedAt } = cell;
  const last = run.executions;
  const first = run.cells.get(id)?.first ?? last;
  const ename = error ? { ename: error.ename } : {};
  const executed = { id, index, status, source, entropy, first, last, ...ename };
  return {
    ...run,
    executions: run.executions + 1,
    lastExecution: startedAt,
    cells: new Map(run.cells).set(id, executed),
    lastCell: digest,
  };
}

/** A function that one cell defines may be called, and draw, in another. */
function placeOf({ at }: EntropyUse, cell: Executed, all: readonly Executed[]): Place {
  if (at === undefined) return { index: cell.index, id: cell.id };
  const defined = at.cell === cell.index ? cell : all.find(({ index }) => index === at.cell);
  return { index: at.cell, line: at.line, ...(defined === undefined ? {} : { id: defined.id }) };
}
