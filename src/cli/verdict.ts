import { readRecord } from '../lineage/read';
import type { Store } from '../lineage/store';
import type { Side } from '../replay/compare/side';
import type { Cause, CellVerdict, Judgement, Verdict } from '../replay/documents';
import { saysOtherEntropy } from '../replay/causes/other-entropy';
import { beatenForecast } from '../replay/forecast';
import { trustOf } from '../replay/trust';
import { coverage, firstLine, headline, isObstacle, TRUST_WORDS, whatToDo } from '../replay/words';
import { repeatedError } from '../replay/verify';
import { EXIT, exitOfVerdict } from './exit';
import type { Terminal } from './terminal';

/** At most this many cells are told in full; the document has all. */
const SHOWN = 3;

/** The verdict as a person reads it: one line, then the first difference, its cause, and what to do. */
export function tellJudgement(
  terminal: Terminal,
  store: Store,
  judgement: Judgement,
  sides: readonly Side[] = [],
): void {
  if (terminal.format === 'json') return;
  const paint = paintOf(terminal, judgement.verdict);
  terminal.say(`${paint(headline(judgement))}; ${coverage(judgement)}`);
  terminal.say(terminal.dim(`Trust: ${TRUST_WORDS[trustOf(judgement)].toLowerCase()}.`));
  const repeated = repeatedError(store, judgement, sides);
  if (repeated && exitOfVerdict(judgement.verdict) === EXIT.good)
    terminal.say(terminal.red(`${repeated} It repeats in the replay.`));
  const declared = judgement.cells.filter((cell) => cell.declared === 'volatile');
  if (declared.length > 0)
    terminal.say(`Declared volatile, not judged: cells ${declared.map(({ index }) => index).join(', ')}.`);
  const beaten = beatenForecast(store, judgement);
  if (beaten !== undefined) terminal.say(beaten);
  if (judgement.verdict !== 'identical') tellCauses(terminal, store, judgement);
}

export function tellCauses(terminal: Terminal, store: Store, judgement: Judgement): void {
  if (terminal.format === 'json') return;
  const told = judgement.cells.filter(
    (cell) => cell.verdict === 'different' || cell.verdict === 'unverifiable',
  );
  const first = told.findIndex((cell) => cell.index === judgement.firstDivergence?.index);
  const ordered = first > 0 ? [told[first]!, ...told.filter((_, i) => i !== first)] : told;
  const general = judgement.causes.filter(
    (cause) => !told.some((cell) => cell.causes.some((known) => known.summary === cause.summary)),
  );
  const leading = general.filter(saysOtherEntropy);
  for (const cause of leading) tellCause(terminal, cause);
  for (const cell of ordered.slice(0, SHOWN)) tellCell(terminal, store, judgement, cell);
  if (ordered.length > SHOWN) {
    terminal.say(
      terminal.dim(
        `… and ${ordered.length - SHOWN} more cells: ${ordered
          .slice(SHOWN)
          .map(({ index }) => index)
          .join(', ')}.`,
      ),
    );
  }
  for (const cause of general) if (!leading.includes(cause)) tellCause(terminal, cause);
  if (told.length === 0 && general.length === 0)
    terminal.say('Nothing differs, so there is nothing to explain.');
}

function tellCell(terminal: Terminal, store: Store, judgement: Judgement, cell: CellVerdict): void {
  const shown = [judgement.original, ...judgement.replays].find((run) => store.hasRun(run)) ?? '';
  const source = sourceOf(store, shown, cell);
  terminal.say();
  terminal.say(`${terminal.bold(`cell ${cell.index}`)}  ${terminal.dim(source)}`);
  for (const difference of cell.differences.slice(0, 4)) {
    const what = difference.what === 'output' ? difference.name : `${difference.what} ${difference.name}`;
    terminal.say(`  ${what}`);
    for (const line of difference.summary.split('\n').slice(0, 12))
      terminal.say(`    ${coloured(terminal, line)}`);
  }
  for (const cause of cell.causes) tellCause(terminal, cause);
}

function tellCause(terminal: Terminal, cause: Cause): void {
  terminal.say(`  ${terminal.bold('why')}   ${cause.summary} ${terminal.dim(`(${cause.confidence})`)}`);
  for (const { what, before, after } of cause.evidence
    .filter(({ what }) => what !== cause.summary)
    .slice(0, 3)) {
    const change =
      before !== undefined || after !== undefined ? `: ${before ?? 'absent'} → ${after ?? 'absent'}` : '';
    terminal.say(terminal.dim(`        ${what}${change}`));
  }
  if (!isObstacle(cause)) terminal.say(`  ${terminal.bold('to do')} ${whatToDo(cause)}`);
}

/** The exit code of a judgement: an error that was not allowed is 1 even when it repeats. */
export function exitOfJudgement(
  store: Store,
  judgement: Judgement,
  allowErrors: boolean,
  sides: readonly Side[] = [],
): number {
  const code = exitOfVerdict(judgement.verdict);
  return code === EXIT.good && !allowErrors && repeatedError(store, judgement, sides) !== undefined
    ? EXIT.diverged
    : code;
}

function sourceOf(store: Store, run: string, { index, id }: CellVerdict): string {
  if (!store.hasRun(run)) return '';
  const cell = readRecord(store.recordPath(run)).header.cells[index];
  return cell?.id === id && store.hasObject(cell.source)
    ? firstLine(store.getObject(cell.source).toString('utf8')).slice(0, 80)
    : '';
}

function paintOf(terminal: Terminal, verdict: Verdict): (text: string) => string {
  if (verdict === 'different') return terminal.red;
  return verdict === 'unverifiable' ? terminal.yellow : terminal.green;
}

function coloured(terminal: Terminal, line: string): string {
  if (line.startsWith('-')) return terminal.red(line);
  return line.startsWith('+') ? terminal.green(line) : line;
}
