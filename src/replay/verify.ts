import { sidecarBeside } from '../notebook/sidecarFile';
import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure } from '../notebook/failure';
import { type Tolerance } from '../notebook/sidecar';
import { newestFinishedRun } from '../lineage/heads';
import { readRecord } from '../lineage/read';
import type { Store } from '../lineage/store';
import type { Judgement } from './documents';
import { type Experiment, judge } from './compare/judge';
import { judgeByLastWords, ResultsLost } from './lastwords';
import { planRun, type RunOptions } from './execution/plan';
import type { Context, Finished } from './execution/context';
import { type ReplayOptions, replayRun } from './execution/replay';
import { runNotebook } from './execution/run';
import { loadNotebookSide, loadRunSide, type Side } from './compare/side';
import { errorSentence } from './words';

/** What is told between executions, for people who wait. */
export type Steps = { onStep?: (what: string) => void };

export type VerifyOptions = RunOptions & { times: number; against: 'fresh' | 'outputs' };

/**
 * Runs a notebook and replays it `times` times, or runs it against the outputs that it was saved with.
 * @throws Failure `cancelled` with what is kept, when a run was cancelled; `kernel-died`
 */
export async function verifyNotebook(
  file: string,
  options: VerifyOptions,
  context: Context & Steps,
): Promise<Judgement> {
  const saved =
    options.against === 'outputs' ? loadNotebookSide(file, planRun(file, options).notebook) : undefined;
  if (saved && saved.document.every((cell) => saved.outputs(cell) === undefined)) {
    throw new Failure(
      'unverifiable',
      'no-outputs',
      `${basename(file)} has no saved outputs to verify against.`,
    );
  }
  context.onStep?.(saved ? runningWords(options.times) : 'running the original');
  const original = await runNotebook(file, options, context);
  requireEnd(original);
  if (original.notebookChanged) {
    context.onStep?.('the notebook was changed or deleted on disk meanwhile; what ran is what is judged');
  }
  const { store, run } = original;
  if (saved) {
    const runs = [run];
    for (let number = 2; number <= options.times; number++) {
      context.onStep?.(`run ${number} of ${options.times}`);
      const next = await runNotebook(file, options, context);
      requireEnd(next);
      runs.push(next.run);
    }
    const sides = runs.map((each) => loadRunSide(store, each));
    const judgement = judge(saved, sides, judging(store, original.notebook));
    return keepVerdict(store, runs.at(-1)!, judgement);
  }
  return replayAndJudge(
    store,
    run,
    { ...options, seed: undefined, policy: undefined },
    options.times,
    context,
  );
}

function runningWords(times: number): string {
  return times > 1 ? `run 1 of ${times}` : 'running';
}

/** Replays a run `times` times and judges all of the replays against it; the judgement is kept with the last. */
export async function replayAndJudge(
  store: Store,
  original: string,
  options: ReplayOptions,
  times: number,
  context: Context & Steps,
): Promise<Judgement> {
  const replays: Finished[] = [];
  for (let number = 1; number <= times; number++) {
    context.onStep?.(times > 1 ? `replay ${number} of ${times}` : 'replaying');
    let replay: Finished;
    try {
      replay = await replayRun(store, original, options, context);
    } catch (error) {
      if (!(error instanceof ResultsLost)) throw error;
      return judgeLost(store, original, error, context);
    }
    if (replay.stopped) context.onStep?.(stopPhrase(replay));
    else requireEnd(replay);
    replays.push(replay);
  }
  return judgeReplays(store, original, replays);
}

/** The results of a replay are gone, and its last words are not. */
export function judgeLost(store: Store, original: string, lost: ResultsLost, { onStep }: Steps): Judgement {
  onStep?.(lost.message);
  const judgement = judgeByLastWords(readRecord(store.recordPath(original)), lost.words);
  return keepVerdict(store, lost.words.run, judgement);
}

/** Judges replays that have come to their ends against the run they are of; the judgement is kept with the last. */
export function judgeReplays(store: Store, original: string, replays: readonly Finished[]): Judgement {
  const sides = replays.map(({ run }) => loadRunSide(store, run));
  const judgement = judge(loadRunSide(store, original), sides, judging(store, replays[0]!.notebook));
  return keepVerdict(store, replays.at(-1)!.run, judgement);
}

/**
 * Replays a run both ways, as the document stands and as it was executed: where only the second repeats, the order of
 * execution is the cause for certain.
 */
export async function tryBothOrders(
  store: Store,
  original: string,
  options: ReplayOptions,
  context: Context & Steps,
): Promise<Experiment> {
  const verdicts = { document: false, executed: false };
  for (const order of ['document', 'executed'] as const) {
    const { verdict } = await replayAndJudge(store, original, { ...options, order }, 1, context);
    verdicts[order] = verdict === 'identical' || verdict === 'canonical';
  }
  return { executedRepeats: verdicts.executed, documentDoes: verdicts.document };
}

/** @throws Failure `no-run` where a notebook has no finished run */
export function newestRunOf(store: Store, notebook: string): string {
  const run = newestFinishedRun(store, notebook);
  if (run === undefined) {
    throw new Failure(
      'unverifiable',
      'no-run',
      `${notebook} has no finished run to replay. Run it first: reprise run ${notebook}`,
    );
  }
  return run;
}

/** The setting that a judgement depends on: the notebook's own tolerance. */
export function judging(store: Store, notebook: string): { tolerance?: Tolerance } {
  const tolerance = sidecarBeside(join(store.root, notebook))?.settings.tolerance;
  return tolerance ? { tolerance } : {};
}

/** Keeps a judgement with the run that it is of. */
export function keepVerdict(store: Store, run: string, judgement: Judgement): Judgement {
  writeFileSync(join(store.runFolder(run), 'verdict.json'), JSON.stringify(judgement, null, 1) + '\n');
  return judgement;
}

/** The same, and no cell raised that was not allowed to: an error that repeats is no good result. */
export function isGoodJudgement(store: Store, judgement: Judgement, allowErrors: boolean): boolean {
  const { verdict } = judgement;
  if (verdict === 'different' || verdict === 'unverifiable') return false;
  return allowErrors || repeatedError(store, judgement) === undefined;
}

/** An error in any of the runs, or of `sides` in a notebook that was executed elsewhere, in a sentence. */
export function repeatedError(
  store: Store,
  judgement: Judgement,
  sides: readonly Side[] = [],
): string | undefined {
  for (const { raised } of sides) if (raised !== undefined) return raised;
  for (const run of [judgement.original, ...judgement.replays]) {
    if (!store.hasRun(run) || !existsSync(store.recordPath(run))) continue;
    const sentence = errorSentence(readRecord(store.recordPath(run)));
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

/** What of the original a replay that was ended early has reached. */
function stopPhrase({ stopped, record, store }: Finished): string {
  if (stopped?.why === 'diverged') return `stopped at the first different cell, ${stopped.cell ?? '?'}`;
  const original = readRecord(store.recordPath(record.header.replayOf ?? record.header.run));
  const reached = new Set(record.cells.filter(({ status }) => status === 'ok').map(({ index }) => index));
  const time = (cells: typeof original.cells) => cells.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const share = time(original.cells.filter(({ index }) => reached.has(index))) / (time(original.cells) || 1);
  const last = Math.max(-1, ...reached);
  return `stopped when its time was spent, after cell ${last} (${Math.round(100 * share)} % of the recorded time)`;
}

/** @throws Failure `cancelled` with what is kept; `kernel-died` */
export function requireEnd(finished: Finished): void {
  const { status, run, record } = finished;
  if (status === 'cancelled') {
    throw new Failure(
      'infrastructure',
      'cancelled',
      `Cancelled. What was recorded until then is kept as run ${run}.`,
    );
  }
  if (status === 'died') {
    const died = record.summary?.died;
    const where = died ? ` in cell ${died.index}${died.signal ? ` (${died.signal})` : ''}` : '';
    throw new Failure(
      'infrastructure',
      'kernel-died',
      `The kernel died${where}. What was recorded until then is kept as run ${run}.`,
    );
  }
}
