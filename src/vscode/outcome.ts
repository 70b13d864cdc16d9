/** What to tell of a command that ended: its verdict in a sentence, or why it has none. */
import type { RunStatus } from '../lineage/record';
import type { Judgement, Run } from '../replay/documents';
import { UNPINNED } from '../notebook/seal';
import { coverage, headline, plural } from '../replay/words';
import type { Ended } from './commandLine';
import type { Severity } from './editor';

export type Outcome = {
  severity: Severity;
  message: string;
  /** Absent where the command came to no verdict. */
  judgement?: Judgement;
  /** The run that it made, where it made one and judged nothing. */
  report?: string;
};

export function outcomeOf(ended: Ended): Outcome {
  const { code, document, said } = ended;
  if (hasSchema(document, 'reprise/verdict/1')) return judged(document as unknown as Judgement, code);
  if (hasSchema(document, 'reprise/run/1')) return ran(document as unknown as Run);
  if (hasSchema(document, 'reprise/seal/0')) return sealed(document as unknown as SealDocument);
  const reason = hasSchema(document, 'reprise/error/0') ? document['message'] : undefined;
  const last = typeof reason === 'string' ? reason : said.at(-1);
  return { severity: severityOf(code), message: last ?? silent(code) };
}

function ran({ run, status, cells }: Run): Outcome {
  const failed = cells.find((cell) => cell.status === 'error');
  const executed = plural(cells.filter((cell) => cell.status !== 'skipped').length, 'cell');
  const where = failed === undefined ? '' : ` in cell ${failed.index}`;
  const messages: Record<RunStatus, string> = {
    ok: `Ran to its end: ${executed}.`,
    error: `Stopped at an error${where}.`,
    cancelled: `Cancelled after ${executed}; what was recorded until then is kept.`,
    died: `The kernel died${where}; what was recorded until then is kept.`,
  };
  const severities = {
    ok: 'information',
    error: 'warning',
    cancelled: 'information',
    died: 'error',
  } as const;
  return { severity: severities[status], message: messages[status], report: run };
}

type SealDocument = { cells: number; pin: string; covered: Judgement['covered'] };

function sealed({ cells, pin, covered }: SealDocument): Outcome {
  const message = `Sealed: ${plural(cells, 'cell')}; ${coverage({ covered })}. Commit the .repro.json beside the notebook.`;
  if (pin !== UNPINNED) return { severity: 'information', message };
  return {
    severity: 'warning',
    message: `${message} It is not pinned, so nothing says which environment gave it.`,
  };
}

function judged(judgement: Judgement, code: number): Outcome {
  const { verdict, causes } = judgement;
  const words = headline(judgement);
  if (verdict === 'different' || verdict === 'unverifiable') {
    const why = causes[0] === undefined ? `${coverage(judgement)}.` : plain(causes[0].summary);
    return { severity: 'warning', message: `${words}. ${why}`, judgement };
  }
  const message = `${words}; ${coverage(judgement)}.`;
  // The code of an error that nobody allowed is 1, also where it repeats.
  return code === 0
    ? { severity: 'information', message, judgement }
    : {
        severity: 'warning',
        message: `${message} A cell raised, and raises again in the replay.`,
        judgement,
      };
}

/** The codes are those of the command line: 0 good, 1 diverged, 4 cannot verify, 130 cancelled; others: it could not. */
function severityOf(code: number): Severity {
  if (code === 0 || code === 130) return 'information';
  return code === 1 || code === 4 ? 'warning' : 'error';
}

function silent(code: number): string {
  return code === 130
    ? 'Cancelled; it had to be ended. What was recorded until then is kept.'
    : `It ended with exit code ${code} and said nothing.`;
}

/** A notification shows no Markdown. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}

function hasSchema(document: unknown, schema: string): document is { [field: string]: unknown } {
  return (
    typeof document === 'object' && document !== null && 'schema' in document && document.schema === schema
  );
}
