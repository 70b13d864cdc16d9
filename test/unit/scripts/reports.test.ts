import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pytestCounts } from '../../../scripts/lib/reports.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'reprise-reports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function counts(...cases: string[]) {
  const file = path.join(folder, 'report.xml');
  writeFileSync(file, `<testsuites><testsuite>${cases.join('')}</testsuite></testsuites>`);
  return pytestCounts(file);
}

it('waives what is skipped as optional, be it a test or a whole file, and no other', () => {
  const whole = (said: string): string =>
    `<testcase classname="" name="test.agent.data.test_x"><skipped message="collection skipped">('/a/test_x.py', 9, ${said})</skipped></testcase>`;
  const found = counts(
    '<testcase name="ran" time="0.001" />',
    '<testcase name="one"><skipped type="pytest.skip" message="optional: no X">/a/test_y.py:4: optional: no X</skipped></testcase>',
    whole("'Skipped: optional: there is no fsspec in this environment'"),
    whole('"Skipped: optional: there is none of torch\'s"'),
    whole("'Skipped: could not import fsspec'"),
    '<testcase name="other"><skipped type="pytest.skip" message="no X" /></testcase>',
  );
  expect(found).toEqual({
    passed: 1,
    failed: 0,
    failures: [],
    waived: [
      'optional: no X',
      'optional: there is no fsspec in this environment',
      "optional: there is none of torch's",
    ],
    skipped: ['test.agent.data.test_x (could not import fsspec)', 'other (no X)'],
  });
});
