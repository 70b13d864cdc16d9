/**
 * Preloaded into a JavaScript kernel, its worker threads and its Node children: `node --require agent.cjs`. Stands behind
 * every source of randomness with keyed streams, and counts what was drawn. Changes nothing where it was not configured.
 */
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { numberChildren, taskOf, tellAtEnd } from './children';
import { readConfiguration } from './configuration';
import { cryptoHook } from './crypto';
import { listenTo } from './keeper';
import { hookModules, loadNow } from './modules';
import { installRandom } from './random';
import { Sources } from './sources';
import { tslabHook } from './tslab';
import { mendUtil, tensorflowHooks, type TensorFlow } from './tensorflow';

const INSTALLED = Symbol.for('reprise.agent');

function install(): void {
  const configuration = readConfiguration(process.env);
  const marked = globalThis as { [INSTALLED]?: true };
  // `--require` and NODE_OPTIONS may both name it.
  if (configuration === undefined || marked[INSTALLED] !== undefined) return;
  marked[INSTALLED] = true;
  const isKernel = isMainThread && process.ppid === configuration.keeper;
  const task = isKernel ? [] : taskOf(process.env);
  const sources = new Sources(configuration, task);
  let tensorflow: TensorFlow | undefined;
  mendUtil();
  hookModules([
    ...tensorflowHooks(sources, (loaded) => (tensorflow = loaded)),
    tslabHook(sources.log),
    numberChildren(process.env),
    cryptoHook(sources, configuration),
  ]);
  syncBuiltinESMExports();
  // tslab loads them before any cell runs.
  if (!isKernel || process.versions.deno !== undefined) ['child_process', 'crypto'].forEach(loadNow);
  if (isKernel) listenTo(configuration.socket, sources, () => tensorflow);
  else tellAtEnd(configuration.log, task, sources);
  // Last: what Node and the kernel draw while they start is no stream of the notebook's.
  installRandom(sources);
}

install();
