import { describe, expect, it } from 'vitest';
import { matchCells, type CellIdentity } from '../../../src/notebook/identity';

/** `id:source` a cell; without id the cell has the key of its position. */
const cells = (...specs: string[]): CellIdentity[] =>
  specs.map((spec, index) => {
    const [id, digest] = spec.includes(':') ? (spec.split(':') as [string, string]) : [`cell-${index}`, spec];
    return { id, index, digest };
  });

describe('cells of two versions', () => {
  it('are matched by id, wherever they moved and whatever they hold', () => {
    expect(matchCells(cells('a:x', 'b:y', 'c:z'), cells('c:z', 'a:changed', 'd:y'))).toEqual({
      pairs: [
        [0, 1],
        [2, 0],
      ],
      onlyA: [1],
      onlyB: [2],
    });
  });

  it('without ids are matched by source, around what was inserted', () => {
    expect(matchCells(cells('x', 'y', 'z'), cells('x', 'new', 'y', 'z'))).toEqual({
      pairs: [
        [0, 0],
        [1, 2],
        [2, 3],
      ],
      onlyA: [],
      onlyB: [1],
    });
  });

  it('without ids are matched by position between equal sources', () => {
    expect(matchCells(cells('x', 'y', 'z', 'w'), cells('x', 'Y', 'z'))).toEqual({
      pairs: [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
      onlyA: [3],
      onlyB: [],
    });
  });

  it('with an id used twice are matched by source', () => {
    expect(matchCells(cells('a:x', 'a:y'), cells('a:y', 'b:x')).pairs).not.toContainEqual([0, 0]);
  });

  it('where one side has no ids are matched by source', () => {
    expect(matchCells(cells('a:x', 'b:y'), cells('x', 'y')).pairs).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('whose ids were all drawn anew are matched by equal source only', () => {
    expect(matchCells(cells('a:x', 'b:y'), cells('c:x', 'd:Y'))).toEqual({
      pairs: [[0, 0]],
      onlyA: [1],
      onlyB: [1],
    });
  });

  it('are each in one pair or in none, for any two lists', () => {
    const seed = Number(process.env.REPRISE_TEST_SEED ?? 20261123);
    let state = seed;
    const draw = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const list = (): CellIdentity[] =>
      Array.from({ length: draw(8) }, (_, index) => {
        const id = draw(3) ? `id${draw(8)}` : `cell-${index}`;
        return { id, index, digest: String(draw(4)) };
      });
    for (let round = 0; round < 500; round++) {
      const [a, b] = [list(), list()];
      const { pairs, onlyA, onlyB } = matchCells(a, b);
      const sorted = (numbers: number[]): number[] => numbers.sort((x, y) => x - y);
      const context = `REPRISE_TEST_SEED=${seed}, round ${round}`;
      expect(sorted([...pairs.map(([i]) => i), ...onlyA]), context).toEqual([...a.keys()]);
      expect(sorted([...pairs.map(([, i]) => i), ...onlyB]), context).toEqual([...b.keys()]);
    }
  });
});
