/**
 * The policy table: what Reprise sets, since which versions, under which policy, why, and who says so. The kernel's
 * variables, what the agent enforces and `docs/determinism.md` all come from `settings.json`.
 */
import table from './settings.json';

/** `recorded`: left as it is found, under every policy; `full` refuses to replay where it differs. */
export type How = 'environment' | 'import' | 'call' | 'recorded';

/** The least that puts a setting in force; `strict`: only `full` with `--strict`. */
export type Level = 'observe' | 'close' | 'full' | 'strict';

/** `flag`: the variable holds a list of flags, of which `value` is that of this one. */
export type Variable = { name: string; value?: string; flag?: string; threads?: boolean };

export type Setting = {
  id: string;
  framework: string;
  /** As one would write it. */
  setting: string;
  how: How;
  policy: Level;
  variable?: Variable;
  /** Set under `full --portable`, whatever the environment has: the same on every x86-64 processor with AVX2. */
  portable?: Variable;
  /** It has an effect only where one of these was loaded; absent: always. */
  needs?: string[];
  versions: { versions: string; reason: string; source: string }[];
};

export const SETTINGS = table.settings as readonly Setting[];

const LEVELS: readonly Level[] = ['observe', 'close', 'full', 'strict'];

/** Those in force under a policy. @param without ids of rows that are left out, to see what they cost */
export function inForce(
  policy: Exclude<Level, 'strict'>,
  { strict = false, without = [] }: { strict?: boolean; without?: readonly string[] } = {},
): Setting[] {
  const level = LEVELS.indexOf(policy === 'full' && strict ? 'strict' : policy);
  return SETTINGS.filter(
    (row) => row.how !== 'recorded' && LEVELS.indexOf(row.policy) <= level && !without.includes(row.id),
  );
}
