/** What the editor makes of a finding. */
import type { Finding, SeenFinding } from '../../lint/finding';
import type { RuleLevels } from '../../lint/lint';
import type { LintCounts } from '../follow/state';
import type { Severity } from '../editor';

/**
 * What the kernel makes repeat is information here, unless the user set something else; the command line, which knows
 * no kernel, says what the rule says.
 */
export function severityOf(
  { rule, severity, enforced, verdict }: Finding,
  levels: RuleLevels = {},
): Severity {
  const isRepeated = enforced && verdict === 'unseeded' && levels[rule] === undefined;
  return severity === 'info' || isRepeated ? 'information' : severity;
}

export function messageOf({ message, enforced, verdict, seen }: SeenFinding): string {
  return [
    message,
    ...(enforced && verdict === 'unseeded' ? ['Recorded, so a replay repeats it.'] : []),
    ...(seen === undefined ? [] : [`Seen in run ${seen}.`]),
  ].join(' ');
}

export function countsOf(findings: readonly Finding[]): LintCounts {
  const counted = findings.filter(({ severity }) => severity !== 'info');
  return { findings: counted.length, unreached: counted.filter(({ enforced }) => !enforced).length };
}
