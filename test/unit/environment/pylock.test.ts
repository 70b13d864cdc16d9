/** A lock comes from who knows where and decides what runs: what is not plainly a lock is refused, with what is wrong. */
import { expect, it } from 'vitest';
import { readPylock, tagsOf } from '../../../src/environment/pylock';
import { platformNamed, withoutWheel } from '../../../src/environment/platforms';

const SHA = 'a'.repeat(64);
const wheel = (name: string, more = ''): string =>
  `wheels = [{ url = "https://files.pythonhosted.org/packages/${name}", hashes = { sha256 = "${SHA}" }${more} }]`;
const lock = (packages: string, head = 'lock-version = "1.0"'): string => `${head}\n${packages}`;
const one = (body: string): string => lock(`[[packages]]\n${body}`);
const numpy = 'name = "numpy"\nversion = "2.4.6"\n';
const WHEEL = 'numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl';

it('reads what uv writes', () => {
  const text = lock(
    `environments = ["sys_platform == 'linux'"]\n[[packages]]\n${numpy}marker = "sys_platform == 'linux'"\n${wheel(WHEEL, ', size = 17')}`,
    'lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.11"',
  );
  const read = readPylock(text, 'pylock.x.toml');
  expect(read).toEqual({
    requiresPython: '>=3.11',
    environments: ["sys_platform == 'linux'"],
    packages: [
      {
        name: 'numpy',
        version: '2.4.6',
        marker: "sys_platform == 'linux'",
        wheels: [
          { name: WHEEL, url: `https://files.pythonhosted.org/packages/${WHEEL}`, sha256: SHA, size: 17 },
        ],
      },
    ],
  });
  expect(tagsOf(read.packages[0]!.wheels[0]!)).toEqual({
    python: ['cp311'],
    abi: ['cp311'],
    platform: ['manylinux_2_27_x86_64', 'manylinux_2_28_x86_64'],
  });
});

const BAD: [what: string, text: string, why: RegExp][] = [
  ['nothing', '', /no lock-version/],
  ['no TOML', '{"a": 1}', /no TOML \(line 1\)/],
  ['marks of a merge conflict', `<<<<<<< HEAD\n${one(numpy + wheel(WHEEL))}\n=======\n>>>>>>> other\n`, /merge conflict/],
  ['an unknown version', lock('packages = []', 'lock-version = "2.0"'), /lock-version 2\.0/],
  ['a lock that was cut off', one(numpy + wheel(WHEEL)).slice(0, -20), /TOML|cut off/],
  ['no packages', 'lock-version = "1.0"', /no packages/],
  ['a name that is a path', one(`name = "../../etc"\nversion = "1"\n${wheel(WHEEL)}`), /package 1 has the name "\.\.\/\.\.\/etc"/],
  ['a version that is a path', one(`name = "numpy"\nversion = "../1"\n${wheel(WHEEL)}`), /version/],
  ['a wheel that is a path', one(`${numpy}wheels = [{ name = "../../numpy-1-py3-none-any.whl", url = "https://e.org/x.whl", hashes = { sha256 = "${SHA}" } }]`), /the name/],
  ['a wheel that is a path by its address', one(numpy + wheel('..%2F..%2Fnumpy-1-py3-none-any.whl')), /the name/],
  ['a file of a machine', one(`${numpy}wheels = [{ url = "file:///tmp/${WHEEL}", hashes = { sha256 = "${SHA}" } }]`), /address "file:/],
  ['a path of a machine', one(`${numpy}wheels = [{ path = "/tmp/${WHEEL}", hashes = { sha256 = "${SHA}" } }]`), /file of the machine/],
  ['an address with a password', one(`${numpy}wheels = [{ url = "https://me:secret@e.org/${WHEEL}", hashes = { sha256 = "${SHA}" } }]`), /address/],
  ['plain http', one(`${numpy}wheels = [{ url = "http://e.org/${WHEEL}", hashes = { sha256 = "${SHA}" } }]`), /address "http:/],
  ['no digest', one(`${numpy}wheels = [{ url = "https://e.org/${WHEEL}" }]`), /no sha256/],
  ['md5 alone', one(`${numpy}wheels = [{ url = "https://e.org/${WHEEL}", hashes = { md5 = "00" } }]`), /no sha256/],
  ['source alone', one(`${numpy}sdist = { url = "https://e.org/numpy.tar.gz", hashes = { sha256 = "${SHA}" } }`), /numpy 2\.4\.6 has no wheel/],
  ['a folder', one(`${numpy}directory = { path = ".", editable = true }`), /comes from a folder/],
  ['a repository', one(`${numpy}vcs = { type = "git", url = "https://e.org/a", commit-id = "0" }`), /comes from a repository/],
  ['a package twice', lock(`[[packages]]\n${numpy}${wheel(WHEEL)}\n[[packages]]\n${numpy}${wheel(WHEEL)}`), /numpy twice/],
]; // prettier-ignore

it.each(BAD)('refuses %s', (_, text, why) => {
  expect(() => readPylock(text, 'pylock.x.toml')).toThrow(why);
  expect(() => readPylock(text, 'pylock.x.toml')).toThrow(/^pylock\.x\.toml is not a lock to build from: /);
});

it('reads 20,000 packages, and refuses more', () => {
  const many = (count: number): string =>
    lock(
      Array.from(
        { length: count },
        (_, i) => `[[packages]]\nname = "p${i}"\nversion = "1"\n${wheel(`p${i}-1-py3-none-any.whl`)}`,
      ).join('\n'),
    );
  expect(readPylock(many(20_000), 'a').packages).toHaveLength(20_000);
  expect(() => readPylock(many(20_001), 'a')).toThrow(/20001 packages/);
});

it('says which packages a platform has no wheel of', () => {
  const packages = ['numpy-2-cp311-cp311-win_amd64.whl', 'six-1-py2.py3-none-any.whl', 'orjson-3-cp39-abi3-manylinux2014_aarch64.whl', 'torch-2-cp312-cp312-manylinux_2_28_x86_64.whl'].map(
    (name) => ({ name: name.split('-')[0]!, version: name.split('-')[1]!, wheels: [{ name, url: '', sha256: SHA }] }),
  ); // prettier-ignore
  const missing = (platform: string): string[] =>
    withoutWheel(packages, platformNamed(platform)!, '3.11').map((text) => text.split(' ')[0]!);
  expect(missing('linux-x86_64')).toEqual(['numpy', 'orjson', 'torch']);
  expect(missing('linux-aarch64')).toEqual(['numpy', 'torch']);
  expect(missing('win-amd64')).toEqual(['orjson', 'torch']);
  expect(missing('macosx-14.0-arm64')).toEqual(['numpy', 'orjson', 'torch']);
});
