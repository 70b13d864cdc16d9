/** What the terminal, the editor and the report say to people, in one place, so that they say the same. */
import type { RecordedKernel } from '../environment/recordedKernel';
import type { EntropyUse, Policy, RunRecord, RunStatus, Seed } from '../lineage/record';
import { isSidecarName } from '../notebook/sidecar';
import type { Cause, Judgement, Verdict } from './documents';
import type { Trust } from './trust';

export const VERDICT_WORDS: Record<Verdict, string> = {
  identical: 'Same',
  canonical: 'Same apart from',
  'within-tolerance': 'Close',
  different: 'Different',
  unverifiable: 'Cannot tell',
};

const MASK_WORDS: Record<string, string> = {
  cr: 'redrawn lines',
  ansi: 'colours',
  address: 'addresses',
  'ipykernel-path': 'temporary paths',
  'library-path': 'library paths',
  traceback: 'tracebacks',
  'generated-id': 'generated ids',
  'png-pixels': 'image encoding',
  'json-order': 'key order',
  timing: 'timings',
  'file-content': 'timestamps inside files',
};

export const POLICY_WORDS: Record<Policy, string> = {
  close: 'streams seeded, environment compared',
  full: 'streams seeded, deterministic operations, drift refused',
  observe: 'nothing touched, everything recorded',
};

export const REACH_WORDS: Record<EntropyUse['reach'], string> = {
  seeded: 'seeded by the notebook',
  enforced: 'seeded by Reprise',
  unreached: 'no seed reached it',
};

export const TRUST_WORDS: Record<Trust, string> = {
  recorded: 'Recorded',
  'replayed-by-author': 'Replayed by the author',
  'replayed-by-another': 'Replayed by another identity in a clean room',
};

/** The verdict in a few words: "Different from cell 7"; "Same in 1 of 1 run, against the seal". */
export function headline(
  judgement: Pick<Judgement, 'verdict' | 'original' | 'replays' | 'firstDivergence' | 'masks'>,
): string {
  return verdictIn(judgement) + (isSidecarName(judgement.original) ? ', against the seal' : '');
}

function verdictIn({
  verdict,
  replays,
  firstDivergence: first,
  masks,
}: Pick<Judgement, 'verdict' | 'replays' | 'firstDivergence' | 'masks'>): string {
  const words = VERDICT_WORDS[verdict];
  const runs = replays.length;
  const inRuns = ` in ${runs} of ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  if (verdict === 'different') return `${words} from cell ${first?.index ?? '?'}`;
  if (verdict === 'unverifiable') return first ? `${words} from cell ${first.index}` : words;
  if (verdict === 'canonical') return sameApartFrom(masks) + inRuns;
  return words + inRuns;
}

/** "Same apart from addresses, timings". */
export function sameApartFrom(masks: readonly string[]): string {
  return `${VERDICT_WORDS.canonical} ${masks.length > 0 ? maskWords(masks).join(', ') : 'what no policy reaches'}`;
}

export function maskWords(masks: readonly string[]): string[] {
  return masks.map((mask) => MASK_WORDS[mask] ?? mask);
}

/** What the verdict rests on. */
export function coverage({ covered }: Pick<Judgement, 'covered'>): string {
  const { outputs, files, variables } = covered;
  const all = variables.compared + variables.uncompared;
  const counted = [
    plural(outputs, 'output'),
    plural(files, 'file'),
    `${variables.compared} of ${plural(all, 'variable')}`,
  ];
  return `${counted.join(', ')} compared`;
}

/** One sentence of advice. */
export function whatToDo({ kind, confidence, evidence, summary }: Cause): string {
  switch (kind) {
    case 'unseeded-entropy':
      if (summary.includes('PYTHONHASHSEED'))
        return 'Sort the set before its order matters, or run under the policy `close`.';
      if (summary.includes('from a device')) return 'Use a seeded generator instead of the device.';
      if (summary.includes('operating system')) {
        return 'Use a seeded generator, or run with `--enforce-os-entropy`; or declare the output `# reprise: volatile <reason>`.';
      }
      if (summary.includes("database's own generator"))
        return 'Sort the rows by a key and sample them in the notebook, or let the statement name a seed where the database has that.';
      if (summary.includes('different entropy'))
        return 'Replay one of the runs (`reprise replay RUN`): it gets the entropy that run had; or run both with one seed (`--seed 1`).';
      return 'Give it a seed, or run under the policy `close`, which seeds it.';
    case 'environment-drift':
      return 'Install what was recorded and replay again; or, if this is the environment you want, run the notebook again in it.';
    case 'data-drift':
      if (summary.includes('no record holds'))
        return 'Keep what it got in a file and read that, or declare the output `# reprise: volatile <reason>`.';
      if (summary.includes('writes on in a file'))
        return 'Have the notebook begin the file anew in each run.';
      return `Put back ${evidence[0]?.where?.file ?? 'the file'} as it was, or run the notebook again and seal the new result.`;
    case 'hardware':
      return 'Run under the policy `full`, which fixes thread counts and CPU dispatch, or set a `tolerance` in the sidecar.';
    case 'nondeterministic-operation':
      if (summary.includes('takes back'))
        return 'Take the setting out, or run with `--strict`, which leaves it without effect.';
      if (summary.includes('several threads'))
        return 'Run under the policy `full`, which gives these one thread, or with `OMP_NUM_THREADS=1` and one job; or set a `tolerance` in the sidecar.';
      return 'Use a form of the operation that is deterministic, or one worker; or set a `tolerance` in the sidecar.';
    case 'hidden-state':
    case 'order':
      return 'Restart the kernel, run all cells from top to bottom, and correct what then fails or differs.';
    case 'time':
      if (summary.includes('is of a kind that'))
        return 'Write it without the time (many programs take `SOURCE_DATE_EPOCH` from the environment), or in a format that holds none.';
      return 'Pass the time in as a parameter, or declare the output `# reprise: volatile <reason>`.';
    case 'volatile-output':
      return confidence === 'certain'
        ? 'Nothing: this does not count as a difference.'
        : 'Leave it out of what the cell shows, or declare the output `# reprise: volatile <reason>`.';
    case 'upstream':
      return 'Look at the cell where it came from.';
    case 'unknown':
      return 'Run `reprise verify --times 3` to see whether it differs each time, and look at what the cell reads that is not recorded (network, other processes, threads).';
  }
}

/** What could not be compared is no cause that anything could be done about. */
export function isObstacle({ kind, confidence }: Cause): boolean {
  return kind === 'unknown' && confidence === 'certain';
}

type Ended = Pick<RunRecord, 'cells' | 'summary'>;

/** How a run ended, in a sentence. */
export function endSentence({ cells, summary }: Ended, status: RunStatus): string {
  const ran = `${plural(cells.length, 'cell')} in ${duration(summary?.durationMs ?? 0)}`;
  const failed = cells.find((cell) => cell.status === 'error');
  const died = summary?.died;
  switch (status) {
    case 'ok':
      return `Ran ${ran}.`;
    case 'error':
      return `Stopped at an error: ${ran}${failed ? `, cell ${failed.index} raised ${failed.error?.ename ?? 'an error'}` : ''}.`;
    case 'cancelled':
      return `Cancelled after ${ran}; what was recorded until then is kept.`;
    case 'died':
      return `The kernel died in cell ${died?.index ?? '?'}${signalPhrase(died?.signal)}; what was recorded until then is kept.`;
  }
}

/** The error that ended a run, or that it went on past; undefined where there was none. */
export function errorSentence({ cells, summary }: Ended): string | undefined {
  if (summary?.status !== 'error') return undefined;
  const failed = cells.findLast((cell) => cell.status === 'error');
  return failed === undefined
    ? 'A cell did not run to its end.'
    : `Cell ${failed.index} raised ${failed.error?.ename ?? 'an error'}.`;
}

function signalPhrase(signal: string | undefined): string {
  return signal ? ` (${signal}${signal === 'SIGKILL' ? ', often for lack of memory' : ''})` : '';
}

/** "fresh entropy, recorded", "fixed seed 7". */
export function seedWords({ value, from }: Seed): string {
  if (from === 'fresh') return 'fresh entropy, recorded';
  if (from === 'replayed') return 'entropy of the run it replays';
  const sign = value.startsWith('-') ? '-' : '';
  return `fixed seed ${sign}${/^-?[0-9a-f]+$/.test(value) ? BigInt(`0x${value.slice(sign.length)}`) : '?'}`;
}

/** "tslab 1.0.22, node 20.20.2, v8 11.3": what runs the cells of a notebook in JavaScript. */
export function kernelWords({
  kernel,
  version = '',
  engine = {},
}: Pick<RecordedKernel, 'kernel' | 'version'> & { engine?: Record<string, string> }): string {
  const engines = Object.entries(engine).map(([what, which]) => `${what} ${which}`);
  return [`${kernel} ${version}`.trim(), ...engines].join(', ');
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The first line of a cell that says something. */
export function firstLine(source: string): string {
  const lines = source.split('\n').map((line) => line.trim());
  return lines.find((line) => line && !line.startsWith('#')) ?? lines.find((line) => line) ?? '';
}

export function duration(ms: number): string {
  if (ms < 950) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
