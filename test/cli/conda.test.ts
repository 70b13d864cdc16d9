/**
 * A conda environment: pinned from what conda noted in it. Conda itself is on few machines that run these tests; a
 * stand-in writes what the real one would, so that what is checked afterwards is.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sidecar } from '../../src/notebook/sidecar';
import { type Ended, PYTHON, Workplace } from './support';

const place = new Workplace();
const NOTEBOOK = 'study.ipynb';
const FORGE = 'https://conda.anaconda.org/conda-forge/linux-64';
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const env = place.path('env');
const without = { env: { XDG_CACHE_HOME: place.path('cache'), PATH: '/usr/bin:/bin' } };

const meta = (prefix: string, name: string, version: string, sha256: string): string =>
  place.write(
    path.join(path.relative(place.folder, prefix), 'conda-meta', `${name}-${version}.json`),
    JSON.stringify({
      name,
      version,
      subdir: 'linux-64',
      url: `${FORGE}/${name}-${version}-h0_0.conda`,
      sha256,
      files: [`lib/python3.11/site-packages/${name}-${version}.dist-info/METADATA`],
    }),
  );

/** What is named `conda` on the PATH: it makes an environment in which ipykernel has that digest. */
function standIn(sha256: string): { env: NodeJS.ProcessEnv } {
  const source = place.path('made');
  rmSync(source, { recursive: true, force: true });
  mkdirSync(path.join(source, 'lib', 'python3.11', 'site-packages'), { recursive: true });
  chmodSync(place.write('made/bin/python', `#!/bin/sh\nexec ${PYTHON} "$@"\n`), 0o755);
  meta(source, 'ipykernel', '7.4.0', sha256);
  const program = place.write(
    'bin/conda',
    `#!/bin/sh\n[ "$1 $2" = "create --yes" ] && cp -r ${source} "$5" && grep -q @EXPLICIT "$7"\n`,
  );
  chmodSync(program, 0o755);
  return { env: { ...without.env, PATH: `${place.path('bin')}:/usr/bin:/bin` } };
}

const restore = (where: { env: NodeJS.ProcessEnv }, ...args: string[]): Promise<Ended> =>
  place.start(['restore', NOTEBOOK, ...args], where).ended;

beforeAll(() => {
  place.notebook(NOTEBOOK, ['print(1)']);
  const made = spawnSync(PYTHON, ['-m', 'venv', '--without-pip', env], { encoding: 'utf8' });
  expect([made.status, made.stderr]).toEqual([0, '']);
  const version = /python3\.\d+/.exec(spawnSync('ls', [`${env}/lib`], { encoding: 'utf8' }).stdout)![0];
  place.write(
    `env/lib/${version}/site-packages/ipykernel-7.4.0.dist-info/METADATA`,
    'Metadata-Version: 2.1\nName: ipykernel\nVersion: 7.4.0\n',
  );
  meta(env, 'ipykernel', '7.4.0', A);
});
afterAll(() => place.remove());

it('is pinned as an explicit list with the sha256 of every package', { timeout: 30_000 }, async () => {
  const python = path.join(env, 'bin', 'python');
  const { code, stdout, stderr } = await place.start(['pin', NOTEBOOK, '--python', python], without).ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('pinned to conda-study.txt');
  expect(place.read('conda-study.txt')).toContain(
    `@EXPLICIT\n${FORGE}/ipykernel-7.4.0-h0_0.conda#sha256:${A}\n`,
  );
  const { pin } = JSON.parse(readFileSync(place.path('study.repro.json'), 'utf8')) as Sidecar;
  expect(pin?.lock).toBe('conda-study.txt');
});

it('says what to install where there is no conda', async () => {
  const { code, stderr } = await restore(without);
  expect([code, stderr]).toEqual([
    5,
    expect.stringContaining('neither conda, mamba nor micromamba is on the'),
  ]);
});

it('is built by conda, and is not where conda gives something else', { timeout: 30_000 }, async () => {
  const refused = await restore(standIn(B));
  expect([refused.code, refused.stderr]).toEqual([
    5,
    expect.stringContaining('ipykernel 7.4.0 is not what the list says'),
  ]);
  const { code, stdout } = await restore(standIn(A), '--format', 'json');
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    expect.objectContaining({ lock: 'conda-study.txt', built: true }),
  ]);
  const ran = await place.start(['run', NOTEBOOK, '--policy', 'full'], without).ended;
  expect([ran.code, ran.code === 0 ? '' : ran.stderr]).toEqual([0, '']);
});

it('is a file for conda as it is', async () => {
  const { code, stderr } = await place.start(['export', NOTEBOOK, '--as', 'requirements'], without).ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining('conda create --file conda-study.txt')]);
});
