/** Whatever stands in a cell: no crash, ranges within the cell, and the other cells are linted all the same. */
import { expect, it } from 'vitest';
import { hideMagics } from '../../../src/lint/python/magics';
import { CASES } from './corpus';
import { lint, lintMutations } from './mutations';

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

it('survives cells that were mutated', () => lintMutations(400));
