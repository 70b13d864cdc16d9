/** `npm run bench`: gets everything ready, then runs the benchmarks, each beside its baseline. */
import { bootstrap } from './bootstrap.mjs';
import { node } from './lib/checkout.mjs';
import { execute, runScript } from './lib/steps.mjs';

await runScript(async () => {
  const python = await bootstrap();
  const args = ['bench/main.mjs', ...process.argv.slice(2)];
  process.exitCode = (await execute(node, args, { env: { REPRISE_TEST_PYTHON: python }, show: true })).code;
});
