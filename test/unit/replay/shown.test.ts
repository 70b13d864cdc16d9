import { describe, expect, it } from 'vitest';
import { visible } from '../../../src/notebook/visible';
import { sidesOf } from '../../../src/replay/report/shown/sides';
import { tableOf, tableRows } from '../../../src/replay/report/shown/tables';
import { textRows } from '../../../src/replay/report/shown/texts';
import { differingPaths } from '../../../src/replay/report/shown/values';

describe('two texts beside each other', () => {
  it('mark the numbers that differ, with the largest relative difference of the line', () => {
    expect(textRows('a 1.0 b 2.0\n', 'a 1.0 b 2.5\n')).toEqual([
      {
        original: ['a 1.0 b ', { changed: '2.0' }],
        replay: ['a 1.0 b ', { changed: '2.5' }],
        relative: '2.5e-1',
      },
    ]);
  });

  it('mark the words that differ, and leave out what is far from any difference', () => {
    const lines = (word: string): string => `${'same\n'.repeat(9)}the ${word} fox\n`;
    expect(textRows(lines('red'), lines('grey'))).toEqual([
      { gap: '7 lines are the same' },
      { both: 'same' },
      { both: 'same' },
      { original: ['the ', { changed: 'red' }, ' fox'], replay: ['the ', { changed: 'grey' }, ' fox'] },
    ]);
  });

  it('of 50 MB are their heads, their tails and their digests', () => {
    const long = (end: string): string => `start\n${'x'.repeat(99)}\n`.repeat(500_000) + end;
    const rows = textRows(long('one\n'), long('two\n'));
    const text = JSON.stringify(rows);
    expect(text).toMatch(/characters left out, sha256 of all \d{8}/);
    expect(text).toMatch(/"one"/);
    expect(text.length).toBeLessThan(300_000);
  });

  it('show no terminal escapes', () => {
    expect(textRows('\u001b[31mred\u001b[0m 1', 'red 2')).toEqual([
      { original: ['red ', { changed: '1' }], replay: ['red ', { changed: '2' }], relative: '1.0e+0' },
    ]);
  });
});

describe('two tables', () => {
  const table = (rows: string): string => `<table><tr><th></th><th>a</th></tr>${rows}</table>`;

  it('are compared cell by cell', () => {
    const [was, is] = ['1.0', '1.1'].map((n) => tableOf(table(`<tr><th>0</th><td>${n}</td></tr>`)));
    expect(tableRows(was ?? [], is ?? [])?.at(-1)).toEqual({
      cells: [
        { text: '0', head: true },
        { text: '1.1', was: '1.0', relative: '1.0e-1' },
      ],
    });
  });

  it('keep their columns where a cell spans rows, and tell rows that only one side has', () => {
    const grid = tableOf('<table><tr><th rowspan="2">k</th><td>1</td></tr><tr><td>2</td></tr></table>') ?? [];
    expect(grid.map((row) => row.map(({ text }) => text))).toEqual([
      ['k', '1'],
      ['', '2'],
    ]);
    expect(tableRows(grid, grid.slice(0, 1))?.at(-1)).toMatchObject({ side: 'original' });
  });

  it('give their text and nothing else, whatever they hold', () => {
    const hostile = '<td onclick="x()"><img src=x onerror=y()><script>z()</script>&lt;b&gt; &#x202e;</td>';
    expect(tableOf(`<table><tr>${hostile}</tr></table>`)).toEqual([[{ text: '<b> \u202e', head: false }]]);
    expect(tableOf('<table><table></table></table>')).toBeUndefined();
    expect(tableOf('<table><tr><td colspan="99999999">x</td></tr></table>')).toBeUndefined();
  });
});

it('two JSON values differ at paths', () => {
  const { paths, more } = differingPaths(
    { data: [{ y: [1, 2] }], 'a b': 1, __proto__: null },
    {
      data: [{ y: [1, 3] }],
      layout: {},
    },
  );
  expect(paths).toEqual([
    { path: 'data[0].y[1]', original: '2', replay: '3', relative: '5.0e-1' },
    { path: '["a b"]', original: '1' },
    { path: 'layout', replay: '{}' },
  ]);
  expect(more).toBe(0);
});

it('a page that is full shows no more sides', () => {
  const room = { left: 10 };
  expect(sidesOf(undefined, { before: 'a', after: 'b' }, room)).toBeUndefined();
  expect(room.left).toBeLessThan(0);
});

it('what a screen hides is made visible', () => {
  expect(visible('a\u202eb\u0007\tc\n')).toBe('a⟨U+202E⟩b⟨U+0007⟩\tc\n');
});
