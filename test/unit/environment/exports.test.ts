import { describe, expect, it } from 'vitest';
import { environmentText } from '../../../src/environment/exports/conda';
import { devcontainerText, dockerfileText } from '../../../src/environment/exports/container';
import { lockedOf, type Pinned } from '../../../src/environment/exports/locked';
import { requirementsText } from '../../../src/environment/exports/requirements';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const PIN: Pinned = {
  name: 'study',
  lock: 'pylock.study.toml',
  python: '3.11.7',
  platforms: ['linux-x86_64'],
};
const PUBLIC = 'https://files.pythonhosted.org/packages';

const wheel = (url: string, sha256: string): string =>
  `{ url = "${url}", hashes = { sha256 = "${sha256}" } }`;
const pylock = (...packages: string[]): string =>
  `lock-version = "1.0"\ncreated-by = "uv"\n${packages.map((each) => `[[packages]]\n${each}\n`).join('')}`;
const SIX = `name = "six"\nversion = "1.17.0"\nwheels = [${wheel(`${PUBLIC}/six-1.17.0-py2.py3-none-any.whl`, A)}]`;
const NUMPY =
  `name = "numpy"\nversion = "2.4.6"\nmarker = "sys_platform == 'linux'"\nwheels = [` +
  `${wheel(`${PUBLIC}/numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl`, B)}, ` +
  `${wheel(`${PUBLIC}/numpy-2.4.6-cp311-cp311-win_amd64.whl`, C)}]`;
const TORCH =
  `name = "torch"\nversion = "2.15.0+cpu"\nwheels = [` +
  `${wheel('https://download.pytorch.org/whl/cpu/torch-2.15.0%2Bcpu-cp311-cp311-win_amd64.whl', B)}, ` +
  `${wheel('https://download.pytorch.org/whl/cpu/torch-2.15.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl', C)}]`;

const locked = (...packages: string[]): ReturnType<typeof lockedOf> =>
  lockedOf(PIN, { file: 'pylock.toml', text: pylock(...packages) });

describe('requirements.txt', () => {
  it('has the sha256 of every wheel, and markers', () => {
    expect(requirementsText(locked(SIX, NUMPY)).split('\n').slice(2)).toEqual([
      'six==1.17.0 \\',
      `    --hash=sha256:${A}`,
      "numpy==2.4.6 ; sys_platform == 'linux' \\",
      `    --hash=sha256:${B} \\`,
      `    --hash=sha256:${C}`,
      '',
    ]);
  });

  it('names the wheel of the platform where no public index has it', () => {
    expect(requirementsText(locked(TORCH))).toContain(
      `torch @ https://download.pytorch.org/whl/cpu/torch-2.15.0%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl \\\n    --hash=sha256:${C}\n`,
    );
    const mac = { ...PIN, platforms: ['macos-arm64'] };
    expect(() => lockedOf(mac, { file: 'pylock.toml', text: pylock(TORCH) })).toThrow(
      /torch 2\.15\.0\+cpu comes from an index of its own, which has no wheel for macos-arm64/,
    );
  });

  it('is made of requirements with hashes, too', () => {
    const text = `six==1.17.0 ; python_version >= "3.9" \\\n    --hash=sha256:${A}\n`;
    expect(lockedOf(PIN, { file: 'requirements.txt', text }).packages).toEqual([
      { name: 'six', version: '1.17.0', marker: 'python_version >= "3.9"', sha256: [A] },
    ]);
  });

  it('takes no line of its own from a marker', () => {
    const evil = SIX.replace('wheels', 'marker = "x\\n--index-url https://evil"\nwheels');
    expect(() => locked(evil)).toThrow(/the marker of six is none/);
  });
});

it('environment.yml has Python from conda, and the same wheels by pip', () => {
  const text = environmentText(locked(SIX, NUMPY));
  expect(text).toContain('  - python=3.11.7\n  - pip\n  - pip:\n      - --require-hashes\n');
  expect(text).toContain(`      - "six==1.17.0 --hash=sha256:${A}"\n`);
  expect(text).toContain(
    `      - "numpy==2.4.6 ; sys_platform == 'linux' --hash=sha256:${B} --hash=sha256:${C}"`,
  );
});

it('Dockerfile starts from a digest, installs by digests, and runs as nobody in particular', () => {
  const image = `python@sha256:${A}`;
  const text = dockerfileText(locked(SIX), image);
  expect(text).toContain(`\nFROM ${image}\n`);
  expect(text).toMatch(/COPY <<'LOCK' \/opt\/notebook\.txt\n(.*\n)+six==1\.17\.0 \\\n.*\nLOCK\n/);
  expect(text).toContain('--require-hashes --only-binary :all: --no-deps');
  expect(text).toMatch(/\nUSER 1000\n/);
  expect(text).toContain('sys.version_info[:2] == (3, 11)');
});

it('devcontainer.json is built from the Dockerfile beside it', () => {
  const document = JSON.parse(devcontainerText(locked(SIX)).replace(/^\/\/.*\n/, '')) as object;
  expect(document).toMatchObject({
    name: 'study',
    build: { dockerfile: 'Dockerfile' },
    customizations: { vscode: { settings: { 'reprise.python': '/opt/notebook/bin/python' } } },
  });
});
