/** What a seal holds (contracts, `reprise seal`): digests and printed numbers, and nothing of who, when or where. */
import { type Seal, SidecarError } from './sidecar';

/** A file under the root. Only what did not differ between the runs that were sealed is given. */
export type SealedFile = {
  path: string;
  mode: 'read' | 'write';
  sha256?: string;
  /** Digest of a container by what it holds. */
  content?: string;
  deleted?: boolean;
  /** Seen on the file system only: another process may have written it. */
  attribution?: 'weak';
};

/** Data from elsewhere, by what fixes its version and was the same in all of the runs. */
export type SealedData = { kind: string; name: string; query?: string; version: Record<string, string> };

export type SealedVariable = {
  name: string;
  digest?: string;
  how: 'exact' | 'pickle' | 'sampled' | 'opaque';
};

/** Digests are sha256 in hex. A cell declared volatile has none of its outputs. */
export type SealedCell = {
  index: number;
  id: string;
  /** `cellDigest` of the source. */
  source: string;
  volatile?: true;
  /** Outputs, streams counted once. */
  outputs: number;
  /** Where it was the same in all of the runs. */
  raw?: string;
  /** Where it is not `raw`. */
  canonical?: string;
  /** Of the canonical outputs with streams left between displays, where it is not `canonical`. */
  layout?: string;
  /** The first numbers printed, as printed: at most 64, and no more than the line has room for. */
  numbers?: string[];
  /** Of the canonical outputs without those numbers. */
  rest?: string;
  files?: SealedFile[];
  data?: SealedData[];
  /** Only where randomness that no seed reached makes the verdict depend on them. */
  variables?: SealedVariable[];
};

export type SealedEnvironment = {
  python: string;
  system: string;
  libc: string;
  cpu: string;
  /** Digest of the sorted instruction-set flags. */
  flags: string;
  cores: number;
  gpus?: string[];
  /** Digest of the names and versions of packages that can change a result. */
  packages: string;
};

export type Sealed = {
  canon: string;
  /** Version of the digests of variables. */
  values: string;
  /** What the seal was made of. */
  verdict: 'identical' | 'canonical' | 'within-tolerance';
  policy: 'full' | 'close' | 'observe';
  seed: string;
  entropy: 'record' | 'enforce';
  rng: string;
  strict?: true;
  allowErrors?: true;
  /** sha256 of the lock. */
  pin: string;
  environment: SealedEnvironment;
  covered: {
    outputs: number;
    files: number;
    variables: { compared: number; uncompared: number };
    runs: number;
  };
  /** Digest over the raw digests, where it was the same in all of the runs. */
  results?: string;
  cells: SealedCell[];
};

export const UNPINNED = 'unpinned';

type Fields = { [key: string]: unknown };
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isDigest: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isTrue: Check = (value) => value === true;
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const having =
  (fields: Record<string, Check>): Check =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check((value as Fields)[name]));

const FILE = having({
  path: isText,
  mode: oneOf('read', 'write'),
  sha256: optional(isDigest),
  content: optional(isDigest),
  deleted: optional(isTrue),
  attribution: optional(oneOf('weak')),
});
const DATA = having({
  kind: isText,
  name: isText,
  query: optional(isText),
  version: (value) => isObject(value) && Object.values(value as Fields).every(isText),
});
const VARIABLE = having({
  name: isText,
  digest: optional(isText),
  how: oneOf('exact', 'pickle', 'sampled', 'opaque'),
});
const CELL: Record<string, Check> = {
  index: isCount,
  id: isText,
  source: isDigest,
  volatile: optional(isTrue),
  outputs: isCount,
  raw: optional(isDigest),
  canonical: optional(isDigest),
  layout: optional(isDigest),
  numbers: optional(listOf(isText)),
  rest: optional(isDigest),
  files: optional(listOf(FILE)),
  data: optional(listOf(DATA)),
  variables: optional(listOf(VARIABLE)),
};
const SEAL: Record<string, Check> = {
  canon: isText,
  values: isText,
  verdict: oneOf('identical', 'canonical', 'within-tolerance'),
  policy: oneOf('full', 'close', 'observe'),
  seed: (value) => typeof value === 'string' && /^-?[0-9a-f]+$/.test(value),
  entropy: oneOf('record', 'enforce'),
  rng: isText,
  strict: optional(isTrue),
  allowErrors: optional(isTrue),
  pin: (value) => value === UNPINNED || isDigest(value),
  environment: having({
    python: isText,
    system: isText,
    libc: isText,
    cpu: isText,
    flags: isText,
    cores: isCount,
    gpus: optional(listOf(isText)),
    packages: isDigest,
  }),
  covered: having({
    outputs: isCount,
    files: isCount,
    variables: having({ compared: isCount, uncompared: isCount }),
    runs: isCount,
  }),
  results: optional(isDigest),
};

/** @throws SidecarError `bad-field` for a seal that no version of Reprise wrote so */
export function readSeal(seal: Seal): Sealed {
  checkFields(seal, SEAL, 'seal');
  seal.cells.forEach((cell, i) => checkFields(cell, CELL, `seal.cells[${i}]`));
  return seal as unknown as Sealed;
}

/** As it is kept in a sidecar. */
export function asSeal(sealed: Sealed): Seal {
  return { ...sealed, cells: sealed.cells };
}

function checkFields(fields: Fields, checks: Record<string, Check>, name: string): void {
  for (const [field, check] of Object.entries(checks)) {
    if (check(fields[field])) continue;
    const is = fields[field] === undefined ? 'is missing' : `is not one: ${JSON.stringify(fields[field])}`;
    throw new SidecarError(
      'bad-field',
      `The seal in the sidecar was damaged: ${name}.${field} ${is}. Nothing ran. Seal the notebook again: reprise seal.`,
      `${name}.${field}`,
    );
  }
}
