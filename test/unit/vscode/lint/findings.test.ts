import { expect, it } from 'vitest';
import { lintCells } from '../../../../src/lint/lint';
import { countsOf, severityOf } from '../../../../src/vscode/lint/findings';

const cells = [{ index: 0, id: 'a', source: 'import random, uuid\nrandom.random()\nuuid.uuid4()' }];

it('what the kernel makes repeat is information, unless its rule was set', () => {
  const [finding] = lintCells(cells, { policy: 'close' });
  expect(severityOf(finding!)).toBe('information');
  const rules = { 'py-random-unseeded': 'warning' } as const;
  expect(severityOf(lintCells(cells, { policy: 'close', rules })[0]!, rules)).toBe('warning');
});

it('counts what is more than information, as its rules are set', () => {
  expect(countsOf(lintCells(cells, { policy: 'close' }))).toEqual({ findings: 1, unreached: 0 });
  const rules = { 'py-system-random': 'error', 'py-random-unseeded': 'off' } as const;
  expect(countsOf(lintCells(cells, { policy: 'close', rules }))).toEqual({ findings: 1, unreached: 1 });
});
