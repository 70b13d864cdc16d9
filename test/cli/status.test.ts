/** How notebooks stand, before and after they were pinned, run, sealed and changed. */
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sitePackagesOf } from '../../src/environment/installed';
import type { Sidecar } from '../../src/notebook/sidecar';
import type { NotebookStatus, Status } from '../../src/replay/status';
import { PYTHON, Workplace } from './support';

const place = new Workplace();
const NOTEBOOK = 'study.ipynb';
const CELLS = ['import six', 'print(1)'];
// An environment of its own, as one of its files is edited.
const inOther = { env: { XDG_CACHE_HOME: place.path('.cache') } };
const usual = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'reprise', 'tools');

beforeAll(() => {
  place.notebook(NOTEBOOK, CELLS);
  place.notebook('other.ipynb', ['1']);
  cpSync(usual, place.path('.cache', 'reprise', 'tools'), { recursive: true });
});
afterAll(() => place.remove());

async function statusOf(...args: string[]): Promise<NotebookStatus> {
  const command = ['status', NOTEBOOK, '--format', 'json', ...args];
  const { code, stdout, stderr } = await place.start(command, inOther).ended;
  expect([code, stderr]).toEqual([0, '']);
  return (JSON.parse(stdout) as Status).notebooks[0]!;
}

async function text(...args: string[]): Promise<string> {
  return (await place.start(['status', ...args], inOther).ended).stdout;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const sidecar = (): Sidecar => JSON.parse(place.read('study.repro.json')) as Sidecar;

it('says of a notebook that nothing was done with what to do', async () => {
  expect(await statusOf()).toEqual({
    notebook: NOTEBOOK,
    policy: 'close',
    seed: 'fresh',
    pin: null,
    drift: null,
    run: null,
    stale: null,
    verdict: null,
    seal: null,
  });
  expect(await text(NOTEBOOK)).toMatch(/unpinned. Pin it: reprise pin study.ipynb/);
  expect(await text()).toContain('No notebook here has settings of Reprise');
});

it('says whether the pin is restored, and what was edited in it', { timeout: 180_000 }, async () => {
  place.write('requirements.txt', 'six==1.17.0\nipykernel==7.4.0\n');
  const pin = ['pin', NOTEBOOK, '--python', PYTHON, '--from', 'requirements.txt'];
  expect((await place.start(pin, inOther).ended).code).toBe(0);
  expect(await statusOf()).toMatchObject({
    pin: { lock: 'pylock.study.toml', state: 'not-restored', platforms: [expect.any(String)] },
    drift: null,
  });
  const { stdout } = await place.start(['restore', NOTEBOOK, '--format', 'json'], inOther).ended;
  expect(await statusOf()).toMatchObject({ pin: { state: 'restored' }, drift: [] });
  const { python } = JSON.parse(stdout) as { python: string };
  const file = path.join(await sitePackagesOf(path.dirname(path.dirname(python))), 'six.py');
  const before = readFileSync(file, 'utf8');
  chmodSync(file, 0o644);
  writeFileSync(file, `${before}\n`);
  expect(await statusOf()).toMatchObject({
    drift: [{ what: 'six.py', after: 'edited', affects: ['numbers'] }],
  });
  expect(await text(NOTEBOOK)).toContain('`six.py` as installed became edited');
});

it('compares another Python with the pin by its versions', { timeout: 60_000 }, async () => {
  const lock = place.read('pylock.study.toml');
  const { pin, ...rest } = sidecar();
  const other = lock.replace('name = "tornado"\nversion = "', 'name = "tornado"\nversion = "9.');
  expect(other).not.toBe(lock);
  place.write('pylock.study.toml', other);
  place.write('study.repro.json', JSON.stringify({ ...rest, pin: { ...pin, sha256: digest(other) } }));
  const { drift } = await statusOf('--python', PYTHON);
  expect(drift).toContainEqual(
    expect.objectContaining({ what: 'tornado', kind: 'package', affects: ['nothing'] }),
  );
  place.write('study.repro.json', JSON.stringify({ ...rest, pin }));
  expect(await statusOf()).toMatchObject({
    pin: {
      state: 'unusable',
      problem: expect.stringContaining('not the lock that the sidecar names') as string,
    },
  });
  place.write('pylock.study.toml', lock);
});

it('says what ran last, how it was judged, and what changed since', { timeout: 120_000 }, async () => {
  expect((await place.execute('verify', NOTEBOOK)).code).toBe(0);
  const [replay, original] = place.store.runIds();
  expect(await statusOf()).toMatchObject({
    run: { run: original, status: 'ok', changed: 0 },
    verdict: { verdict: 'identical', replay, of: original },
  });
  const sealed = await place.start(['seal', NOTEBOOK], inOther).ended;
  expect([sealed.code, sealed.stderr]).toEqual([0, expect.any(String)]);
  expect(await statusOf()).toMatchObject({ seal: { state: 'sealed', verdict: 'identical' } });
  place.notebook(NOTEBOOK, [CELLS[0]!, 'print(2)']);
  expect(await statusOf()).toMatchObject({
    run: { changed: 1 },
    seal: { state: 'changed', why: '1 cell is not what was sealed' },
  });
  const said = await text();
  expect(said).toMatch(/1 cell changed since/);
  expect(said).toMatch(/sealed, but changed since/);
  expect(said).not.toContain('other.ipynb');
});

it('shows the others where one cannot be read', async () => {
  const { code, stdout, stderr } = await place.start(['status', 'none.ipynb', NOTEBOOK]).ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining('There is no notebook')]);
  expect(stdout).toContain(NOTEBOOK);
});
