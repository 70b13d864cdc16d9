import full from './full.json';
import { hashSeed } from './streams';

export type Policy = 'full' | 'close' | 'observe';
export const POLICIES: readonly Policy[] = ['full', 'close', 'observe'];

/** `flag`: the variable holds a list of flags, of which the value is that of this one. */
type Row = { name: string; flag?: string; value: string; why: string; source: string };

/**
 * Variables that `full` sets before the interpreter starts; a value that the user has set already stays.
 * Thread counts are fixed at the number of usable cores, not at one: the count is what results depend on.
 */
const FULL: readonly Row[] = full.variables;

/**
 * Variables for the kernel process under a policy.
 * @param recorded variables of the run being replayed: thread counts follow them, so that sums are taken in the same order.
 * @param given the environment that the kernel would inherit.
 * @param cores usable processor cores.
 * @param isQuota the cores are a share of a machine's: pools would take the size of the whole machine.
 */
export function kernelEnvironment(
  policy: Policy,
  seed: string,
  options: { given: NodeJS.ProcessEnv; cores: number; isQuota?: boolean; recorded?: Record<string, string> },
): Record<string, string> {
  if (policy === 'observe') return {};
  const variables: Record<string, string> = { PYTHONHASHSEED: hashSeed(seed) };
  if (policy === 'full') {
    for (const row of FULL) variables[row.name] = valued(row, options.given[row.name]);
  } else if (!options.isQuota) return variables;
  const { given, recorded = {}, isQuota } = options;
  for (const name of full.threads) {
    // What stands in a profile was asked for; what a kernel would inherit here just happens to be there.
    const asked = isQuota ? (given[name] ?? recorded[name]) : (recorded[name] ?? given[name]);
    variables[name] = asked ?? String(options.cores);
  }
  return variables;
}

function valued({ flag, value }: Row, given: string | undefined): string {
  if (flag === undefined) return given ?? value;
  const flags = (given ?? '').split(/\s+/).filter((each) => each !== '');
  if (flags.some((each) => each.split('=')[0] === flag)) return flags.join(' ');
  return [...flags, `${flag}=${value}`].join(' ');
}
