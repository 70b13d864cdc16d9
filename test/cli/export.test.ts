/** A pin taken elsewhere: what other tools build of it is the same environment. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { type Ended, PYTHON, Workplace } from './support';

const place = new Workplace();
const NOTEBOOK = 'study.ipynb';
const IMAGE = `python@sha256:${'0a'.repeat(32)}`;

beforeAll(async () => {
  place.notebook(NOTEBOOK, ['import six\nprint(six.__name__, len({"a", "b"}))']);
  place.write('wanted.txt', 'six==1.17.0\nipykernel==7.4.0\n');
  const pin = await place.reprise('pin', NOTEBOOK, '--python', PYTHON, '--from', 'wanted.txt');
  expect([pin.code, pin.code === 0 ? '' : pin.stderr]).toEqual([0, '']);
}, 120_000);
afterAll(() => place.remove());

const exported = (...args: string[]): Promise<Ended> => place.reprise('export', NOTEBOOK, '--as', ...args);

function execute(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { cwd: place.folder, encoding: 'utf8' });
  expect([args.at(0), status, stderr]).toEqual([args.at(0), 0, status === 0 ? stderr : '']);
}

it('is no other environment when pip builds it', { timeout: 240_000 }, async () => {
  const { code, stdout } = await exported('requirements', '--out', 'requirements.txt');
  expect([code, stdout]).toEqual([0, expect.stringContaining('Wrote requirements.txt')]);
  execute(PYTHON, '-m', 'venv', 'by-pip');
  const python = place.path('by-pip', 'bin', 'python');
  execute(python, '-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', 'requirements.txt');

  expect((await place.reprise('run', NOTEBOOK, '--policy', 'full')).code).toBe(0);
  const replay = await place.reprise('replay', NOTEBOOK, '--python', python, '--format', 'json');
  const judgement = JSON.parse(replay.stdout) as Judgement;
  expect([replay.code, judgement.verdict]).toEqual([0, 'identical']);
  // pip itself is there, which changes nothing.
  expect(judgement.environment.filter(({ affects }) => affects.join() !== 'nothing')).toEqual([]);

  writeFileSync(
    place.path('requirements.txt'),
    readFileSync(place.path('requirements.txt'), 'utf8').replaceAll(/sha256:./g, 'sha256:0'),
  );
  const refused = spawnSync(
    python,
    ['-m', 'pip', 'install', '--force-reinstall', '--require-hashes', '-r', 'requirements.txt'],
    { cwd: place.folder, encoding: 'utf8' },
  );
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('DO NOT MATCH THE HASHES')]);
});

it('prints what is not told where to go', async () => {
  const { code, stdout } = await exported('environment');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^name: "study"$/m)]);
});

it('starts a container from a digest only', async () => {
  const none = await exported('dockerfile');
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--image python@sha256:…')]);
  const tag = await exported('dockerfile', '--image', 'python:3.11');
  expect([tag.code, tag.stderr]).toEqual([2, expect.stringContaining('a tag is moved')]);
  const { code, stdout } = await exported('dockerfile', '--image', IMAGE);
  expect([code, stdout]).toEqual([0, expect.stringContaining(`FROM ${IMAGE}`)]);
});

it('writes a dev container once', async () => {
  const { code, stdout } = await exported('devcontainer', '--image', IMAGE);
  expect([code, stdout]).toEqual([0, expect.stringContaining('.devcontainer/devcontainer.json and')]);
  expect(place.read('.devcontainer/Dockerfile')).toContain(IMAGE);
  const again = await exported('devcontainer', '--image', IMAGE);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
});

it('writes what an image is built from, once, and says how it gets its digest', async () => {
  const none = await place.reprise('image', NOTEBOOK);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--base python@sha256:…')]);
  const { code, stdout } = await place.reprise('image', NOTEBOOK, '--base', IMAGE);
  expect([code, stdout]).toEqual([0, expect.stringContaining('Wrote study-image/Dockerfile')]);
  expect(stdout).toContain(`reprise pin ${NOTEBOOK} --image registry.example/team/study-image@sha256:…`);
  expect(place.read('study-image/Dockerfile')).toMatch(
    new RegExp(`^FROM ${IMAGE}$[^]*^six==1\\.17\\.0 [^]*^USER 1000$`, 'm'),
  );
  expect(place.read('study-image/.dockerignore')).toBe('*\n');
  const again = await place.reprise('image', NOTEBOOK, '--base', IMAGE);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
});

it('needs a pin', async () => {
  place.notebook('free.ipynb', ['1']);
  const { code, stderr } = await place.reprise('export', 'free.ipynb', '--as', 'requirements');
  expect([code, stderr]).toEqual([2, expect.stringContaining('reprise pin')]);
});
