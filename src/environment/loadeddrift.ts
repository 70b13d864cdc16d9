/** What differs between what two runs had loaded when they ended, and what that can change. */
import { type Affects, NOTHING, NUMBERS, STREAMS_AND_NUMBERS } from './affects';
import { differing, known, row } from './drift';
import type { Drift, Loaded, LoadedLibrary } from './fingerprint';

/**
 * @param others differences of the environments: a variable that changed is why the libraries chose otherwise, and
 *   without one it is the machine
 */
export function compareLoaded(before: Loaded, after: Loaded, others: readonly Drift[]): Drift[] {
  const because = (names: RegExp): Drift['kind'] =>
    others.some(({ kind, what }) => kind === 'variable' && names.test(what)) ? 'variable' : 'cpu';
  return [
    ...libraryDrift(before, after, because),
    // Last bits of exp, log and tanh; and how unstable sorts order ties.
    ...(before.dispatch && after.dispatch
      ? dispatchDrift(before.dispatch, after.dispatch, because(/^NPY_/))
      : []),
    // A forked process inherits the states of generators; a spawned one draws anew.
    ...known('start method', 'python', before.startMethod, after.startMethod, ['streams']),
    ...FRAMEWORKS.flatMap((name) => settingDrift(name, before[name], after[name], because)),
    ...gpuDrift(before.gpus ?? [], after.gpus ?? []),
  ];
}

/** Without the variables that asked for the numbers of threads which both runs had anyway. */
export function withoutMootThreads(drift: readonly Drift[], before: Loaded, after: Loaded): Drift[] {
  const threads = ({ libraries = [] }: Loaded): string =>
    libraries
      .map(({ name, of, threads }) => `${name} ${of} ${threads}`)
      .sort()
      .join();
  if (!before.libraries?.length || threads(before) !== threads(after)) return [...drift];
  return drift.filter(({ kind, what }) => kind !== 'variable' || !/_NUM_THREADS$/.test(what));
}

type Because = (names: RegExp) => Drift['kind'];

function libraryDrift(before: Loaded, after: Loaded, because: Because): Drift[] {
  const [old, present] = [before.libraries ?? [], after.libraries ?? []];
  const vendors = (libraries: readonly LoadedLibrary[], api: string): string =>
    [...new Set(libraries.filter((each) => each.api === api).map(({ name }) => name))].sort().join(', ');
  const both = ['blas', 'openmp'].filter((api) => vendors(old, api) !== '' && vendors(present, api) !== '');
  return [
    // Products, decompositions and the signs of what they give.
    ...both.flatMap((api) => row(TITLES[api]!, 'package', vendors(old, api), vendors(present, api), NUMBERS)),
    ...old.flatMap((one) => {
      const other = present.find(({ name, of }) => name === one.name && of === one.of);
      return other === undefined ? [] : sameLibraryDrift(one, other, because);
    }),
  ];
}

const TITLES: Record<string, string> = { blas: 'BLAS', openmp: 'OpenMP' };

function sameLibraryDrift(before: LoadedLibrary, after: LoadedLibrary, because: Because): Drift[] {
  const name = `${before.name} of ${before.of}`;
  return [
    ...known(`${name}: version`, 'package', before.version, after.version, NUMBERS),
    ...known(
      `${name}: core type`,
      because(/CORETYPE|ENABLE_INSTRUCTIONS|CBWR|BLIS_ARCH/),
      before.architecture,
      after.architecture,
      NUMBERS,
    ),
    ...known(`${name}: threading`, 'package', before.layer, after.layer, NUMBERS),
    ...known(`${name}: threads`, because(THREADS), before.threads, after.threads, NUMBERS),
  ];
}

const THREADS = /_NUM_THREADS$|^(OMP|KMP|MKL|GOTO)_/;

function dispatchDrift(before: readonly string[], after: readonly string[], kind: Drift['kind']): Drift[] {
  const only = (these: readonly string[], those: readonly string[]): string =>
    these.filter((name) => !those.includes(name)).join(' ');
  return row('numpy dispatch', kind, only(before, after), only(after, before), ['numbers', 'order']);
}

const FRAMEWORKS = ['torch', 'tensorflow', 'jax', 'javascript'] as const;

/** First match counts; any other is a version of what computes, a precision or a switch. */
const SETTINGS: readonly (readonly [RegExp, Affects])[] = [
  // Without vectors torch draws normal numbers otherwise.
  [/^cpu capability$/, STREAMS_AND_NUMBERS],
  [/^(generator|partitionable)$/, ['streams']],
  // Between operations; sums are split within them.
  [/^(interop|inter-op) threads$/, NOTHING],
  // V8 computes, and has a version of its own.
  [/^(node|deno)$/, NOTHING],
];

function settingDrift(
  framework: string,
  before: Record<string, string> | undefined,
  after: Record<string, string> | undefined,
  because: Because,
): Drift[] {
  if (before === undefined || after === undefined) return [];
  return (
    differing(before, after)
      // A row of the packages says it already.
      .filter(([name]) => name !== 'version' && name !== 'jaxlib')
      .flatMap(([name, old, present]) =>
        row(
          `${framework}: ${name}`,
          kindOf(name, because),
          old ?? '',
          present ?? '',
          SETTINGS.find(([names]) => names.test(name))?.[1] ?? NUMBERS,
        ),
      )
  );
}

function kindOf(name: string, because: Because): Drift['kind'] {
  if (name === 'cpu capability') return because(/^ATEN_/);
  if (name.endsWith('threads')) return because(THREADS);
  if (name === 'device') return 'gpu';
  return /^(commit|cuda|hip|cudnn|blas|mkl|onednn|library|node|v8|deno|tfjs.*)$/.test(name)
    ? 'package'
    : 'variable';
}

/** Of what no list of products says: the same product may be cut in parts, or have error correction off. */
const GPU: readonly (readonly [field: string, title: string, affects: Affects])[] = [
  ['capability', 'gpu capability', NUMBERS],
  ['multiprocessors', 'gpu multiprocessors', NUMBERS],
  ['cores', 'gpu cores', NUMBERS],
  ['mig', 'gpu partitions (MIG)', NUMBERS],
  ['memory', 'gpu memory', NOTHING],
  ['ecc', 'gpu error correction', NOTHING],
  ['vbios', 'gpu firmware', NOTHING],
];

function gpuDrift(before: Record<string, string>[], after: Record<string, string>[]): Drift[] {
  if (before.length === 0 || after.length === 0) return [];
  const all = (gpus: Record<string, string>[], field: string): string | undefined =>
    gpus.some((gpu) => field in gpu) ? gpus.map((gpu) => gpu[field] ?? '?').join(', ') : undefined;
  return GPU.flatMap(([field, title, affects]) =>
    known(title, 'gpu', all(before, field), all(after, field), affects),
  );
}
