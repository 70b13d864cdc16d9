/**
 * `npm run test:deep -- TIER` runs `test/deep/TIER.deep.test.ts`, or all whose names begin so: the large counts; and writes `bench/deep/TIER.json`:
 * commit, seed, counts, duration, and what the tests measured (the file that REPRISE_DEEP_RESULTS names to them). `REPRISE_TEST_SEED` repeats a run's random choices.
 */
import { randomInt } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import clusterSetup from '../test/cluster/support/globalSetup.mjs';
import { bootstrap } from './bootstrap.mjs';
import { ensureJavaScript } from './javascript-env.mjs';
import { node, root } from './lib/checkout.mjs';
import { vitestCounts } from './lib/reports.mjs';
import { ensureEnv } from './python-env.mjs';
import { execute, Failure, mustExecute, runScript, say } from './lib/steps.mjs';

await runScript(async () => {
  const tier = process.argv[2];
  const folder = path.join(root, 'test', 'deep');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.test.ts')) : [];
  const named = files.filter((name) => name === `${tier}.deep.test.ts`);
  const chosen =
    named.length > 0 ? named : files.filter((name) => tier !== undefined && name.startsWith(tier));
  if (chosen.length === 0) {
    const tiers = files.map((name) => name.slice(0, -'.test.ts'.length)).sort();
    throw new Failure(`Usage: npm run test:deep -- TIER; there are: ${tiers.join(', ') || 'none yet'}`);
  }
  const seed = process.env.REPRISE_TEST_SEED ?? String(randomInt(2 ** 31));
  const commit = (await mustExecute('git rev-parse', 'git', ['rev-parse', 'HEAD'])).trim();
  const dirty = (await mustExecute('git status', 'git', ['status', '--porcelain'])).trim() !== '';
  const demo = await bootstrap();
  const python = /^(frameworks|cost|faults)/.test(tier) ? await ensureEnv('frameworks-311') : demo;
  // Only lint needs the libraries that it knows, and they are large.
  const lintPython = tier.startsWith('lint') ? { REPRISE_LINT_PYTHON: await ensureEnv('lint-311') } : {};
  const javascript = tier.startsWith('cluster-javascript')
    ? { REPRISE_TEST_JAVASCRIPT: await ensureJavaScript() }
    : {};
  const removeCluster = tier.startsWith('cluster') ? await clusterSetup() : undefined;
  say(`Tier ${tier}, seed ${seed}`);
  const begun = Date.now();
  const { counts, measured } = await runTier(chosen, {
    REPRISE_TEST_SEED: seed,
    REPRISE_TEST_PYTHON: python,
    ...lintPython,
    ...javascript,
  }).finally(removeCluster);
  const failed = counts.failed + counts.skipped.length;
  const durationSeconds = Math.round((Date.now() - begun) / 1000);
  const report = path.join(root, 'bench', 'deep', `${tier}.json`);
  mkdirSync(path.dirname(report), { recursive: true });
  const result = { tier, commit, dirty, seed, passed: counts.passed, failed, durationSeconds, ...measured };
  writeFileSync(report, `${JSON.stringify(result, null, 2)}\n`);
  if (failed > 0) process.exitCode = 1;
  console.log(`\n${counts.passed} passed, ${failed} failed`);
});

async function runTier(names, env) {
  const reports = mkdtempSync(path.join(tmpdir(), 'reprise-deep-'));
  const report = path.join(reports, 'report.json');
  const results = path.join(reports, 'results.json');
  const files = names.map((name) => path.join('test', 'deep', name));
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`];
  try {
    await execute(
      node,
      ['node_modules/vitest/vitest.mjs', 'run', '--project', 'deep', ...files, ...reporters],
      {
        env: { ...env, REPRISE_DEEP_RESULTS: results },
        show: true,
      },
    );
    const counts = vitestCounts(report);
    if (counts === null) throw new Failure('The tests did not get as far as running; see above.');
    const measured = existsSync(results) ? { measured: JSON.parse(readFileSync(results, 'utf8')) } : {};
    return { counts, measured };
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
}
