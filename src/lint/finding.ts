/** What lint says (`Finding` and `Lint` of the contracts). */
export type Severity = 'error' | 'warning' | 'info';

export type Position = { line: number; character: number };
export type TextRange = { start: Position; end: Position };

export type FindingVerdict =
  'unseeded' | 'order-dependent' | 'too-late' | 'volatile' | 'seed-reuse' | 'nondeterministic-operation';

export type Fix = {
  title: string;
  /** It changes nothing but what repeats. */
  safe: boolean;
  edits: { cell: number; range: TextRange; text: string }[];
};

export type Finding = {
  rule: string;
  api?: string;
  verdict: FindingVerdict;
  /** Does it repeat under the notebook's policy? */
  enforced: boolean;
  severity: Severity;
  message: string;
  cell: { index: number; id: string };
  /** In the cell, from 0, in UTF-16 code units. */
  range: TextRange;
  fixes: Fix[];
  docs: string;
};

/** Beside what a run drew. */
export type SeenFinding = Finding & { /** The run that drew there. */ seen?: string };

export type Lint = {
  schema: 'reprise/lint/1';
  files: { path: string; cells: number; findings: Finding[] }[];
  skipped: { path: string; reason: string }[];
};
