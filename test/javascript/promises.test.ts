/** What the agent puts in the place of Node's functions, as a program sees it that runs with and without the agent. */
import { expect, it } from 'vitest';
import { NODES, type NodeVersion, runNode } from './support';

const FUNCTIONS = {
  child_process: ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'],
  crypto: ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'generateKeyPair'],
  fs: ['exists', 'read'],
  timers: ['setTimeout', 'setImmediate'],
};
const LOOKS = `
  const util = require('node:util');
  // That of a promising form comes and goes with the version of Node: none of these is a constructor.
  const own = (called) => Reflect.ownKeys(called).map(String).filter((name) => name !== 'prototype').sort();
  const face = (called) => called && [called.name, called.length, own(called)];
  const looks = {};
  for (const [module, names] of Object.entries(${JSON.stringify(FUNCTIONS)}))
    for (const name of names) {
      const called = require('node:' + module)[name];
      looks[module + '.' + name] = [face(called), face(called[util.promisify.custom])];
    }
  looks.random = face(Math.random);
  looks.load = face(require('node:module')._load);
  console.log(JSON.stringify(looks));
`;
const PROMISED = `
  const util = require('node:util');
  const crypto = require('node:crypto');
  const { exec, execFile } = require('node:child_process');
  const child = 'process.stdout.write(process.env.REPRISE_JS_TASK ?? "none")';
  (async () => {
    const command = [process.execPath, ['-e', child]];
    const first = await util.promisify(execFile)(...command);
    const again = util.promisify(execFile)(...command);
    const started = typeof again.child.pid;
    const { publicKey } = await util.promisify(crypto.generateKeyPair)('ed25519');
    console.log(JSON.stringify({
      first,
      again: await again,
      started,
      exec: await util.promisify(exec)('echo out; echo err >&2'),
      failed: await util.promisify(exec)('echo out; exit 3').catch(({ code, stdout }) => ({ code, stdout })),
      bytes: (await util.promisify(crypto.randomBytes)(8)).length,
      filled: [...(await util.promisify(crypto.randomFill)(Buffer.alloc(4), 4))],
      below: (await util.promisify(crypto.randomInt)(1)),
      key: publicKey.asymmetricKeyType,
      sameForm: util.promisify(exec) === util.promisify(exec),
    }));
  })();
`;
const IMPORTED = `
  import { exec } from 'node:child_process';
  import { promisify } from 'node:util';
  console.log(JSON.stringify(await promisify(exec)('echo out')));
`;

const VERSIONS = Object.keys(NODES).map(Number) as NodeVersion[];
const ENFORCED = { seed: 'abc', osEntropy: 'enforce' } as const;

it.each(VERSIONS)('has the name, length and properties that Node %i gave it', async (version) => {
  expect(JSON.parse(await runNode(version, ['-e', LOOKS], ENFORCED))).toEqual(
    JSON.parse(await runNode(version, ['-e', LOOKS])),
  );
});

it.each(VERSIONS)('is promised as by itself on Node %i, and numbers the children', async (version) => {
  const expected = {
    started: 'number',
    exec: { stdout: 'out\n', stderr: 'err\n' },
    failed: { code: 3, stdout: 'out\n' },
    bytes: 8,
    filled: [0, 0, 0, 0],
    below: 0,
    key: 'ed25519',
    sameForm: true,
  };
  const plain = JSON.parse(await runNode(version, ['-e', PROMISED])) as Record<string, unknown>;
  expect(plain).toMatchObject({ ...expected, first: { stdout: 'none' }, again: { stdout: 'none' } });
  for (const given of [ENFORCED, { seed: 'abc', policy: 'observe' }] as const) {
    const hooked = JSON.parse(await runNode(version, ['-e', PROMISED], given)) as Record<string, unknown>;
    expect(hooked).toMatchObject({ ...expected, first: { stdout: '1' }, again: { stdout: '2' } });
  }
});

it.each(VERSIONS)('is promised as by itself in a module of Node %i that imports it', async (version) => {
  const script = ['--input-type=module', '-e', IMPORTED];
  expect(JSON.parse(await runNode(version, script, ENFORCED))).toEqual({ stdout: 'out\n', stderr: '' });
});
