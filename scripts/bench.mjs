/** `npm run bench`: gets everything ready, then runs the benchmarks, each beside its baseline. */
import { bootstrap } from './bootstrap.mjs';
import { node } from './lib/checkout.mjs';
import { ensureRuff } from './python-env.mjs';
import { execute, runScript } from './lib/steps.mjs';

await runScript(async () => {
  const python = await bootstrap();
  const words = process.argv.slice(2);
  const env = {
    REPRISE_TEST_PYTHON: python,
    ...(words.includes('lint') ? { REPRISE_BENCH_RUFF: await ensureRuff() } : {}),
  };
  process.exitCode = (await execute(node, ['bench/main.mjs', ...words], { env, show: true })).code;
});
