/** The shape of the catalogue: a rule has a page, and rows that name the calls it is about. */
import type { FindingVerdict, Severity } from '../finding';
import type { Constant } from '../python/ast';

/** Global generators, each with seed functions of its own (facts: `seeds.ts`). */
export type Generator = 'python' | 'numpy' | 'torch' | 'tensorflow' | 'keras' | 'polars';

export type Rule = {
  id: string;
  severity: Severity;
  /** Ends in no full stop; a row's call stands before it: "`np.random.rand()` …". */
  title: string;
  /** Does a run under policy `close` or `full` repeat it? By seeds that Reprise sets, or because it records what was drawn. */
  enforced: boolean;
  /** Where it is about something else than a seed. */
  verdict?: FindingVerdict;
};

/** What must hold of the arguments for a call to be random. `fallback`: the default value; `at`: from 0. */
export type Condition = {
  param: string;
  at?: number;
  fallback?: Constant;
} & ({ is: Constant[] } | { not: Constant[] } | { given: true } | { matches: RegExp });

export type Api = {
  api: string;
  rule: string;
  /** Which global generator it draws from where it is given no seed; null: none can be seeded for it. */
  reach: Generator | null;
  /** Names of the parameter over the versions of the library, and its position where it has one. */
  seed?: { names: string[]; at?: number };
  /** Any of these groups, of which all must hold. */
  when?: Condition[][];
  /** Two generators made with one seed give the same numbers. */
  makesStream?: true;
  /** What it takes is no number that could be put in. */
  unfixable?: true;
};

export type Library = { rules: Rule[]; apis: Api[]; types?: Record<string, string>; varies?: string[] };

/** Rows for several members of one module that are alike. */
export function members(module: string, names: string, row: Omit<Api, 'api'>): Api[] {
  return names.split(' ').map((name) => ({ api: `${module}.${name}`, ...row }));
}
