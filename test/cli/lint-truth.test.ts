/** Lint against the truth: each snippet is run in two fresh processes, and differs exactly where lint says so. */
import { expect, it } from 'vitest';
import { PYTHON } from './support';
import { LOADED, SNIPPETS } from './truth/snippets';
import { judged } from './truth/truth';

it('flags what differs, and nothing that repeats', { timeout: 180_000 }, async () => {
  const { differ, repeat, wrong } = await judged(PYTHON, SNIPPETS, LOADED);
  expect(wrong).toEqual([]);
  console.log(`${SNIPPETS.length} snippets: ${differ} differ, ${repeat} repeat; lint agrees with all`);
});
