/** Lints whatever stands in cells, and holds lint to what it promises of them. */
import { expect } from 'vitest';
import type { Finding } from '../../../src/lint/finding';
import { lintCells } from '../../../src/lint/lint';
import { CASES } from './corpus';
import { mulberry } from './random';

const last = 'import random\nrandom.random()';

/** Ranges are within their cells; the last cell is one that has a finding. */
export function lint(...sources: string[]): Finding[] {
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

/** Programs of the corpus with pieces left out, put in and replaced. */
export function lintMutations(count: number): void {
  const random = mulberry(Number(process.env.REPRISE_TEST_SEED ?? 1));
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
  for (let i = 0; i < count; i++) {
    let source = pick(CASES).cells.join('\n');
    for (let n = 0; n < 4; n++) {
      const at = Math.floor(random() * source.length);
      const end = at + Math.floor(random() * 6);
      source = source.slice(0, at) + (random() < 0.6 ? pick(tokens) : '') + source.slice(end);
    }
    lint(source);
  }
}
