import { afterAll, it } from 'vitest';
import { expectFreshRunsToRepeat } from './fresh';
import { Workplace } from './support';

const workplace = new Workplace();

afterAll(() => workplace.remove());

it('two runs with fresh entropy differ, and each of them replays as Same', async () => {
  await expectFreshRunsToRepeat(workplace, 0);
});
