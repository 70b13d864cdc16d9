/** Lint against the truth: each snippet is run in two fresh processes, and differs exactly where lint says so. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { lintCells } from '../../src/lint/lint';
import { PYTHON } from './support';
import { SNIPPETS } from './truth/snippets';

function runAll(): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const { PYTHONHASHSEED: _, ...env } = process.env;
    const child = spawn(PYTHON, [path.join(__dirname, 'truth/run_snippets.py')], { env });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(said) as string[]));
    child.stdin.end(JSON.stringify(SNIPPETS));
  });
}

it('flags what differs, and nothing that repeats', { timeout: 180_000 }, async () => {
  const [first, second] = await Promise.all([runAll(), runAll()]);
  expect(first.filter((said) => said.startsWith('error'))).toEqual([]);
  const wrong = SNIPPETS.flatMap((source, i) => {
    const differs = first[i] !== second[i];
    const findings = lintCells([{ index: 0, id: 'a', source }], { policy: 'observe' });
    const isFlagged = findings.some(({ verdict }) => verdict === 'unseeded');
    return differs === isFlagged ? [] : [{ source, differs, said: findings.map(({ rule }) => rule) }];
  });
  expect(wrong).toEqual([]);
  const differing = SNIPPETS.filter((_, i) => first[i] !== second[i]).length;
  console.log(
    `${SNIPPETS.length} snippets: ${differing} differ, ${SNIPPETS.length - differing} repeat; lint agrees with all`,
  );
});
