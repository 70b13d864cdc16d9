/** Pins of JavaScript notebooks: made, held against what is installed, and built in the cache. */
import { chmodSync, cpSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sidecar } from '../../src/notebook/sidecar';
import { PYTHON, type Workplace } from '../cli/support';
import { javascriptWorkplace, lockFile, metadataFor, nodeOf } from './support';

const CELLS = ['const draw = Math.random()', 'console.log(draw)'];
const TFJS = '@tensorflow/tfjs-node';

let place: Workplace;
beforeAll(async () => {
  place = javascriptWorkplace();
  place.store.ensure();
  for (const file of ['package.json', 'package-lock.json'] as const)
    place.write(file, readFileSync(lockFile(file)));
  place.notebook('study/a.ipynb', CELLS, metadataFor('tslab'));
  expect(await place.reprise('pin', 'study/a.ipynb', '--python', PYTHON)).toMatchObject({ code: 0 });
});
afterAll(() => place.remove());

const sidecar = (): Sidecar => JSON.parse(place.read('study/a.repro.json')) as Sidecar;

/** With another pin than the one that was made. */
async function under(change: (pin: NonNullable<Sidecar['pin']>) => void, ...args: string[]) {
  const before = place.read('study/a.repro.json');
  const changed = sidecar();
  change(changed.pin!);
  place.write('study/a.repro.json', JSON.stringify(changed));
  try {
    return await place.execute('run', 'study/a.ipynb', ...args);
  } finally {
    place.write('study/a.repro.json', before);
  }
}

describe('a pin', () => {
  it('names lock, kernel, engine, TensorFlow.js, and what is built and in no package', () => {
    const { lock, javascript } = sidecar().pin!;
    expect(lock).toBe('../package-lock.json');
    expect(javascript).toMatchObject({ kernel: 'tslab', version: '1.0.22' });
    expect(javascript!.engine).toEqual({ node: process.versions.node, v8: process.versions.v8 });
    // Of two versions in one tree, both.
    expect(javascript!.tensorflow).toMatchObject({
      [TFJS]: '4.22.0',
      '@tensorflow/tfjs-core': '4.22.0',
      'tfjs-3/node_modules/@tensorflow/tfjs-core': '3.21.0',
    });
    const named = Object.keys(javascript!.native).filter((file) => file.startsWith(`${TFJS}/`));
    expect(named.map((file) => path.basename(file)).sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'tfjs_binding.node',
    ]);
    // The very wheel that the library of the tests is from.
    expect(readFileSync(lockFile('tensorflow.lock'), 'utf8')).toContain(javascript!.wheel!.sha256);
  });

  it('is met by what it was made of, under the policy that refuses drift', async () => {
    const { code, stderr } = await place.execute('run', 'study/a.ipynb', '--policy', 'full');
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('is not what')]);
    expect(place.record().header.pin).toEqual({
      lock: '../package-lock.json',
      sha256: sidecar().pin!.sha256,
    });
  });

  it('refuses another Node under full, and is told of it under close', async () => {
    const env = { PATH: `${path.dirname(nodeOf(22))}${path.delimiter}${process.env.PATH}` };
    const run = ['run', 'study/a.ipynb', '--python', PYTHON];
    const refused = await place.start([...run, '--policy', 'full'], { env }).ended;
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('→ 12.4.')]);
    const taken = await place.start(run, { env }).ended;
    expect([taken.code, taken.stdout]).toEqual([0, expect.stringContaining('It is recorded.')]);
    expect(place.record().header.pin!.edits!.map(({ what }) => what)).toEqual(['node', 'v8']);
  });

  it('refuses an addon of another build, another library, and an addon that is missing', async () => {
    const files = [
      `${TFJS}/lib/napi-v8/tfjs_binding.node`,
      `${TFJS}/deps/lib/libtensorflow_cc.so.2`,
      'gone/lib/napi-v8/tfjs_binding.node',
    ];
    const { code, stderr } = await under(
      ({ javascript }) => files.forEach((file) => (javascript!.native[file] = '0'.repeat(64))),
      '--policy',
      'full',
    );
    expect(code).toBe(3);
    for (const file of files) expect(stderr).toContain(file);
  });

  it('refuses a kernel whose program was edited, and another kernel', async () => {
    const edited = await under((pin) => (pin.javascript!.sha256 = '0'.repeat(64)), '--policy', 'full');
    expect([edited.code, edited.stderr]).toEqual([3, expect.stringContaining('tslab: its program')]);
    const other = await under((pin) => (pin.javascript!.kernel = 'deno'), '--policy', 'full');
    expect([other.code, other.stderr]).toEqual([3, expect.stringContaining('kernel deno → tslab')]);
  });

  it('refuses a lock that was changed, whatever the policy', async () => {
    const { code, stderr } = await under((pin) => (pin.sha256 = '0'.repeat(64)));
    expect([code, stderr]).toEqual([3, expect.stringContaining('changed after the notebook was pinned')]);
  });

  it('says what cannot be asked of it', async () => {
    const { code, stderr } = await place.reprise('pin', 'study/a.ipynb', '--add', 'lodash');
    expect([code, stderr]).toEqual([2, expect.stringContaining('package.json')]);
  });
});

/** A project of one package, with a kernel from elsewhere: seconds to build. */
describe('a restore', () => {
  const NAME = 'math-intrinsics';
  let env: NodeJS.ProcessEnv;
  const run = (...args: string[]) => place.start(args, { cwd: place.path('small'), env }).ended;

  beforeAll(async () => {
    env = { XDG_CACHE_HOME: place.path('cache') };
    const { packages } = JSON.parse(readFileSync(lockFile('package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const locked = packages[`node_modules/${NAME}`]!;
    const dependencies = { [NAME]: locked.version };
    place.write('small/package.json', JSON.stringify({ name: 'small', dependencies }));
    const all = { '': { name: 'small', dependencies }, [`node_modules/${NAME}`]: locked };
    place.write(
      'small/package-lock.json',
      JSON.stringify({ name: 'small', lockfileVersion: 3, packages: all }),
    );
    place.notebook('small/b.ipynb', [`console.log(require("${NAME}/abs")(-3))`], metadataFor('tslab'));
    expect(await run('pin', 'b.ipynb', '--python', PYTHON)).toMatchObject({ code: 0 });
  });

  it('is made by the first run, in the cache, and is there for the next', async () => {
    const first = await run('run', 'b.ipynb', '--python', PYTHON, '--policy', 'full');
    expect(first).toMatchObject({ code: 0 });
    const built = realpathSync(place.path('small/node_modules'));
    expect(built.startsWith(place.path('cache/reprise/envs'))).toBe(true);
    const again = await run('restore', 'b.ipynb');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('there already')]);
  });

  it('is built anew where a file of it was edited, which full refuses to run with', async () => {
    const file = path.join(realpathSync(place.path('small/node_modules')), NAME, 'abs.js');
    const text = readFileSync(file, 'utf8');
    chmodSync(file, 0o644);
    writeFileSync(file, `${text}\n// edited`);
    const refused = await run('run', 'b.ipynb', '--python', PYTHON, '--policy', 'full');
    expect([refused.code, refused.stderr]).toEqual([
      3,
      expect.stringContaining(`${NAME}/abs.js as installed → edited`),
    ]);
    expect(await run('restore', 'b.ipynb')).toMatchObject({ code: 0 });
    expect(await run('run', 'b.ipynb', '--python', PYTHON, '--policy', 'full')).toMatchObject({ code: 0 });
  });

  it('leaves a folder that somebody else installed alone', async () => {
    place.write(`other/node_modules/${NAME}/package.json`, '{"version":"0.0.1"}');
    for (const name of ['package.json', 'package-lock.json', 'b.ipynb', 'b.repro.json']) {
      cpSync(place.path('small', name), place.path('other', name));
    }
    const { code, stderr } = await place.start(['restore', 'other/b.ipynb'], { env }).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('left alone')]);
    expect(existsSync(place.path('other/node_modules', NAME))).toBe(true);
  });

  it('refuses a package that is not what the lock says', async () => {
    const text = place.read('small/package-lock.json').replace(/sha512-[^"]{10}/, 'sha512-AAAAAAAAAA');
    place.write('forged/package-lock.json', text);
    cpSync(place.path('small/package.json'), place.path('forged/package.json'));
    cpSync(place.path('small/b.ipynb'), place.path('forged/b.ipynb'));
    const pinned = await place.start(['pin', 'forged/b.ipynb', '--python', PYTHON], { env }).ended;
    expect(pinned).toMatchObject({ code: 0 });
    const { code, stderr } = await place.start(['restore', 'forged/b.ipynb'], { env }).ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('Integrity checksum failed')]);
    expect(existsSync(place.path('forged/node_modules'))).toBe(false);
  });
});
