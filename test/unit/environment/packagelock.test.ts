/** Locks of npm come with a notebook from who knows where. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackageLock } from '../../../src/environment/npm/packagelock';

const DIGEST = `sha512-${'A'.repeat(86)}==`;
const GOOD = { version: '1.2.3', resolved: 'https://registry.npmjs.org/a/-/a-1.2.3.tgz', integrity: DIGEST };

const lockOf = (packages: Record<string, unknown>, lockfileVersion: unknown = 3): string =>
  JSON.stringify({ lockfileVersion, packages: { '': { name: 'study' }, ...packages } });

const read = (packages: Record<string, unknown>) => readPackageLock(lockOf(packages), 'package-lock.json');

describe('a lock of npm', () => {
  it('is read with every package, by where it lies', () => {
    const packages = {
      'node_modules/a': GOOD,
      'node_modules/a/node_modules/@b/c.d': { ...GOOD, optional: true },
    };
    expect(read(packages)).toEqual([
      { path: 'node_modules/a', name: 'a', version: '1.2.3', optional: false },
      { path: 'node_modules/a/node_modules/@b/c.d', name: '@b/c.d', version: '1.2.3', optional: true },
    ]);
  });

  it('is read where npm leaves addresses out, as the one of the tests does', () => {
    const file = path.resolve(__dirname, '../../javascript/package-lock.json');
    const names = readPackageLock(readFileSync(file, 'utf8'), 'package-lock.json').map(({ name }) => name);
    expect(names).toContain('@tensorflow/tfjs-node');
  });

  it.each([
    ['leads out of the folder', { 'node_modules/../../x': GOOD }, 'is a folder of the project'],
    ['is hidden', { 'node_modules/.bin': GOOD }, 'is a folder of the project'],
    ['is a link', { 'node_modules/a': { resolved: 'packages/a', link: true } }, 'is a folder of the project'],
    ['is a workspace', { 'packages/a': { version: '1.0.0' } }, 'is a folder of the project'],
    ['has no digest', { 'node_modules/a': { ...GOOD, integrity: undefined } }, 'has no digest'],
    ['has a weak digest', { 'node_modules/a': { ...GOOD, integrity: 'md5-AAAA' } }, 'has no digest'],
    [
      'is of git',
      { 'node_modules/a': { ...GOOD, resolved: 'git+ssh://x/y' } },
      'does not come from a registry',
    ],
    ['is a file', { 'node_modules/a': { ...GOOD, resolved: 'file:a.tgz' } }, 'does not come from a registry'],
    ['has no version', { 'node_modules/a': { ...GOOD, version: '*' } }, 'has no version'],
  ])('is refused where a package %s', (_, packages, why) => {
    expect(() => read(packages)).toThrow(why);
  });

  it.each([
    ['of an older npm', lockOf({}, 1), 'lockfileVersion 1'],
    ['in the middle of a merge', '{\n<<<<<<< ours\n', 'merge conflict'],
    ['without packages', '{"lockfileVersion":3}', 'has no packages'],
  ])('is refused %s', (_, text, why) => {
    expect(() => readPackageLock(text, 'package-lock.json')).toThrow(why);
  });
});
