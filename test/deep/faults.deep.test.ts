/** Of all faults in all frameworks: at least 95 % named right, and none with certainty that is wrong. */
import { writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { Workplace } from '../cli/support';
import { FAULTS, type Found, inject } from '../frameworks/faults';

const GOAL = 0.95;

const place = new Workplace();
place.store.ensure();
const found: Found[] = [];
afterAll(() => {
  place.remove();
  const file = process.env.REPRISE_DEEP_RESULTS;
  const rows = found.map(({ framework, what, kind, right, named, confidence, certainAndWrong }) => {
    return { framework, what, kind, right, named, confidence, certainAndWrong };
  });
  if (file !== undefined) writeFileSync(file, JSON.stringify({ goal: GOAL, rows }));
});

it.each(FAULTS)('$framework: $what', async (fault) => {
  const one = await inject(place, fault);
  found.push(one);
  if (!one.right) console.log(JSON.stringify(one.judgement.causes, null, 1));
  expect(one.judgement.verdict, 'the fault changed the result').toMatch(/^(different|unverifiable)$/);
  expect(one.certainAndWrong).toEqual([]);
});

it(`has at least ${100 * GOAL} % named right`, () => {
  const wrong = found.filter(({ right }) => !right).map(({ framework, what }) => `${framework}: ${what}`);
  expect(found.length).toBe(FAULTS.length);
  expect(1 - wrong.length / FAULTS.length, wrong.join('; ')).toBeGreaterThanOrEqual(GOAL);
});
