/** A notebook's environment: locked, built elsewhere, built again without a network, and not built where it is not the same. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Drift } from '../../src/environment/fingerprint';
import { distributionsIn, sitePackagesOf } from '../../src/environment/installed';
import type { Sidecar } from '../../src/notebook/sidecar';
import type { Run } from '../../src/replay/documents';
import { type Ended, PYTHON, REPRISE, Workplace } from './support';

const place = new Workplace();
const other = mkdtempSync(path.join(tmpdir(), 'reprise-cache-'));
/** Tools are not what is tested: both caches have them. */
const here = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'));
const inOther = { env: { XDG_CACHE_HOME: other } };
const NOTEBOOK = 'study.ipynb';

type Restored = { python: string; built: boolean };

beforeAll(async () => {
  place.notebook(NOTEBOOK, ['import six\nprint(six.__version__)']);
  place.write('requirements.txt', 'six==1.17.0\nipykernel==7.4.0\n');
  const { code, stdout, stderr } = await place.start([
    'pin',
    NOTEBOOK,
    '--python',
    PYTHON,
    '--from',
    'requirements.txt',
  ]).ended;
  expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('locking every wheel') as string]);
  cpSync(path.join(here, 'reprise', 'tools'), path.join(other, 'reprise', 'tools'), { recursive: true });
}, 120_000);
afterAll(() => {
  rmSync(other, { recursive: true, force: true });
  place.remove();
});

const lockFile = (): string => place.path('pylock.study.toml');
const sidecar = (): Sidecar => JSON.parse(place.read('study.repro.json')) as Sidecar;

async function restored(...args: string[]): Promise<Restored> {
  const ran = await place.start(['restore', NOTEBOOK, '--format', 'json', ...args], inOther).ended;
  expect([ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([0, '']);
  return JSON.parse(ran.stdout) as Restored;
}

async function setOf(python: string): Promise<string[]> {
  const folder = await sitePackagesOf(path.dirname(path.dirname(python)));
  const all = await distributionsIn(folder);
  return all.flatMap(({ name, version, files }) =>
    files
      .filter(({ sha256, path: file }) => sha256 && !/\.dist-info\/|\/bin\//.test(file))
      .map((file) => `${name} ${version} ${file.path} ${file.sha256}`),
  );
}

it('locks every wheel by its address and sha256, and names the lock in the sidecar', () => {
  const text = readFileSync(lockFile(), 'utf8');
  expect(text).toMatch(/^# The environment of a notebook/);
  expect(text).not.toMatch(/sdist|upload-time = $/);
  expect(text).toMatch(/name = "six"\nversion = "1\.17\.0"/);
  expect(sidecar().pin).toEqual({
    lock: 'pylock.study.toml',
    sha256: createHash('sha256').update(text).digest('hex'),
    python: expect.stringMatching(/^3\.\d+\.\d+$/) as string,
    platforms: [expect.stringMatching(/^(linux|macos|windows)-/)],
  });
});

it('builds the same set in an empty cache, once', { timeout: 120_000 }, async () => {
  const first = await restored();
  expect(first.built).toBe(true);
  expect(await restored()).toEqual({ ...first, built: false });
  const { stdout } = await place.start(['restore', NOTEBOOK, '--format', 'json']).ended;
  const usual = JSON.parse(stdout) as Restored;
  expect(usual.python).not.toBe(first.python);
  expect(await setOf(usual.python)).toEqual(await setOf(first.python));
  const ran = await place.start(['run', NOTEBOOK, '--format', 'json'], inOther).ended;
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('"ok"')]);
});

it('builds it from the cache where there is no network', { timeout: 60_000 }, ({ skip }) => {
  if (spawnSync('unshare', ['-rn', 'true']).status !== 0)
    return skip('no network namespaces on this machine');
  rmSync(path.join(other, 'reprise', 'envs'), { recursive: true });
  const cut = spawnSync('unshare', ['-rn', REPRISE, 'restore', NOTEBOOK, '--offline'], {
    cwd: place.folder,
    env: { ...process.env, ...inOther.env },
    encoding: 'utf8',
  });
  expect([cut.status, cut.stdout + cut.stderr]).toEqual([0, expect.stringContaining('checking every file')]);
});

it(
  'refuses a wheel with another digest, and a lock that is not the one that was pinned',
  { timeout: 60_000 },
  async () => {
    const [lock, pinned] = [readFileSync(lockFile(), 'utf8'), place.read('study.repro.json')];
    try {
      const flipped = lock.replace(
        /(six-1\.17\.0-py2\.py3-none-any\.whl".*?sha256 = ")(.)/,
        (_, before: string, digit: string) => before + (digit === '0' ? '1' : '0'),
      );
      expect(flipped).not.toBe(lock);
      writeFileSync(lockFile(), flipped);
      const changed = await place.start(['restore', NOTEBOOK], inOther).ended;
      expect([changed.code, changed.stderr]).toEqual([
        3,
        expect.stringContaining('pylock.study.toml is not the lock that the sidecar names'),
      ]);
      const sha256 = createHash('sha256').update(flipped).digest('hex');
      place.write('study.repro.json', pinned.replace(sidecar().pin!.sha256, sha256));
      const refused = await place.start(['restore', NOTEBOOK], inOther).ended;
      expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/hash mismatch.*six/is)]);
      expect(refused.stderr).toContain('Nothing is left of it.');
    } finally {
      writeFileSync(lockFile(), lock);
      place.write('study.repro.json', pinned);
    }
  },
);

function driftIn({ stdout }: Ended): Drift[] {
  return (JSON.parse(stdout) as Run).environment.drift;
}

it(
  'sees a file that was edited in one environment, which reaches no other',
  { timeout: 120_000 },
  async () => {
    const { python } = await restored();
    const { stdout } = await place.start(['restore', NOTEBOOK, '--format', 'json']).ended;
    const usual = JSON.parse(stdout) as Restored;
    const file = path.join(await sitePackagesOf(path.dirname(path.dirname(python))), 'six.py');
    const twin = path.join(await sitePackagesOf(path.dirname(path.dirname(usual.python))), 'six.py');
    const before = readFileSync(twin, 'utf8');
    chmodSync(file, 0o644);
    writeFileSync(file, before.replace('__version__ = "1.17.0"', '__version__ = "9.9.9"'));
    expect(readFileSync(twin, 'utf8')).toBe(before);
    const refused = await place.start(['run', NOTEBOOK, '--policy', 'full'], inOther).ended;
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringContaining('six.py as installed → edited'),
    ]);
    const noted = await place.start(['run', NOTEBOOK, '--format', 'json'], inOther).ended;
    expect([noted.code, noted.stderr]).toEqual([
      0,
      expect.stringContaining('six.py as installed → edited. It is recorded.'),
    ]);
    expect(driftIn(noted)).toMatchObject([{ what: 'six.py', kind: 'package', after: 'edited' }]);
    const { header } = place.record();
    expect(header.pin?.edits).toMatchObject([{ what: 'six.py', after: 'edited' }]);
    const repaired = await restored();
    expect([repaired.built, repaired.python === python]).toEqual([true, false]);
    expect((await place.start(['run', NOTEBOOK, '--policy', 'full'], inOther).ended).code).toBe(0);
  },
);

it('checks another Python against the pin', { timeout: 60_000 }, async () => {
  const refused = await place.start(['run', NOTEBOOK, '--python', PYTHON, '--policy', 'full']).ended;
  const noted = await place.start(['run', NOTEBOOK, '--python', PYTHON, '--format', 'json']).ended;
  const [differs] = /ipykernel|six|numpy|tornado|ipython/i.exec(refused.stderr) ?? [];
  // What the test's own Python has is another set, whose differing packages change no number here.
  expect([refused.code === 0 || differs !== undefined, noted.code]).toEqual([true, 0]);
  const status = await place.start(['status', NOTEBOOK, '--python', PYTHON, '--format', 'json']).ended;
  const { notebooks } = JSON.parse(status.stdout) as { notebooks: { drift: Drift[] }[] };
  expect(driftIn(noted)).toEqual(notebooks[0]!.drift);
  const sidecar = place.read('study.repro.json');
  place.write('study.repro.json', sidecar.replace(/("python":\s*)"[^"]*"/, '$1"3.9.1"'));
  const older = await place.start(['run', NOTEBOOK, '--python', PYTHON, '--format', 'json']).ended;
  place.write('study.repro.json', sidecar);
  expect(driftIn(older)).toContainEqual(
    expect.objectContaining({ what: 'python', kind: 'python', before: '3.9.1' }),
  );
});

it('lets one of two restores build, and the other one wait', { timeout: 60_000 }, async () => {
  rmSync(path.join(other, 'reprise', 'envs'), { recursive: true });
  const [one, two] = await Promise.all([restored('--offline'), restored('--offline')]);
  expect(one.python).toBe(two.python);
  expect([one.built, two.built].sort()).toEqual([false, true]);
});

it('leaves nothing half built when it is killed', { timeout: 120_000 }, async () => {
  const folder = path.join(other, 'reprise', 'envs');
  for (const after of [200, 700]) {
    rmSync(folder, { recursive: true, force: true });
    const running = place.start(['restore', NOTEBOOK, '--offline'], { ...inOther, group: true });
    await sleep(after);
    process.kill(-running.child.pid!, 'SIGKILL');
    await running.ended;
    const links = existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{32}$/.test(name)) : [];
    for (const link of links) expect(existsSync(path.join(folder, link, 'reprise.json'))).toBe(true);
    const { python } = await restored('--offline');
    expect(readdirSync(folder)).toHaveLength(2);
    expect(realpathSync(path.dirname(path.dirname(python)))).toBe(path.dirname(path.dirname(python)));
  }
});

it('says what to do where the disk is full or may not be written', { timeout: 60_000 }, ({ skip }) => {
  const mounted = (options: string): string => {
    const small = path.join(other, 'small');
    const tools = path.join(other, 'reprise', 'tools', 'uv-*');
    return `mkdir -p ${small} && mount -t tmpfs -o size=90m tmpfs ${small} && mkdir -p ${small}/reprise/tools && cp -r ${tools} ${small}/reprise/tools/ && mount -o remount,${options} ${small} && XDG_CACHE_HOME=${small} ${REPRISE} restore ${NOTEBOOK}`;
  };
  const within = (script: string) =>
    spawnSync('unshare', ['-rm', 'sh', '-c', script], { cwd: place.folder, encoding: 'utf8' });
  if (within('true').status !== 0) return skip('no mount namespaces on this machine');
  const full = within(mounted('rw'));
  expect([full.status, full.stderr]).toEqual([5, expect.stringContaining('Nothing is left of it.')]);
  const locked = within(mounted('ro'));
  expect([locked.status, locked.stderr]).toEqual([
    5,
    expect.stringMatching(/cannot take it, as it may not be written/),
  ]);
});

it('locks more besides what a notebook is pinned to', { timeout: 120_000 }, async () => {
  const before = lockFile();
  const [lock, pinned] = [readFileSync(before, 'utf8'), place.read('study.repro.json')];
  const { code, stderr } = await place.start(
    ['pin', NOTEBOOK, '--add', 'toolz==1.0.0', '--format', 'json'],
    inOther,
  ).ended;
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  const after = readFileSync(before, 'utf8');
  expect(after).toMatch(/name = "toolz"\nversion = "1\.0\.0"/);
  const versions = (text: string) =>
    [...text.matchAll(/^name = "(.*)"\nversion = "(.*)"$/gm)].map(
      ([, name, version]) => `${name} ${version}`,
    );
  expect(versions(after).filter((each) => each !== 'toolz 1.0.0')).toEqual(versions(lock));
  writeFileSync(before, lock);
  place.write('study.repro.json', pinned);
});
