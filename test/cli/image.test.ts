/** What an image for a notebook in JavaScript is built from: by its pin, and by nothing that is not pinned. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JavaScriptPin } from '../../src/notebook/javascriptPin';
import { type Ended, Workplace } from './support';

const place = new Workplace();
const BASE = `node@sha256:${'0b'.repeat(32)}`;
const [TSLAB, LIBRARY, ADDON, WHEEL] = ['1', '2', '3', '4'].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
  string,
];
const MODULE = '@tensorflow/tfjs-node-gpu';
const LOCK = readFileSync(path.resolve(__dirname, '../cluster/javascript/package-lock.json'), 'utf8');
const JAVASCRIPT: JavaScriptPin = {
  kernel: 'tslab',
  version: '1.0.22',
  sha256: TSLAB,
  engine: { node: '20.20.2', v8: '11.3.244.8-node.38' },
  tensorflow: {},
  native: {},
};
const WITH_TENSORFLOW: Partial<JavaScriptPin> = {
  native: {
    [`${MODULE}/lib/napi-v8/tfjs_binding.node`]: ADDON,
    [`${MODULE}/deps/lib/libtensorflow_cc.so.2`]: LIBRARY,
  },
  wheel: { name: 'tensorflow', version: '2.21.0', python: '3.11', sha256: WHEEL },
};

beforeAll(() => {
  place.store.ensure();
  place.write('package.json', '{ "name": "study" }\n');
});
afterAll(() => place.remove());

/** A notebook with such a pin. */
function pinned(
  name: string,
  change: Partial<JavaScriptPin> = {},
  lock = LOCK,
  platforms = ['linux-x86_64'],
): string {
  const file = `${name}-package-lock.json`;
  place.write(`${name}/package.json`, '{ "name": "study" }\n');
  place.write(`${name}/package-lock.json`, lock);
  place.notebook(`${name}/${name}.ipynb`, ['1'], {
    kernelspec: { name: 'jslab', language: 'javascript', display_name: file },
  });
  const pin = {
    lock: 'package-lock.json',
    sha256: createHash('sha256').update(lock).digest('hex'),
    python: '3.11.7',
    platforms,
    javascript: { ...JAVASCRIPT, ...change },
  };
  place.write(
    `${name}/${name}.repro.json`,
    JSON.stringify({ schema: 'reprise/notebook/1', settings: {}, pin }),
  );
  return `${name}/${name}.ipynb`;
}

/** The lock with a package that has an addon. */
function withTensorflow(): string {
  const lock = JSON.parse(LOCK) as { packages: Record<string, object> };
  const added = { version: '4.22.0', integrity: 'sha512-AAAA' };
  return JSON.stringify({ ...lock, packages: { ...lock.packages, [`node_modules/${MODULE}`]: added } });
}

const image = (...args: string[]): Promise<Ended> => place.reprise('image', ...args);

it('starts from the Node of the pin, and has the packages of the lock and the agent’s by their digests', async () => {
  const notebook = pinned('plain');
  const none = await image(notebook);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('node:20.20.2-bookworm')]);
  const { code, stdout } = await image(notebook, '--base', BASE);
  expect([code, stdout]).toEqual([
    0,
    expect.stringContaining('Wrote plain/plain-image/Dockerfile (47 packages)'),
  ]);
  const written = (name: string): string => place.read(`plain/plain-image/${name}`);
  const dockerfile = written('Dockerfile');
  expect(dockerfile).toMatch(
    new RegExp(
      `^FROM ${BASE} AS base$[^]*node !== "20.20.2"[^]*^RUN npm ci --ignore-scripts [^]*^USER 1000$`,
      'm',
    ),
  );
  expect(dockerfile).toContain(`'${TSLAB}  node_modules/tslab/bin/tslab'`);
  expect(dockerfile).not.toMatch(/tensorflow|cuda/i);
  expect(written('package-lock.json')).toBe(LOCK);
  expect(written('agent.txt')).toMatch(/^ipykernel==[\d.]+ [^\n]*\\\n {4}--hash=sha256:/m);
  expect(written('.dockerignore').split('\n')).toEqual([
    '*',
    '!agent.txt',
    '!package.json',
    '!package-lock.json',
    '',
  ]);
});

it('builds the addon for a GPU against the wheel of the pin, with the libraries of CUDA beside it', async () => {
  const notebook = pinned('gpu', WITH_TENSORFLOW, withTensorflow());
  expect(await image(notebook, '--base', BASE)).toMatchObject({ code: 0 });
  const dockerfile = place.read('gpu/gpu-image/Dockerfile');
  expect(dockerfile).toContain(`tensorflow==2.21.0 --hash=sha256:${WHEEL}`);
  expect(dockerfile).toContain(`-C node_modules/${MODULE} install --build-from-source`);
  expect(dockerfile).toContain(`'${LIBRARY}  node_modules/${MODULE}/deps/lib/libtensorflow_cc.so.2'`);
  expect(dockerfile).not.toContain(ADDON);
  expect(dockerfile).toContain('ENV LD_LIBRARY_PATH=/opt/notebook/cuda/lib');
  const cuda = place.read('gpu/gpu-image/cuda.txt').match(/^[\w-]+(?===)/gm);
  expect(cuda).toEqual(expect.arrayContaining(['nvidia-cudnn-cu12']));
  expect(cuda!.filter((name) => !name.startsWith('nvidia-'))).toEqual([]);
});

it.each([
  [
    'a kernel that the lock does not have',
    { kernel: 'deno', version: '2.9.6' },
    LOCK,
    undefined,
    'npm install --ignore-scripts deno@2.9.6',
  ],
  ['another version of the kernel', { version: '1.0.21' }, LOCK, undefined, 'the lock has 1.0.22'],
  ['an addon without a wheel', { native: {} }, withTensorflow(), undefined, 'names no wheel of TensorFlow'],
  [
    'an addon of another kind of machine',
    WITH_TENSORFLOW,
    withTensorflow(),
    ['macos-arm64'],
    'it was pinned on macos-arm64',
  ],
  [
    'a line of a shell in the place of a version',
    { engine: { node: '20.20.2"; rm -r /', v8: '1' } },
    LOCK,
    undefined,
    'no version and no file',
  ],
] as const)('refuses %s', async (name, change, lock, platforms, why) => {
  const notebook = pinned(name.replace(/\W/g, ''), change, lock, platforms && [...platforms]);
  const { code, stderr } = await image(notebook, '--base', BASE, '--out', 'refused');
  expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
  expect(stderr).toContain('Nothing was written');
  expect(() => place.read('refused/Dockerfile')).toThrow();
});
