/** Whatever stands in a cell: no crash, ranges within the cell, and the other cells are linted all the same. */
import { expect, it } from 'vitest';
import { lintCells } from '../../../src/lint/lint';
import { hideMagics } from '../../../src/lint/python/magics';
import { CASES } from './corpus';
import { mulberry } from './random';

const last = 'import random\nrandom.random()';

function lint(...sources: string[]) {
  const cells = [...sources, last].map((source, index) => ({ index, id: `c${index}`, source }));
  const findings = lintCells(cells, { policy: 'close' });
  for (const { cell, range } of findings) {
    const lines = cells[cell.index]!.source.split(/\r\n|\r|\n/);
    expect(range.start.line).toBeLessThan(lines.length);
    expect(range.start.character).toBeLessThanOrEqual(lines[range.start.line]!.length);
    expect(range.end.character).toBeLessThanOrEqual(lines[range.end.line]!.length);
  }
  return findings;
}

it.each([
  ['nothing', ''],
  ['only spaces', '  \n\t '],
  ['magics only', '%load_ext x\n!ls\n?f\n%%time'],
  ['a syntax error', 'def f(:\n  x = = 3\n))'],
  ['Python 2', 'print "x"\nexec "y"\nexcept E, e: pass'],
  ['binary garbage', Array.from({ length: 500 }, (_, i) => String.fromCharCode((i * 7919) % 65536)).join('')],
  ['an unclosed string', 'x = """ never\nimport random'],
  ['unclosed brackets', 'f(((((((((([[[[[['],
  ['deep nesting', `${'('.repeat(2000)}1${')'.repeat(2000)}`],
])('%s', (_, source) => {
  expect(lint(source).at(-1)).toMatchObject({ rule: 'py-random-unseeded', cell: { index: 1 } });
});

it('a cell of 5 MB', () => {
  const findings = lint('x = [\n' + '    1, 2, 3, 4, 5, 6, 7, 8, 9,\n'.repeat(160_000) + ']');
  expect(findings).toHaveLength(1);
}, 30_000);

it.each([
  ['emoji and wide letters', 'import random\nx = "🎲𝒳"; random.random()', 1, 12],
  ['tabs', 'import random\nif a:\n\trandom.random()', 2, 1],
  ['Windows line ends', 'import random\r\n\r\nrandom.random()', 2, 0],
  ['a byte order mark', '\uFEFFimport random\nrandom.random()', 1, 0],
  ['mixed line ends', 'import random\r\n\nrandom.random()', 2, 0],
])('places behind %s', (_, source, line, character) => {
  expect(lint(source)[0]!.range.start).toEqual({ line, character });
});

it('hides magics without moving anything', () => {
  for (const { cells, language } of CASES) {
    for (const source of language === undefined ? cells : []) {
      const { code, language } = hideMagics(source);
      if (language === 'python') expect(code.length).toBe(source.length);
    }
  }
});

it('survives cells that were mutated', () => {
  const seed = Number(process.env.REPRISE_TEST_SEED ?? 1);
  const random = mulberry(seed);
  const pick = <T>(all: ArrayLike<T>): T => all[Math.floor(random() * all.length)]!;
  const tokens = [
    '(',
    ')',
    '[',
    '"',
    "'''",
    '\n',
    '\\',
    '%',
    '!',
    ' ',
    ':',
    'def ',
    'for ',
    '=',
    ',',
    '*',
    '🎲',
    '#',
    '{',
    'lambda ',
  ];
  for (let i = 0; i < 400; i++) {
    let source = pick(CASES).cells.join('\n');
    for (let n = 0; n < 4; n++) {
      const at = Math.floor(random() * source.length);
      const end = at + Math.floor(random() * 6);
      source = source.slice(0, at) + (random() < 0.6 ? pick(tokens) : '') + source.slice(end);
    }
    lint(source);
  }
});
