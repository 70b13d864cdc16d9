import type { Ended } from './commandLine';
import type { Severity } from './workbench';

/** How the lines begin in which the command says what came of it. */
const OUTCOME = /^(Same|Close|Different|Cannot tell|Ran |Stopped at|Cancelled|The kernel died)/;

/** What to tell in a notification: the line with the verdict, else the last thing that was said. */
export function outcomeOf({ code, lines }: Ended): { severity: Severity; message: string } {
  const said = lines.filter((line) => line.trim() !== '');
  const message =
    said.find((line) => OUTCOME.test(line)) ?? said.at(-1) ?? `The command ended with exit code ${code}.`;
  return { severity: severityOf(code), message: message.trim() };
}

/** The codes are those of the command line: 0 good, 1 diverged, 4 cannot verify, 130 cancelled; others: it could not. */
function severityOf(code: number): Severity {
  if (code === 0 || code === 130) return 'information';
  return code === 1 || code === 4 ? 'warning' : 'error';
}
