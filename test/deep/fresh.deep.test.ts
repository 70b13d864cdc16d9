import { afterAll, describe, it } from 'vitest';
import { expectFreshRunsToRepeat } from '../cli/fresh';
import { Workplace } from '../cli/support';

const workplace = new Workplace();

afterAll(() => workplace.remove());

describe('two runs with fresh entropy differ, and each of them replays as Same', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('notebook %i of the seed', async (number) => {
    await expectFreshRunsToRepeat(workplace, number);
  });
});
