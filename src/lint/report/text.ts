/** Findings for people: the line, a caret under what is meant, and what it is. */
import type { Finding } from '../finding';
import type { LintCell } from '../lint';

export type Paint = Record<'bold' | 'dim' | 'red' | 'yellow', (text: string) => string>;

const LONGEST_LINE = 160;

export function findingText(
  path: string,
  finding: Finding,
  cells: readonly LintCell[],
  paint: Paint,
): string {
  const { cell, range, severity, rule, message, enforced, verdict } = finding;
  const source = cells.find(({ index }) => index === cell.index)?.source ?? '';
  const line = plain(source.split(/\r\n|\r|\n/)[range.start.line] ?? '');
  const { character } = range.start;
  const to = range.end.line === range.start.line ? range.end.character : line.length;
  // A very long line is shown around what is meant.
  const from = line.length > LONGEST_LINE ? Math.max(0, character - 40) : 0;
  const shown = line.slice(from, from + LONGEST_LINE);
  const carets =
    ' '.repeat(character - from) + '^'.repeat(Math.max(1, Math.min(to - character, shown.length)));
  const colour = severity === 'info' ? paint.dim : severity === 'error' ? paint.red : paint.yellow;
  const repeats = enforced && verdict !== 'order-dependent' && verdict !== 'seed-reuse';
  return [
    `${paint.bold(path)} cell ${cell.index}, line ${range.start.line + 1}: ${colour(severity)} ${paint.dim(rule)}`,
    `    ${shown}`,
    `    ${colour(carets)}`,
    `  ${plain(message)}`,
    ...(repeats
      ? [paint.dim('  On the Reprise kernel it is seeded and recorded: a replay repeats it.')]
      : []),
  ].join('\n');
}

/** What a cell holds is shown and never obeyed: an escape could move the cursor or set the title of the window. */
function plain(text: string): string {
  return text.replaceAll('\t', ' ').replace(/\p{Cc}/gu, '\ufffd');
}
