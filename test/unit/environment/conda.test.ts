import { describe, expect, it } from 'vitest';
import { type CondaPackage, explicitList, readExplicit } from '../../../src/environment/conda';
import type { Described } from '../../../src/environment/described';

const A = 'a'.repeat(64);
const FORGE = 'https://conda.anaconda.org/conda-forge';

function conda(name: string, version: string, more: Partial<CondaPackage> = {}): CondaPackage {
  const url = `${FORGE}/linux-64/${name}-${version}-h0_0.conda`;
  const files = [`lib/python3.11/site-packages/${name}-${version}.dist-info/METADATA`];
  return { name, version, subdir: 'linux-64', url, sha256: A, files, ...more };
}

function described(...packages: [name: string, version: string][]): Described {
  const installed = packages.map(([name, version]) => ({ name, version, installer: 'conda' }));
  return { version: '3.11.7', prefix: '/env', isConda: true, packages: installed };
}

const KERNEL = conda('ipykernel', '7.4.0');

describe('an explicit list', () => {
  it('has address and sha256 of every package, and is read back', () => {
    const text = explicitList([KERNEL, conda('six', '1.17.0')], described(['six', '1.17.0'], ['pip', '26']));
    expect(text.split('\n').slice(1)).toEqual([
      '# platform: linux-64',
      '@EXPLICIT',
      `${FORGE}/linux-64/ipykernel-7.4.0-h0_0.conda#sha256:${A}`,
      `${FORGE}/linux-64/six-1.17.0-h0_0.conda#sha256:${A}`,
      '',
    ]);
    expect(readExplicit(text, 'conda-study.txt').map(({ name, version }) => [name, version])).toEqual([
      ['ipykernel', '7.4.0'],
      ['six', '1.17.0'],
    ]);
  });

  it('has no token of an account', () => {
    const url = 'https://conda.anaconda.org/t/ab-1234/lab/noarch/six-1.17.0-py_0.conda';
    const text = explicitList([KERNEL, conda('six', '1.17.0', { url })], described());
    expect(text).toContain('https://conda.anaconda.org/lab/noarch/six-1.17.0-py_0.conda#');
    expect(text).not.toContain('ab-1234');
  });

  it.each<[string, CondaPackage[], Described, RegExp]>([
    ['what pip added', [KERNEL], described(['six', '1.17.0']), /pip added six 1\.17\.0/],
    [
      'another version than pip replaced',
      [KERNEL, conda('six', '1.1')],
      described(['six', '1.1.7']),
      /pip added six 1\.1\.7/,
    ],
    [
      'a package without a digest',
      [KERNEL, conda('six', '1.17.0', { sha256: '' })],
      described(),
      /six came from no public address with a sha256/,
    ],
    [
      'a package of this machine',
      [KERNEL, conda('six', '1.17.0', { url: 'file:///home/ada/six-1.17.0-0.conda' })],
      described(),
      /six came from no public address/,
    ],
    ['no kernel', [conda('six', '1.17.0')], described(), /conda install ipykernel/],
  ])('refuses %s', (_what, packages, environment, why) => {
    expect(() => explicitList(packages, environment)).toThrow(why);
  });

  it.each([
    ['without @EXPLICIT', `${FORGE}/noarch/six-1.17.0-py_0.conda#sha256:${A}`],
    ['with an MD5', `@EXPLICIT\n${FORGE}/noarch/six-1.17.0-py_0.conda#${'b'.repeat(32)}`],
    ['with a file', `@EXPLICIT\n/home/ada/six-1.17.0-py_0.conda#sha256:${A}`],
    ['with a password', `@EXPLICIT\nhttps://ada:pw@host/six-1.17.0-py_0.conda#sha256:${A}`],
  ])('%s is no lock', (_what, text) => {
    expect(() => readExplicit(text, 'conda-study.txt')).toThrow(/not a lock to build from/);
  });
});
