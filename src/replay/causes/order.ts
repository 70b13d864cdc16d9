/** The original ran its cells in another sequence than the replay: out of order, again, or from cells since deleted. */
import type { CellLine, RunRecord } from '../../lineage/record';
import type { Evidence } from '../documents';
import type { Side } from '../compare/side';
import { writerOf } from '../compare/view';
import { indexOf, linesOf, sentenceList, type Context, type Suspect } from './context';

/** Did the notebook run otherwise than once from top to bottom? */
export function ranOutOfOrder({ cells }: RunRecord): boolean {
  return cells.some(({ index }, i) => i > 0 && index <= (cells[i - 1]?.index ?? -1));
}

export function executionOrder(context: Context): Suspect[] {
  const [ran, repeated] = [sequence(context.original), sequence(context.replay)];
  if (ran.length === 0 || repeated.length === 0) return [];
  if (ran.map(({ id }) => id).join('\n') === repeated.map(({ id }) => id).join('\n')) return [];
  const story = storyOf(ran, repeated, isWhole(context.replay));
  if (story === undefined) return [];
  const proven = context.experiment?.executedRepeats === true && !context.experiment.documentDoes;
  const inputs = otherWriters(context);
  const detail = proven
    ? ' Repeated in that order it gives the same results, in document order it does not.'
    : inputs.length > 0
      ? ` ${sentenceList(inputs.map(({ name }) => `\`${name}\``))} came from there.`
      : '';
  return [
    {
      kind: story.kind,
      strength: proven ? 'proven' : inputs.length > 0 ? 'plausible' : 'faint',
      summary: story.sentence + detail,
      evidence: [
        { what: 'order of execution', before: order(ran), after: order(repeated) },
        ...inputs.map(({ evidence }) => evidence),
      ],
    },
  ];
}

function sequence({ record }: Side): CellLine[] {
  return record?.cells ?? [];
}

/** Cells that a cut-off run never came to are not missing from the notebook. */
function isWhole({ record }: Side): boolean {
  const summary = record?.summary;
  return summary === undefined || (summary?.status === 'ok' && summary.skipped.length === 0);
}

function storyOf(
  ran: CellLine[],
  repeated: CellLine[],
  whole: boolean,
): { kind: 'order' | 'hidden-state'; sentence: string } | undefined {
  const last = [...new Map(ran.map((line) => [line.id, line])).values()].sort((a, b) => a.seq - b.seq);
  const late = last.find(({ index }, i) => i > 0 && index < (last[i - 1]?.index ?? -1));
  if (late !== undefined) {
    const before = last[last.indexOf(late) - 1];
    return {
      kind: 'order',
      sentence: `The original ran cell ${late.index} after cell ${before?.index}, out of document order.`,
    };
  }
  const again = ran.filter(({ id }, i) => ran.findIndex((line) => line.id === id) < i);
  if (again.length > 0) {
    const cells = [...new Set(again.map(({ index }) => `cell ${index}`))];
    return { kind: 'hidden-state', sentence: `The original ran ${sentenceList(cells)} more than once.` };
  }
  const present = new Set(repeated.map(({ id }) => id));
  const gone = ran.filter(({ id }) => !present.has(id));
  if (gone.length === 0 || !whole) return undefined;
  const cells = sentenceList(gone.map(({ index }) => `cell ${index}`));
  return { kind: 'hidden-state', sentence: `The original ran ${cells}, which the replay does not have.` };
}

/** Inputs of the cell that another execution had written in the original than in the replay. */
function otherWriters(context: Context): { name: string; evidence: Evidence }[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { before, after } = lines;
  return before.line.reads.flatMap((name) => {
    const was = writerOf(before.side, before.line, name)?.line;
    const is = writerOf(after.side, after.line, name)?.line;
    if (was === undefined || (was.id === is?.id && was.execution === is.execution)) return [];
    const evidence = {
      what: `variable ${name} came from`,
      where: { cell: indexOf(context.comparison) },
      before: execution(was),
      after: is === undefined ? 'nowhere' : execution(is),
    };
    return [{ name, evidence }];
  });
}

function execution({ index, execution }: CellLine): string {
  return execution > 1 ? `cell ${index}, execution ${execution}` : `cell ${index}`;
}

function order(lines: CellLine[]): string {
  return lines.map(({ index }) => index).join(' ');
}
