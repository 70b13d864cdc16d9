import { diffArrays } from 'diff';
import { cellKey } from './model';

/** A cell as far as matching goes; `digest` is `cellDigest` of its source. */
export type CellIdentity = { id: string; index: number; digest: string };

/** Positions in the two arrays that were given, not cell indexes. */
export type CellMatch = { pairs: [number, number][]; onlyA: number[]; onlyB: number[] };

/**
 * Matches the cells of two versions of a notebook: by id when every cell of both has one of its own, else by the longest
 * common subsequence of source digests, and what lies between two matched cells by position. Where no id is shared at all
 * (a conversion to nbformat 4.5 draws new ones each time) ids say nothing, and only equal sources are matched.
 */
export function matchCells(a: readonly CellIdentity[], b: readonly CellIdentity[]): CellMatch {
  if (!haveOwnIds(a) || !haveOwnIds(b)) return matchBySource(a, b, true);
  const inB = new Map(b.map((cell, position) => [cell.id, position]));
  const pairs = a.flatMap((cell, position): [number, number][] => {
    const other = inB.get(cell.id);
    return other === undefined ? [] : [[position, other]];
  });
  return pairs.length > 0 ? withRest(pairs, a.length, b.length) : matchBySource(a, b, false);
}

function haveOwnIds(cells: readonly CellIdentity[]): boolean {
  return (
    new Set(cells.map((cell) => cell.id)).size === cells.length &&
    cells.every((cell) => cell.id !== cellKey(cell.index))
  );
}

function matchBySource(
  a: readonly CellIdentity[],
  b: readonly CellIdentity[],
  thenByPosition: boolean,
): CellMatch {
  const pairs: [number, number][] = [];
  let [nextA, nextB] = [0, 0];
  let [gapA, gapB] = [0, 0];
  const closeGap = (): void => {
    const both = thenByPosition ? Math.min(nextA - gapA, nextB - gapB) : 0;
    for (let i = 0; i < both; i++) pairs.push([gapA + i, gapB + i]);
  };
  const changes = diffArrays(
    a.map((cell) => cell.digest),
    b.map((cell) => cell.digest),
  );
  for (const { removed, added, value } of changes) {
    if (removed) nextA += value.length;
    else if (added) nextB += value.length;
    else {
      closeGap();
      for (let i = 0; i < value.length; i++) pairs.push([nextA++, nextB++]);
      [gapA, gapB] = [nextA, nextB];
    }
  }
  closeGap();
  return withRest(pairs, a.length, b.length);
}

function withRest(pairs: [number, number][], countA: number, countB: number): CellMatch {
  const [inA, inB] = [new Set(pairs.map(([i]) => i)), new Set(pairs.map(([, i]) => i))];
  return {
    pairs,
    onlyA: [...Array(countA).keys()].filter((i) => !inA.has(i)),
    onlyB: [...Array(countB).keys()].filter((i) => !inB.has(i)),
  };
}
