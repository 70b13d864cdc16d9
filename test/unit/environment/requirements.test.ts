import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Described } from '../../../src/environment/described';
import { lockOf, ownLock, sha256Of } from '../../../src/environment/locks';
import { lockName } from '../../../src/environment/pin';
import { readRequirements, requirementsOf } from '../../../src/environment/requirements';

const described = (packages: Described['packages']): Described => ({
  version: '3.11.7',
  prefix: '/env',
  isConda: false,
  packages,
});
const installed = (name: string, version: string) => ({ name, version, installer: 'pip' });

it('locks what is installed, with a kernel, without installers and the project itself', () => {
  const { dependencies, notices } = requirementsOf(
    described([
      installed('numpy', '2.4.6'),
      installed('pip', '26.1'),
      { ...installed('mine', '0.1'), from: { kind: 'folder', path: '/project/pkg' } },
      { ...installed('torch', '2.15.0'), from: { kind: 'archive', url: 'https://e.org/torch-2.15.0-cp311-cp311-linux_x86_64.whl', sha256: 'ab' } },
    ]),
    '/project',
  ); // prettier-ignore
  expect(dependencies).toEqual([
    'numpy==2.4.6',
    'torch @ https://e.org/torch-2.15.0-cp311-cp311-linux_x86_64.whl#sha256=ab',
    'ipykernel',
  ]);
  expect(notices).toEqual([expect.stringContaining('mine is this project itself (pkg)')]);
});

it('refuses what no index gives, all of it at once', () => {
  const from = (kind: 'repository' | 'folder') =>
    kind === 'folder'
      ? { kind, path: '/elsewhere' }
      : { kind, url: 'https://e.org/a.git', commit: 'f00d'.repeat(10) };
  const packages = [
    { ...installed('a', '1'), from: from('repository') },
    { ...installed('b', '1'), from: from('folder') },
  ];
  expect(() => requirementsOf(described(packages), '/project')).toThrow(
    /a \(a repository at f00df00df00d\), b \(a folder of this machine\)/,
  );
});

it('reads what files say a notebook needs', () => {
  const block = '# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n#   "numpy",\n# ]\n# ///\nimport numpy';
  const notebook = JSON.stringify({ cells: [{ cell_type: 'code', source: [block] }] });
  const read = { dependencies: ['numpy', 'ipykernel'], requiresPython: '>=3.11', notices: [] };
  expect(readRequirements(notebook, 'a.ipynb')).toEqual(read);
  expect(readRequirements(block, 'a.py')).toEqual(read);
  expect(readRequirements('[project]\nrequires-python = ">=3.11"\ndependencies = ["numpy"]', 'pyproject.toml')).toEqual(read);
  expect(readRequirements('# a\nnumpy >= 2  # b\n\nipykernel==7.4.0 --hash=sha256:ab\n', 'requirements.txt').dependencies).toEqual(['numpy >= 2', 'ipykernel==7.4.0']);
  expect(() => readRequirements('-r other.txt', 'requirements.txt')).toThrow(/"-r other\.txt" is an option/);
  expect(() => readRequirements('import numpy', 'a.py')).toThrow(/PEP 723/);
  expect(() => readRequirements('[tool]', 'pyproject.toml')).toThrow(/no \[project\]/);
}); // prettier-ignore

it('names a lock as PEP 751 takes it', () => {
  expect(lockName('/a/my.note.book.ipynb')).toBe('pylock.my-note-book.toml');
});

it('takes the project’s own lock where it agrees, and says where it does not', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'own-'));
  try {
    writeFileSync(
      path.join(root, 'uv.lock'),
      'version = 1\n[[package]]\nname = "numpy"\nversion = "2.4.6"\n[[package]]\nname = "me"\nversion = "0"\nsource = { virtual = "." }\n',
    );
    const same = ownLock(root, root, described([installed('numpy', '2.4.6'), installed('pip', '1')]));
    expect([same.lock?.name, same.notices]).toEqual(['uv.lock', []]);
    const other = ownLock(root, root, described([installed('numpy', '2.3.1'), installed('pandas', '3')]));
    expect([other.lock, other.notices]).toEqual([
      undefined,
      [
        'uv.lock is there and does not agree with the environment: numpy is 2.3.1, locked is 2.4.6; pandas is not in it.',
      ],
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

it('takes no lock but the one that the sidecar names, and none from outside', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'lock-'));
  const pin = (lock: string, sha256 = 'ab') => ({ lock, sha256, python: '3.11.7' });
  try {
    writeFileSync(path.join(root, 'pylock.a.toml'), 'lock-version = "1.0"\npackages = []\n');
    expect(() => lockOf(pin('pylock.a.toml'), root, root)).toThrow(/pylock\.a\.toml is not the lock that the sidecar names/);
    expect(() => lockOf(pin('../../etc/passwd'), root, root)).toThrow(/outside of the project/);
    expect(() => lockOf(pin('/etc/pylock.a.toml'), root, root)).toThrow(/outside of the project/);
    expect(() => lockOf(pin('pylock.b.toml'), root, root)).toThrow(/pylock\.b\.toml is not there/);
    expect(() => lockOf(pin('a.sh'), root, root)).toThrow(/none that Reprise restores/);
    const sha256 = sha256Of('lock-version = "1.0"\npackages = []\n');
    expect(lockOf(pin('pylock.a.toml', sha256), root, root).name).toBe('pylock.a.toml');
  } finally {
    rmSync(root, { recursive: true });
  }
}); // prettier-ignore
