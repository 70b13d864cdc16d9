import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const archive = path.join(root, 'dist', 'agent.pyz');
const python = process.env.REPRISE_TEST_PYTHON ?? 'python3';

function build(): string {
  execFileSync(process.execPath, [path.join(root, 'scripts', 'build-agent.mjs')]);
  return createHash('sha256').update(readFileSync(archive)).digest('hex');
}

describe('dist/agent.pyz', () => {
  it('is the same file whenever it is built from the same sources', () => {
    const first = build();
    utimesSync(path.join(root, 'src', 'agent', 'reprise_agent', '__init__.py'), new Date(), new Date());
    expect(build()).toBe(first);
  });

  it('is a whole zip of sources only, and a program', () => {
    build();
    const listing =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip()); print(*z.namelist())';
    const [damaged, members = ''] = execFileSync(python, ['-c', listing, archive], {
      encoding: 'utf8',
    }).split('\n');
    expect(damaged).toBe('None');
    expect(members.split(' ')).toContain('reprise_agent/__main__.py');
    const others = members.split(' ').filter((name) => !name.endsWith('.py'));
    expect(others).toEqual(['reprise_agent/javascript/agent.cjs']);
    const fingerprint = JSON.parse(execFileSync(python, [archive, 'probe'], { encoding: 'utf8' })) as object;
    expect(fingerprint).toMatchObject({ python: { implementation: 'CPython' } });
  });
});
