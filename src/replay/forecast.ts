/**
 * The best verdict that a replay elsewhere can have, from what is known of the place before anything is spent there.
 * Architecture and library decide the last bits, the number of threads how sums are split (`environment/affects.ts` has
 * the table, with its sources); what only the run itself shows, packages and processor of the node, is said to be open.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Policy } from '../determinism/policy';
import type { LoadedLibrary } from '../environment/fingerprint';
import type { RunRecord } from '../lineage/record';
import type { Store } from '../lineage/store';
import type { Judgement, Verdict } from './documents';
import { TARGET_FILE } from './execution/target';
import { plural } from './words';

/** What a run is given elsewhere. */
export type Place = { cores: number; gpu: { count: number; product?: string } };

export type Forecast = {
  /** `identical`, `within-tolerance` where a tolerance is set, else `different`. */
  best: 'identical' | 'within-tolerance' | 'different';
  /** Why it is not better, a sentence each. */
  because: string[];
  /** What makes a difference for some results and for others none, a sentence each. */
  perhaps: string[];
  /** What is known only when it has run. */
  open: string[];
  /** Minutes of GPU that the original took, all of its GPUs together. */
  gpuMinutes: number;
};

export function forecast(
  record: RunRecord,
  place: Place,
  { policy, tolerance, isPinned }: { policy: Policy; tolerance: boolean; isPinned: boolean },
): Forecast {
  const numbers = gpuReasons(record, place);
  const repeats = [...drawReasons(record), ...operationReasons(record)];
  const because = [...repeats, ...numbers];
  const best =
    repeats.length > 0
      ? 'different'
      : numbers.length === 0
        ? 'identical'
        : tolerance
          ? 'within-tolerance'
          : 'different';
  return {
    best,
    because,
    perhaps: threadReasons(record, place, policy),
    open: openQuestions(isPinned),
    gpuMinutes: gpuMinutes(record),
  };
}

/** What a replay is given where nobody says otherwise: as many threads, and the same GPUs. */
export function asRecorded({ header, loaded }: RunRecord): {
  cpu?: number;
  gpu?: { count: number; product: string };
} {
  const threads = Math.max(0, ...(loaded?.libraries ?? []).map((library) => library.threads ?? 0));
  const { gpus } = header.environment;
  return {
    ...(threads > 0 ? { cpu: threads } : {}),
    ...(gpus[0] ? { gpu: { count: gpus.length, product: asLabel(gpus[0].product) } } : {}),
  };
}

/** "Same is expected, if …"; "Same is possible, and … Different: …"; "Different is expected: …". */
export function forecastWords({ best, because, perhaps, open, gpuMinutes }: Forecast): string {
  const words = { identical: 'Same', 'within-tolerance': 'Close', different: 'Different' }[best];
  const spent =
    gpuMinutes > 0
      ? ` The original took ${gpuMinutes < 1 ? 'less than one GPU minute' : plural(Math.round(gpuMinutes), 'GPU minute')}.`
      : '';
  if (because.length === 0 && perhaps.length > 0)
    return `Same is possible, and where sums are long Different: ${perhaps.join('; ')}.${spent}`;
  if (because.length === 0) return `${words} is expected, if ${open.join(' and ')}.${spent}`;
  const close = best === 'different' && because.length > 0 ? '' : ' at best';
  return `${words} is expected${close}: ${because.join('; ')}.${spent}`;
}

const ORDER: readonly Verdict[] = ['identical', 'canonical', 'within-tolerance', 'different'];

/** What was foretold of runs that went elsewhere and that a verdict beats, in a sentence; undefined where none is. */
export function beatenForecast(store: Store, { verdict, replays }: Judgement): string | undefined {
  const beaten = replays
    .map((run) => keptForecast(store, run))
    .find((told) => told && isBeaten(told, verdict));
  if (beaten === undefined) return undefined;
  return `Better than was foretold: ${beaten.because.join('; ')}. That was wrong here, and worth an issue at Reprise.`;
}

function keptForecast(store: Store, run: string): Pick<Forecast, 'best' | 'because'> | undefined {
  try {
    const { forecast: kept } = JSON.parse(readFileSync(join(store.runFolder(run), TARGET_FILE), 'utf8')) as {
      forecast?: Pick<Forecast, 'best' | 'because'>;
    };
    return kept;
  } catch {
    return undefined;
  }
}

/** A verdict better than was thought possible: a row of the table is wrong, which is worth telling. */
export function isBeaten({ best }: Pick<Forecast, 'best'>, verdict: Verdict): boolean {
  return verdict !== 'unverifiable' && ORDER.indexOf(verdict) < ORDER.indexOf(best);
}

function gpuReasons({ header, loaded }: RunRecord, { gpu }: Place): string[] {
  const before = header.environment.gpus.map(({ product }) => product);
  const frameworks = [loaded?.torch, loaded?.tensorflow, loaded?.jax].some((used) => used !== undefined);
  if (before.length === 0) {
    if (gpu.count === 0 || !frameworks) return [];
    return ['the original ran without a GPU, and its framework takes one where it finds one'];
  }
  if (gpu.count === 0) return [`the original ran on ${before.join(', ')}, and no GPU is asked for`];
  const products = new Set(before.map(asLabel));
  if (gpu.product === undefined || products.has(asLabel(gpu.product))) {
    return gpu.count === before.length
      ? []
      : [`the original had ${plural(before.length, 'GPU')}, not ${gpu.count}`];
  }
  return [
    `another GPU (${[...products].join(', ')} then, ${gpu.product} now): matrix products differ in the last bits`,
  ];
}

/** NVIDIA's node labels write a product with dashes. */
function asLabel(product: string): string {
  return product.replace(/\s+/g, '-');
}

/** Under `full` the counts are those of the record, wherever it runs. */
function threadReasons({ header, loaded }: RunRecord, { cores }: Place, policy: Policy): string[] {
  if (policy === 'full') return [];
  const { variables } = header.environment;
  const fixed = (library: LoadedLibrary): boolean =>
    Object.keys(variables).some(
      (name) => name.endsWith('_NUM_THREADS') && name.startsWith(library.api === 'openmp' ? 'OMP' : 'O'),
    );
  const differing = (loaded?.libraries ?? []).filter(
    (library) => library.threads !== undefined && library.threads !== cores && !fixed(library),
  );
  return differing
    .slice(0, 1)
    .map(
      ({ name, threads }) =>
        `${name} split its sums over ${plural(threads!, 'thread')}, and ${plural(cores, 'processor')} ${cores === 1 ? 'is' : 'are'} asked for (--cpu ${threads!} asks for as many)`,
    );
}

function drawReasons({ cells }: RunRecord): string[] {
  const drew = cells.filter(({ entropy }) => entropy.some(({ reach }) => reach === 'unreached'));
  if (drew.length === 0) return [];
  return [`no seed reached what cell ${drew.map(({ index }) => index).join(', ')} drew`];
}

function operationReasons({ cells }: RunRecord): string[] {
  const ran = cells.filter(({ operations }) => operations.length > 0);
  const [first] = ran;
  return first === undefined
    ? []
    : [`cell ${first.index} ran ${first.operations[0]!.op}, which has no deterministic form`];
}

function openQuestions(isPinned: boolean): string[] {
  return [
    isPinned
      ? 'the node has a processor of the same kind'
      : 'the image has the recorded packages and the node a processor of the same kind',
  ];
}

function gpuMinutes({ header, summary }: RunRecord): number {
  return (header.environment.gpus.length * (summary?.durationMs ?? 0)) / 60_000;
}
