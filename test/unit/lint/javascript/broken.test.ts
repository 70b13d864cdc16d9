/** Whatever stands in a cell of JavaScript: no crash, ranges within the cell, and the other cells are linted all the same. */
import { expect, it } from 'vitest';
import type { Finding } from '../../../../src/lint/finding';
import { lintCells, type LintCell } from '../../../../src/lint/lint';
import { mulberry } from '../random';
import { SCRIPTS } from '../corpus/scripts';

function lint(...sources: string[]): Finding[] {
  const cells = [...sources, 'globalThis.Math.random()'].map((source, index): LintCell => {
    return { index, id: `c${index}`, source, language: 'javascript' };
  });
  const findings = lintCells(cells, { policy: 'close' });
  for (const { cell, range, fixes } of findings) {
    const lines = cells[cell.index]!.source.split(/\r\n|\r|\n/);
    for (const each of [range, ...fixes.flatMap(({ edits }) => edits.map((edit) => edit.range))]) {
      expect(each.start.line).toBeLessThan(lines.length);
      expect(each.start.character).toBeLessThanOrEqual(lines[each.start.line]!.length);
      expect(each.end.character).toBeLessThanOrEqual(lines[each.end.line]!.length);
    }
  }
  return findings;
}

it.each([
  ['nothing', ''],
  ['only spaces', '  \n\t '],
  ['a syntax error', 'const = = 3;\n}))'],
  ['Python', 'import random\nfor x in y:\n    print(f"{x}")'],
  ['HTML', '<script src="https://unpkg.com"></script>'],
  ['binary garbage', Array.from({ length: 500 }, (_, i) => String.fromCharCode((i * 7919) % 65536)).join('')],
  ['an unclosed string', 'const x = `never ${a\nimport "b'],
  ['unclosed brackets', 'f(((((((((([[[[[[{{{{'],
  ['deep nesting', `${'('.repeat(2000)}1${')'.repeat(2000)}`],
  ['deep nesting in a function', `function f() { return ${'('.repeat(5000)}1${')'.repeat(5000)}; }`],
  ['deep nesting in a class', `class A { x = ${'['.repeat(5000)}1${']'.repeat(5000)}; }`],
  ['a long sum', Array(20_000).fill('1').join(' + ')],
])('%s', (_, source) => {
  expect(lint(source).at(-1)).toMatchObject({ rule: 'js-math-random', cell: { index: 1 } });
});

it('a cell of 5 MB', () => {
  const findings = lint('x = [\n' + '    1, 2, 3, 4, 5, 6, 7, 8, 9,\n'.repeat(160_000) + ']');
  expect(findings).toHaveLength(1);
}, 30_000);

it.each([
  ['emoji and wide letters', 'const x = "🎲𝒳"; Math.random()', 0, 18],
  ['emoji in a template and a name', '`🎲${1}`; const ünïcode = Math.random()', 0, 26],
  ['tabs', 'if (a)\n\tMath.random()', 1, 1],
  ['Windows line ends', 'f();\r\n\r\nMath.random()', 2, 0],
  ['an old Macintosh’s line ends', 'f();\r\rMath.random()', 2, 0],
  ['a magic', '%%javascript\nMath.random()', 1, 0],
])('places behind %s', (_, source, line, character) => {
  expect(lint(source)[0]!.range.start).toEqual({ line, character });
});

it('leaves alone what stands in comments', () => {
  expect(
    lint('// Math.random()\n/* Math.random() https://unpkg.com/d3 */ f(/* Math.random */);'),
  ).toHaveLength(1);
});

it('survives cells that were mutated', () => {
  const random = mulberry(Number(process.env.REPRISE_TEST_SEED ?? 1));
  const pick = <T>(all: ArrayLike<T>): T => all[Math.floor(random() * all.length)]!;
  const tokens =
    '( ) [ ] { } " \' ` ${ \n \\ => ... ? : ; , = . class function await new import < > / // /* 🎲 #'.split(
      ' ',
    );
  for (let i = 0; i < 400; i++) {
    let source = pick(SCRIPTS).cells.join('\n');
    for (let n = 0; n < 4; n++) {
      const at = Math.floor(random() * source.length);
      const end = at + Math.floor(random() * 6);
      source = source.slice(0, at) + (random() < 0.6 ? pick(tokens) : '') + source.slice(end);
    }
    lint(source);
  }
});
