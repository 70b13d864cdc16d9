/** The shape of the catalogue: a rule has a page, and rows that name the calls it is about. */
import type { FindingVerdict, Severity } from '../finding';
import type { Constant } from '../python/ast';

/** Global generators, each with seed functions of its own (facts: `seeds.ts`). */
export type Generator =
  | 'python'
  | 'numpy'
  | 'torch'
  | 'tensorflow'
  | 'keras'
  | 'polars'
  | 'dask'
  | 'numba'
  | 'environment'
  | 'spaces'
  | 'javascript';

export type Rule = {
  id: string;
  severity: Severity;
  /** Ends in no full stop; a row's call stands before it: "`np.random.rand()` …". */
  title: string;
  /**
   * Does a run under policy `close` or `full` repeat it, or only one under `full`? By seeds that Reprise sets, by what it
   * switches on, or because it records what was drawn.
   */
  enforced: boolean | 'full';
  /** Where it is about something else than a seed. */
  verdict?: FindingVerdict;
};

/**
 * What must hold of the arguments for a call to be random. `fallback`: the default value; `at`: from 0; `inside`: the
 * parameter that takes a dictionary of parameters.
 */
export type Condition = {
  param: string;
  at?: number;
  fallback?: Constant;
  inside?: { param: string; at: number };
} & (
  | { is: Constant[] }
  | { not: Constant[] }
  | { given: true }
  | { matches: RegExp }
  | { words: RegExp }
  | { single: true }
  | { textual: true }
);

export type Api = {
  api: string;
  rule: string;
  /** Which global generator it draws from where it is given no seed; null: none can be seeded for it. */
  reach: Generator | null;
  /** Names of the parameter over the versions of the library, and its position where it has one. */
  seed?: {
    names: string[];
    at?: number;
    /** A 0 counts as none. */
    zeroIsNone?: true;
    /** It is a string. */
    isText?: true;
  };
  /** Place of the object whose properties are its parameters, as in JavaScript. */
  options?: number;
  /** Any of these groups, of which all must hold. */
  when?: Condition[][];
  /** Two generators made with one seed give the same numbers; a rule of its own where that is less than an error. */
  makesStream?: true | string;
  /** Only where what takes the value matches: `.head`, `subscript`, `print`. */
  consumers?: RegExp;
  /** A seed of its own is the seed of all that comes after, too. */
  seeds?: Generator;
  /** The rule about a generator that is given as the seed, and is moved on by every use. */
  shared?: string;
  /** An argument that makes it repeat. */
  fix?: { param: string; value: string };
  /** From this version of its library on it repeats. */
  until?: string;
  /** What it takes is no number that could be put in. */
  unfixable?: true;
  /** What is said of it where the rule's title does not fit. */
  title?: string;
  /** A package with which the global generator is not what it draws from, and what is said then. */
  escapes?: { packages: RegExp; because: string };
};

export type Library = { rules: Rule[]; apis: Api[]; types?: Record<string, string>; varies?: string[] };

/** Rows for several members of one module that are alike. */
export function members(module: string, names: string, row: Omit<Api, 'api'>): Api[] {
  return names.split(' ').map((name) => ({ api: `${module}.${name}`, ...row }));
}
