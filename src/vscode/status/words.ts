/** What the status bar says of a notebook: the worst state wins, the rest is in its hover. */
import type { Policy, Seed } from '../../lineage/record';
import { plural, sameApartFrom, seedWords, VERDICT_WORDS } from '../../replay/words';
import type { ReplayVerdict } from '../follow/lines';
import { pinDriftOf } from '../follow/pin';
import { sealOf } from '../follow/seal';
import {
  countDraws,
  failedCell,
  isChanged,
  isOutdated,
  type LintCounts,
  type NotebookState,
  type RunState,
} from '../follow/state';

export type Level = 'neutral' | 'good' | 'unsure' | 'warning' | 'bad';

export type Status = {
  level: Level;
  /** As `close · seed 7 · Same`. */
  text: string;
  /** For a screen reader: without symbols. */
  spoken: string;
};

export const ICONS: Record<Level, string> = {
  neutral: '$(history)',
  good: '$(pass)',
  unsure: '$(question)',
  warning: '$(warning)',
  bad: '$(error)',
};

export function statusOf(state: NotebookState): Status {
  const { level, words } = worstOf(state);
  const notes = [staleWords, pinWords, sealWords, nextWords, lintWords].flatMap((wordsOf) => wordsOf(state));
  const parts = [...underWhat(state), ...words, ...notes];
  return { level, text: parts.join(' · '), spoken: `Reprise: ${parts.join(', ')}` };
}

/** Of a script, which Reprise does not run, only what lint finds is said; undefined where that is nothing. */
export function scriptStatus(lint: LintCounts | undefined): (Status & { hover: string }) | undefined {
  if (lint === undefined || lint.findings === 0) return undefined;
  const text = `${lint.findings} unseeded`;
  const hover = `${plural(lint.findings, 'finding')} of randomness that no seed reaches`;
  return { level: 'neutral', text, spoken: `Reprise: ${text}`, hover };
}

/** "fresh seed", "seed 7". */
export function shortSeed(seed: Seed | 'fresh' | number): string {
  if (typeof seed !== 'object') return seed === 'fresh' ? 'fresh seed' : `seed ${seed}`;
  return seed.from === 'fresh' ? 'fresh seed' : seedWords(seed).replace(/^fixed /, '');
}

/** Whether the next run is under something else than the newest one was. */
export function differsNext(state: NotebookState): boolean {
  const header = state.run?.header;
  if (header === undefined) return false;
  return settingWords(header.policy, header.seed).join() !== settingWords(state.policy, state.seed).join();
}

export function settingWords(policy: Policy, seed: Seed | 'fresh' | number): string[] {
  // Nothing is seeded under `observe`, so a seed would say something that does not hold.
  return policy === 'observe' ? [policy] : [policy, shortSeed(seed)];
}

/** The verdict, as long as it is about what the notebook holds and the record says now. */
export function standingVerdict(state: NotebookState): RunState['verdict'] {
  const { run } = state;
  return run === undefined || isOutdated(run) || isChanged(state) ? undefined : run.verdict;
}

/** "Different from cell 7", "Same apart from addresses". */
export function verdictWords({
  verdict,
  firstDivergence,
  masks,
}: Pick<ReplayVerdict, 'verdict' | 'firstDivergence' | 'masks'>): string {
  if (verdict === 'canonical') return sameApartFrom(masks);
  return `${VERDICT_WORDS[verdict]}${firstDivergence === null ? '' : ` from cell ${firstDivergence.index}`}`;
}

export function unreachedWords(count: number): string {
  return `${plural(count, 'draw')} no seed reached`;
}

type Worst = { level: Level; words: string[] };

function worstOf(state: NotebookState): Worst {
  if (state.problem !== undefined) return { level: 'bad', words: ['settings cannot be read'] };
  const { run } = state;
  const isUneasy = (state.lint?.unreached ?? 0) > 0 || state.pin?.problem !== undefined;
  const calm: Level = isUneasy ? 'warning' : 'neutral';
  if (run === undefined) return { level: calm, words: [] };
  const verdict = standingVerdict(state);
  const unreached = countDraws(run, 'unreached');
  if (verdict?.verdict === 'different') return { level: 'bad', words: [verdictWords(verdict)] };
  if (run.status === 'died') return { level: 'bad', words: [diedWords(run)] };
  if (unreached > 0) return { level: 'warning', words: [unreachedWords(unreached)] };
  if (verdict?.verdict === 'unverifiable') return { level: 'unsure', words: [verdictWords(verdict)] };
  if (verdict !== undefined) return { level: 'good', words: [verdictWords(verdict)] };
  const failed = failedCell(run);
  return { level: calm, words: failed === undefined ? [] : [`cell ${failed.index} raised`] };
}

function staleWords({ stale }: NotebookState): string[] {
  return stale === undefined || stale === 0 ? [] : [`${stale} stale`];
}

/** A run that differs from the pin under `close` is recorded as such: a note, and no warning. */
function pinWords(state: NotebookState): string[] {
  if (state.pin?.problem !== undefined) return ['pin cannot be restored'];
  return pinDriftOf(state).length > 0 ? ['not as pinned'] : [];
}

function sealWords({ seal, document }: NotebookState): string[] {
  if (seal === undefined) return [];
  return [sealOf(seal, document).state === 'sealed' ? 'sealed' : 'changed since sealed'];
}

function lintWords({ lint }: NotebookState): string[] {
  return lint === undefined || lint.findings === 0 ? [] : [`${lint.findings} unseeded`];
}

function underWhat({ policy, seed, run }: NotebookState): string[] {
  return run?.header === undefined
    ? settingWords(policy, seed)
    : settingWords(run.header.policy, run.header.seed);
}

function nextWords(state: NotebookState): string[] {
  return differsNext(state) ? [`next ${settingWords(state.policy, state.seed).join(', ')}`] : [];
}

export function diedWords({ died }: RunState): string {
  return died === undefined ? 'kernel died' : `kernel died in cell ${died.index}`;
}
