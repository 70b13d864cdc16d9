/** Each rule has a page, and the page's examples are what it says of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { lintCells, type LintCell } from '../../../src/lint/lint';
import { RULES } from '../../../src/lint/rules';

const PAGES = path.resolve(__dirname, '../../../docs/rules');

it('has no page without a rule', () => {
  const pages = readdirSync(PAGES).map((file) => file.replace('.md', ''));
  expect(pages.filter((id) => !RULES.has(id))).toEqual([]);
});

it.each([...RULES.keys()])('%s', (id) => {
  const file = path.join(PAGES, `${id}.md`);
  expect(existsSync(file)).toBe(true);
  const text = readFileSync(file, 'utf8');
  for (const title of ['Why', 'Flagged', 'Repeats', 'Under Reprise', 'Source']) {
    expect(text).toContain(`\n## ${title}\n`);
  }
  const blocks = text.matchAll(/```(python|javascript|typescript)\n([^]*?)```/g);
  const [flagged, repeats] = [...blocks].map(([, language, source]) =>
    rulesIn({ source: source!, language: language as LintCell['language'] }),
  );
  expect(flagged).toContain(id);
  expect(repeats).toEqual([]);
});

function rulesIn(cell: Pick<LintCell, 'source' | 'language'>): string[] {
  return lintCells([{ index: 0, id: 'a', ...cell }], { policy: 'close' }).map(({ rule }) => rule);
}
