/** The stable JSON documents of running and judging (`reprise/run/1`, `reprise/verdict/1`, `reprise/verdicts/1`). */
import type { Drift } from '../environment/fingerprint';
import type { EntropyUse, HowCompared, Policy, RunStatus, Seed } from '../lineage/record';

export type Verdict = 'identical' | 'canonical' | 'within-tolerance' | 'different' | 'unverifiable';

export type CellRun = {
  index: number;
  id: string;
  status: 'ok' | 'error' | 'skipped';
  durationMs: number;
  /** Sorted. */
  reads: string[];
  writes: { name: string; digest?: string; how: HowCompared }[];
  files: { path: string; mode: 'read' | 'write'; sha256?: string; attribution: 'exact' | 'weak' }[];
  entropy: Omit<EntropyUse, 'importing'>[];
  outputs: { raw: string; canonical: string };
};

export type Run = {
  schema: 'reprise/run/1';
  run: string;
  notebook: string;
  status: RunStatus;
  policy: Policy;
  seed: Seed;
  environment: { python: string; lock?: string; drift: Drift[] };
  record: string;
  executed: string;
  root: string;
  results: string;
  cells: CellRun[];
};

export type CauseKind =
  | 'unseeded-entropy'
  | 'environment-drift'
  | 'data-drift'
  | 'hardware'
  | 'nondeterministic-operation'
  | 'hidden-state'
  | 'order'
  | 'time'
  | 'volatile-output'
  | 'upstream'
  | 'unknown';

export type Evidence = {
  what: string;
  where?: { cell: number; line?: number; file?: string };
  before?: string;
  after?: string;
};

export type Cause = {
  kind: CauseKind;
  confidence: 'certain' | 'likely' | 'possible';
  summary: string;
  evidence: Evidence[];
};

export type Difference = {
  what: 'output' | 'file' | 'variable';
  name: string;
  mime?: string;
  summary: string;
};

export type CellVerdict = {
  index: number;
  id: string;
  verdict: Verdict;
  declared?: 'volatile';
  masks: string[];
  differences: Difference[];
  causes: Cause[];
};

export type Judgement = {
  schema: 'reprise/verdict/1';
  notebook: string;
  original: string;
  replays: string[];
  verdict: Verdict;
  cells: CellVerdict[];
  firstDivergence: { index: number; id: string } | null;
  causes: Cause[];
  environment: Drift[];
  masks: string[];
  covered: {
    outputs: number;
    files: number;
    variables: { compared: number; uncompared: number };
    runs: number;
  };
  by: { tool: string; canon: string; runs: { run: string; root: string; ranBy: string }[] };
};

export type Judgements = { schema: 'reprise/verdicts/1'; judgements: Judgement[] };
