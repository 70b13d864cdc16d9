import { expect, it } from 'vitest';
import { applied } from '../../../src/lint/fixAll';
import { lintCells } from '../../../src/lint/lint';

const cellsOf = (source: string) => [{ index: 0, id: 'a', source }];

it('opens the file of requirements that a cell installs', () => {
  const read = (name: string) =>
    name === 'reqs.txt'
      ? 'numpy==2.4.6\n# a comment\npandas>=2\ntorch ; python_version > "3.9"\n-e .\npolars == 1.44.2\n'
      : undefined;
  const findings = lintCells(cellsOf('%pip install -r reqs.txt\n%pip install -r other.txt'), {
    policy: 'close',
    read,
  });
  expect(findings).toMatchObject([
    {
      rule: 'env-unpinned-install',
      message: expect.stringContaining('(pandas>=2, torch)') as string,
      range: { start: { line: 0, character: 16 }, end: { line: 0, character: 24 } },
    },
  ]);
});

it('installs the version that is there, where it is known', () => {
  const cells = cellsOf('!pip install -q "Scikit_Learn[alldeps]>=1" torch');
  const [first, second] = lintCells(cells, { policy: 'close', versions: { 'scikit-learn': '1.9.1' } });
  expect(applied(cells[0]!, first!.fixes[0]!)).toBe('!pip install -q "Scikit_Learn[alldeps]==1.9.1" torch');
  expect(second!.fixes).toEqual([]);
});
