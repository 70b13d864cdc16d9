import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { damageOf, distributionsIn, readRecordFile } from '../../../src/environment/installed';
import { indexOf, sweep } from '../../../src/environment/sweep';

let environment: string;
let packages: string;
beforeEach(() => {
  environment = mkdtempSync(path.join(tmpdir(), 'installed-'));
  packages = path.join(environment, 'lib');
  mkdirSync(path.join(packages, 'My_Pkg-1.0.dist-info'), { recursive: true });
  const row = (name: string, text: string): string => {
    writeFileSync(path.join(packages, name), text);
    return `${name.includes(',') ? `"${name}"` : name},sha256=${createHash('sha256').update(text).digest('base64url')},${text.length}`;
  };
  const rows = [
    row('a.py', 'x = 1\n'),
    row('b, c.py', 'y = 2\n'),
    'My_Pkg-1.0.dist-info/RECORD,,',
    '__pycache__/a.pyc,,',
  ];
  writeFileSync(path.join(packages, 'My_Pkg-1.0.dist-info', 'RECORD'), rows.join('\r\n') + '\r\n');
});
afterEach(() => rmSync(environment, { recursive: true, force: true }));

it('reads what is installed, by RECORD', async () => {
  const [one, ...others] = await distributionsIn(packages);
  expect(others).toEqual([]);
  expect([one!.name, one!.version, one!.files.map((file) => file.path)]).toEqual([
    'my-pkg',
    '1.0',
    ['a.py', 'b, c.py', 'My_Pkg-1.0.dist-info/RECORD', '__pycache__/a.pyc'],
  ]);
  expect(await damageOf(environment, packages, one!.files)).toEqual([]);
});

it('finds what was edited, taken away, or lies outside', async () => {
  const distributions = await distributionsIn(packages);
  const index = await indexOf(packages, distributions);
  expect(await sweep(environment, packages, index)).toEqual([]);
  writeFileSync(path.join(packages, 'a.py'), 'x = 2\n');
  rmSync(path.join(packages, 'b, c.py'));
  const damage = [
    { path: 'a.py', what: 'changed' },
    { path: 'b, c.py', what: 'missing' },
  ];
  expect(await sweep(environment, packages, index)).toEqual(damage);
  const outside = readRecordFile('../../../etc/passwd,sha256=AAAA,1');
  expect(await damageOf(environment, packages, outside)).toEqual([
    { path: '../../../etc/passwd', what: 'outside' },
  ]);
});

it('takes a file that was only touched for what it is', async () => {
  const index = await indexOf(packages, await distributionsIn(packages));
  writeFileSync(path.join(packages, 'a.py'), 'x = 1\n');
  expect(await sweep(environment, packages, index)).toEqual([]);
});
