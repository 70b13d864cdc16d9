/** Each rule has a page, and the page's examples are what it says of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { lintCells } from '../../../src/lint/lint';
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
  const [flagged, repeats] = [...text.matchAll(/```python\n([^]*?)```/g)].map(([, code]) => rulesIn(code!));
  expect(flagged).toContain(id);
  expect(repeats).toEqual([]);
});

function rulesIn(source: string): string[] {
  return lintCells([{ index: 0, id: 'a', source }], { policy: 'close' }).map(({ rule }) => rule);
}
