import type { Policy } from '../../determinism/policy';
import type { Spread } from './statistics';

/** What a notebook takes plain and under each policy. Times are in seconds, of its cells from the first to the last. */
export type Cost = {
  schema: 'reprise/cost/0';
  /** Relative to the root. */
  notebook: string;
  /** ISO 8601, UTC. */
  measuredAt: string;
  /** Runs of each variant. */
  times: number;
  /** Usable processor cores. */
  cores: number;
  python: string;
  variants: VariantCost[];
  ablation?: Ablation;
};

export type VariantCost = {
  name: VariantName;
  policy: Policy;
  /** False of `plain`: nothing is recorded. */
  recorded: boolean;
  seconds: Spread;
  /** From the start of the runner until the kernel could take a cell; not part of `seconds`. */
  startSeconds: Spread;
  /** Median by median of `plain`. */
  ratio: number;
  /** The ranges of this and of `plain` stand apart; else the difference is within the noise. */
  differs: boolean;
};

/** `observe` only beside an ablation: recording, and nothing else. */
export type VariantName = 'plain' | 'observe' | 'close' | 'full';

/** `full` with one setting switched off at a time. */
export type Ablation = {
  rows: {
    /** Row of the policy table. */
    without: string;
    framework: string;
    setting: string;
    seconds: Spread;
    /** What the setting costs: the median of `full` less this one's. */
    costs: number;
    differs: boolean;
  }[];
  /** Settings that could make no difference here and were not switched off, and those without which the notebook raises. */
  leftOut: { without: string; why: 'not-loaded' | 'set-already' | 'raises' }[];
};
