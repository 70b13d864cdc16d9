import { inForce, SETTINGS, type Variable } from './settings';
import { hashSeed } from './streams';

export type Policy = 'full' | 'close' | 'observe';
export const POLICIES: readonly Policy[] = ['full', 'close', 'observe'];

export type EnvironmentOptions = {
  /** The environment that the kernel would inherit. */
  given: NodeJS.ProcessEnv;
  /** Usable processor cores. */
  cores: number;
  /** The cores are a share of a machine's: pools would take the size of the whole machine. */
  isQuota?: boolean;
  /** Variables of the run being replayed: thread counts follow them, so that sums are taken in the same order. */
  recorded?: Record<string, string>;
  /** Rows of the table to leave out. */
  without?: readonly string[];
  /** What other processors with AVX2 compute, too: one instruction set, and one thread, as the cores of both may not be as many. */
  portable?: boolean;
};

/**
 * Variables for the kernel process under a policy; a value that the user has set already stays.
 * Thread counts are fixed at the number of usable cores, not at one: the count is what results depend on.
 */
export function kernelEnvironment(
  policy: Policy,
  seed: string,
  options: EnvironmentOptions,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { id, variable } of inForce(policy, options)) {
    if (variable === undefined) continue;
    const value = id === 'hash-seed' ? hashSeed(seed) : valued(variable, options);
    variables[variable.name] = value;
  }
  if (policy === 'close' && options.isQuota) {
    for (const { variable } of SETTINGS)
      if (variable?.threads) variables[variable.name] = valued(variable, options);
  }
  if (options.portable) {
    for (const { variable, portable } of SETTINGS) {
      if (variable?.threads) variables[variable.name] = '1';
      if (portable) variables[portable.name] = fixed(portable, variables, options);
    }
  }
  return variables;
}

function valued({ name, flag, value = '', threads }: Variable, options: EnvironmentOptions): string {
  const given = options.given[name];
  if (threads) return threadCount(name, options);
  if (flag === undefined) return given ?? value;
  const flags = (given ?? '').split(/\s+/).filter((each) => each !== '');
  if (flags.some((each) => each.split('=')[0] === flag)) return flags.join(' ');
  return [...flags, `${flag}=${value}`].join(' ');
}

/** A flag stands beside those that are there; any other value takes the place of what was given. */
function fixed(variable: Variable, variables: Record<string, string>, { given }: EnvironmentOptions): string {
  const { name, flag, value = '' } = variable;
  if (flag === undefined) return value;
  const others = (variables[name] ?? given[name] ?? '')
    .split(/\s+/)
    .filter((each) => each !== '' && each.split('=')[0] !== flag);
  return [...others, `${flag}=${value}`].join(' ');
}

function threadCount(name: string, { given, recorded = {}, isQuota, cores }: EnvironmentOptions): string {
  // What stands in a profile was asked for; what a kernel would inherit here just happens to be there.
  const asked = isQuota ? (given[name] ?? recorded[name]) : (recorded[name] ?? given[name]);
  return asked ?? String(cores);
}

/** What the agent is to enforce: the ids of rows, by which it knows them. */
export function agentSettings(
  policy: Policy,
  options: { strict?: boolean; without?: readonly string[] } = {},
): string[] {
  return inForce(policy, options).map(({ id }) => id);
}
