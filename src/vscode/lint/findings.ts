/** What the editor makes of a finding. */
import type { Finding } from '../../lint/finding';
import type { LintCounts } from '../follow/state';
import type { Severity } from '../editor';

/** What the kernel makes repeat is information here; the command line, which knows no kernel, says what the rule says. */
export function severityOf({ severity, enforced, verdict }: Finding): Severity {
  if (severity === 'info' || (enforced && verdict === 'unseeded')) return 'information';
  return severity;
}

export function messageOf(finding: Finding): string {
  const { message, enforced, verdict } = finding;
  return enforced && verdict === 'unseeded' ? `${message} Recorded, so a replay repeats it.` : message;
}

export function countsOf(findings: readonly Finding[]): LintCounts {
  const counted = findings.filter(({ severity }) => severity !== 'info');
  return { findings: counted.length, unreached: counted.filter(({ enforced }) => !enforced).length };
}
