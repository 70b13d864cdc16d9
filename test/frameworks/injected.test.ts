/** One thing goes wrong between two runs of a notebook under `observe`: is its cause named, with its place? */
import { afterAll, describe, expect, it } from 'vitest';
import { SEED } from '../cli/fresh';
import { Workplace } from '../cli/support';
import { FAULTS, inject } from './faults';

const place = new Workplace();
place.store.ensure();
afterAll(() => place.remove());

/** One of each kind of fault; `npm run test:deep -- faults` takes all. */
const drawn = [...new Set(FAULTS.map(({ what }) => what))].map((what, index) => {
  const ofKind = FAULTS.filter((fault) => fault.what === what);
  return ofKind[(SEED + index) % ofKind.length]!;
});

describe(`a fault between two runs, REPRISE_TEST_SEED=${SEED}`, () => {
  it.each(drawn)('$framework: $what', async (fault) => {
    const { judgement, right, certainAndWrong } = await inject(place, fault);
    expect(['different', 'unverifiable']).toContain(judgement.verdict);
    expect(right, JSON.stringify(judgement.causes)).toBe(true);
    expect(certainAndWrong).toEqual([]);
  });
});
