/** A cell of one side, with what its last execution left; and the pairs of cells that two sides have in common. */
import { matchCells } from '../../notebook/identity';
import type { Output } from '../../notebook/output';
import type { SealedCell } from '../../notebook/seal';
import type { CellLine, RecordedCell, WrittenVariable } from '../../lineage/record';
import { recordedOutputs, type Side } from './side';

export type CellView = {
  side: Side;
  index: number;
  id: string;
  source: string;
  ran: boolean;
  /** Its last execution; undefined of a notebook without a record. */
  line?: CellLine;
  /** What arrived. */
  outputs?: Output[];
  /** The agent's digests of what was said. */
  recorded?: CellLine['outputs'];
  /** What stands for all that in a seal. */
  sealed?: SealedCell;
};

/** `place`: the original's index; a cell that only the replay has comes half a place after the cell that it follows. */
export type Pair = { original?: CellView; replay?: CellView; place: number };

/** Code cells that ran on at least one side, in the original's document order. */
export function pairsOf(original: Side, replay: Side): Pair[] {
  const [a, b] = [codeCells(original), codeCells(replay)];
  const { pairs, onlyA, onlyB } = matchCells(a.map(identity), b.map(identity));
  const view = (side: Side, cell: RecordedCell | undefined): CellView | undefined =>
    cell === undefined ? undefined : viewOf(side, cell);
  const placeOf = (i: number | undefined): number => (i === undefined ? -1 : (a[i]?.index ?? -1));
  const followed = (j: number): number | undefined => pairs.filter(([, other]) => other < j).at(-1)?.[0];
  const all: Pair[] = [
    ...pairs.map(([i, j]) => ({
      original: view(original, a[i]),
      replay: view(replay, b[j]),
      place: placeOf(i),
    })),
    ...onlyA.map((i) => ({ original: view(original, a[i]), place: placeOf(i) })),
    ...onlyB.map((j) => ({ replay: view(replay, b[j]), place: placeOf(followed(j)) + 0.5 })),
  ];
  return all
    .filter((pair) => pair.original?.ran === true || pair.replay?.ran === true)
    .sort((x, y) => x.place - y.place);
}

/** What the variable held when this execution began was left by: the last execution before it that wrote the name. */
export function writerOf(
  side: Side,
  reader: CellLine,
  name: string,
): { line: CellLine; write: WrittenVariable } | undefined {
  for (const line of earlierThan(side, reader)) {
    const write = line.writes.find((each) => each.name === name);
    if (write !== undefined) return { line, write };
    if (line.deletes.includes(name)) return undefined;
  }
  return undefined;
}

/** The last execution before this one that wrote the file. */
export function fileWriterOf(side: Side, reader: CellLine, path: string): CellLine | undefined {
  return earlierThan(side, reader).find((line) =>
    line.files.some((file) => file.path === path && file.mode === 'write'),
  );
}

export function earlierThan(side: Side, line: CellLine): CellLine[] {
  const cells = side.record?.cells ?? [];
  return cells.filter(({ seq }) => seq < line.seq).reverse();
}

export function viewOf(side: Side, cell: RecordedCell): CellView {
  const line = side.record?.cells.findLast(({ id }) => id === cell.id);
  const outputs = side.outputs(cell);
  const recorded = side.record === null ? undefined : recordedOutputs(side.record, cell.id);
  const sealed = side.seal?.cell(cell);
  return {
    side,
    index: cell.index,
    id: cell.id,
    source: side.source(cell),
    ran: side.record === null ? outputs !== undefined : line !== undefined && !wasInterrupted(side, line),
    ...(line === undefined ? {} : { line }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(recorded === undefined ? {} : { recorded }),
    ...(sealed === undefined ? {} : { sealed }),
  };
}

/** What the cell left that was running when the run was cancelled is no result of its own. */
function wasInterrupted({ record }: Side, { id, index }: CellLine): boolean {
  const interrupted = record?.summary?.interrupted;
  return interrupted?.id === id && interrupted.index === index;
}

export function codeCells(side: Side): RecordedCell[] {
  return side.document.filter(({ type }) => type === 'code');
}

function identity({ id, index, source }: RecordedCell): { id: string; index: number; digest: string } {
  return { id, index, digest: source };
}
