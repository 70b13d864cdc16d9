/**
 * Gets a fresh clone ready: dependencies, build, Python environment. Each part is done only when it is missing or out
 * of date, so the second time takes a moment and needs no network. Plain Node 20, no dependencies.
 */
import { buildIsFresh, dependenciesAreInstalled, isMain, node } from './lib/checkout.mjs';
import { Failure, mustExecute, runScript, step } from './lib/steps.mjs';
import { ensureEnv } from './python-env.mjs';

const OLDEST_NODE = 20;

/** @returns {Promise<string>} path of the interpreter of the `demo-311` environment. */
export async function bootstrap() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) {
    throw new Failure(`Node ${OLDEST_NODE} or later is needed, and this is ${process.version}.`);
  }
  if (!dependenciesAreInstalled()) {
    await step('Installing dependencies (npm ci)', () => mustExecute('npm ci', 'npm', ['ci']));
  }
  if (!buildIsFresh()) {
    await step('Building', () => mustExecute('The build', node, ['scripts/build.mjs']));
  }
  return ensureEnv('demo-311');
}

if (isMain(import.meta)) await runScript(async () => console.log(`Ready. Python: ${await bootstrap()}`));
