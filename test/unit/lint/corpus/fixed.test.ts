/** What becomes of the flagged cells of each rule once all their fixes are taken, to be read by people. */
import { expect, it } from 'vitest';
import { fixAll } from '../../../../src/lint/fixAll';
import { lintCells } from '../../../../src/lint/lint';
import { BY_RULE } from './rules';

it('fixes as people would', async () => {
  const fixed = Object.entries(BY_RULE).flatMap(([rule, { flagged }]) =>
    flagged.flatMap((source) => {
      const [cell] = fixAll([{ index: 0, id: 'a', source, language: 'python' }], { policy: 'close' });
      return cell!.source === source ? [] : [`# %% ${rule}\n${cell!.source}\n`];
    }),
  );
  await expect(fixed.join('\n')).toMatchFileSnapshot('./fixed.txt');
});

it('offers no kind that a function does not have', () => {
  const source = 'import numpy as np\nnp.argpartition(x, 5)[:5]';
  const [finding] = lintCells([{ index: 0, id: 'a', source, language: 'python' }], { policy: 'close' });
  expect(finding).toMatchObject({ rule: 'np-unstable-sort', fixes: [] });
});
