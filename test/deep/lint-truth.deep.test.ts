/** Lint against the truth, over more libraries than the gate has. */
import { describe, expect, it } from 'vitest';
import { LOADED, SNIPPETS } from '../cli/truth/snippets';
import { judged } from '../cli/truth/truth';
import { LIBRARIES, MORE } from './truth/snippets';

const python = process.env.REPRISE_LINT_PYTHON!;
const groups: [name: string, snippets: string[], loaded: string[]][] = [
  ['the standard library, NumPy, pandas, SciPy and scikit-learn', [...SNIPPETS, ...MORE], LOADED],
  ...Object.entries(LIBRARIES).map(([name, snippets]): [string, string[], string[]] => [
    name,
    snippets,
    [name],
  ]),
];

describe('flags what differs, and nothing that repeats', () => {
  it.each(groups)('%s', async (name, snippets, loaded) => {
    const { differ, repeat, wrong } = await judged(python, snippets, loaded);
    console.log(`${name}: ${snippets.length} snippets, ${differ} differ, ${repeat} repeat`);
    expect(wrong).toEqual([]);
  });
});

it('has snippets enough', () => {
  const count = groups.reduce((sum, [, snippets]) => sum + snippets.length, 0);
  console.log(`${count} snippets`);
  expect(count).toBeGreaterThanOrEqual(120);
});
