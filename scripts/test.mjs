/**
 * `npm test`, the gate: gets the checkout ready, runs every suite and ends with one line, `N passed, N failed`.
 * `npm test -- lint unit` runs only the suites named; those of ON_REQUEST only then. `REPRISE_TEST_SEED` repeats a run's random choices.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { ensureParts } from './cluster/cluster.mjs';
import { whatIsMissing } from './cluster/prerequisites.mjs';
import { ensureEditorTools } from './editor/install.mjs';
import { ensureVsix } from './editor/vsix.mjs';
import { node, root } from './lib/checkout.mjs';
import { filesThatFailed, pytestCounts, sumOf, vitestCounts } from './lib/reports.mjs';
import { execute, Failure, runScript, say, step } from './lib/steps.mjs';
import { ensureJavaScript } from './javascript-env.mjs';
import { ensureEnv, ENVIRONMENTS } from './python-env.mjs';

const SUITES = {
  lint: runLint,
  unit: (context) => runVitest('unit', context),
  cli: (context) => runWithSecondAttempt('cli', context),
  javascript: runJavaScript,
  webview: (context) => runWithSecondAttempt('webview', context),
  frameworks: runFrameworks,
  'agent-frameworks': runFrameworksOfAgent,
  editor: runEditor,
  cluster: runCluster,
  'agent-311': (context) => runPytest('demo-311', context),
  'agent-39': (context) => runPytest('agent-39', withDraw(context)),
  'agent-312': (context) => runPytest('agent-312', context, TRACKING),
  'agent-313': (context) => runPytest('agent-313', withDraw(context)),
};

/** Run only when they are named: what they need is large, and `npm test -- frameworks` takes as long as three others. */
const ON_REQUEST = ['frameworks', 'agent-frameworks'];

/** All that the first Python with `sys.monitoring` changes. */
const TRACKING = ['test/agent/tracking'];

/** Half of their time they wait for a kernel, so that those of several Pythons run at once. */
const ofAgent = (name) => name.startsWith('agent-');

/** More files, or tests of the agent, than these fail for a reason that another attempt does not take away. */
const MOST_AGAIN = 4;

await runScript(async () => {
  const names =
    process.argv.length > 2
      ? process.argv.slice(2)
      : Object.keys(SUITES).filter((name) => !ON_REQUEST.includes(name));
  const unknown = names.filter((name) => !(name in SUITES));
  if (unknown.length > 0) {
    throw new Failure(`No such suite: ${unknown.join(', ')}. There are: ${Object.keys(SUITES).join(', ')}`);
  }
  const seed = process.env.REPRISE_TEST_SEED ?? String(randomInt(2 ** 31));
  say(`Seed ${seed} (REPRISE_TEST_SEED=${seed} npm test repeats it)`);
  const python = await bootstrap();
  const reports = mkdtempSync(path.join(tmpdir(), 'reprise-test-'));
  const env = { REPRISE_TEST_SEED: seed, REPRISE_TEST_PYTHON: python, NO_COLOR: '1', FORCE_COLOR: undefined };
  try {
    const results = [];
    for (const name of names.filter((one) => !ofAgent(one)))
      results.push(await runSuite(name, { reports, env }));
    results.push(...(await runTogether(names.filter(ofAgent), { reports, env })));
    summarize(results);
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
});

async function runJavaScript({ reports, env }) {
  const { platform, arch } = process;
  if ((platform !== 'linux' || arch !== 'x64') && !process.env.CI)
    return { missing: 'it is for Linux on x64' };
  const folder = await ensureJavaScript();
  return runWithSecondAttempt('javascript', { reports, env: { ...env, REPRISE_TEST_JAVASCRIPT: folder } });
}

async function runSuite(name, context) {
  say(`── ${name}`);
  const begun = Date.now();
  const result = await SUITES[name](context);
  return { name, seconds: Math.round((Date.now() - begun) / 1000), ...result };
}

/** At once; what each of them printed is shown when it has ended, so that no line stands within another's. */
async function runTogether(names, context) {
  const running = names.map((name) => runSuite(name, { ...context, show: names.length === 1 }));
  return names.length > 1 ? step(names.join(', '), () => Promise.all(running)) : Promise.all(running);
}

/** One test, whatever the number of its findings. */
async function runLint({ env }) {
  const tools = [
    ['eslint', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']],
    ['prettier', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
    ['tsc', ['node_modules/typescript/bin/tsc', '--noEmit']],
    ['tsc of webview-ui', ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'webview-ui']],
  ];
  const failures = [];
  for (const [name, args] of tools) {
    const { code } = await execute(node, args, { env, show: true });
    if (code !== 0) failures.push(`${name} found something`);
  }
  const failed = failures.length > 0 ? 1 : 0;
  return { counts: { passed: 1 - failed, failed, failures, skipped: [], waived: [] } };
}

async function runVitest(project, { reports, env }, only = []) {
  const report = path.join(reports, `${project}${only.length > 0 ? '-again' : ''}.json`);
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project];
  if (only.length > 0) args.push('--maxWorkers=1', ...only);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await execute(node, [...args, ...reporters], { env, show: true });
  return { counts: vitestCounts(report), code, report };
}

/**
 * Kernels, windows, browsers and a cluster share two cores, and now and then one of them waits longer than its test. A file that
 * failed is run once more by itself, and the summary names it, so that what passes only then is seen.
 */
async function runWithSecondAttempt(project, context) {
  const first = await runVitest(project, context);
  const failed = filesThatFailed(first.report);
  if (failed.length === 0 || failed.length > MOST_AGAIN) return first;
  const again = failed.map((file) => path.relative(root, file));
  say(`Once more, by themselves: ${again.join(', ')}`);
  const second = await runVitest(project, context, again);
  if (second.counts === null) return first;
  return { counts: sumOf(vitestCounts(first.report, failed), second.counts), code: second.code, again };
}

/** Real training in the real frameworks, whose environment is large. */
async function runFrameworks(context) {
  const env = { ...context.env, REPRISE_TEST_PYTHON: await ensureEnv('frameworks-311') };
  return runVitest('frameworks', { ...context, env });
}

/** What the other environments of the agent's tests lack. */
function runFrameworksOfAgent(context) {
  return runPytest('frameworks-311', context, [
    'test/agent/test_deep_audit.py',
    'test/agent/test_keras_ledger.py',
    'test/agent/test_tensorflow.py',
    'test/agent/test_torch.py',
    'test/agent/test_torch_ledger.py',
    'test/agent/test_weights.py',
    'test/agent/test_workers.py',
    'test/agent/test_xgboost.py',
    'test/agent/test_lightgbm.py',
  ]);
}

/** In a real VS Code, which has to be had: without it the suite counts as failed. */
async function runEditor(context) {
  try {
    await ensureEditorTools();
    await ensureVsix();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    return {};
  }
  return runWithSecondAttempt('editor', context);
}

/** On a real control plane, which not every machine can have; where CI is set it has to. */
async function runCluster(context) {
  if (process.env.REPRISE_TEST_KUBECONFIG) return runVitest('cluster', context);
  const missing = await whatIsMissing();
  if (missing !== null && !process.env.CI) return { missing };
  try {
    await ensureParts();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    return {};
  }
  return runWithSecondAttempt('cluster', context);
}

/** Of what was tested whole on another Python, one test in three (test/agent/conftest.py). */
function withDraw(context) {
  return { ...context, env: { ...context.env, REPRISE_TEST_DRAW: context.env.REPRISE_TEST_SEED } };
}

/** Kernels of several Pythons share two cores: a test that failed is run once more, and named, as above. */
async function runPytest(environment, { reports, env, show }, tests = ['test/agent']) {
  const python = await ensureEnv(environment);
  if (python === null)
    return { missing: `no Python ${ENVIRONMENTS[environment].versions[0]} on this machine` };
  const run = async (report, ...options) => {
    const cache = `cache_dir=${path.join(reports, `${environment}.cache`)}`;
    const args = ['-m', 'pytest', ...tests, '-q', '-o', cache, `--junitxml=${report}`, ...options];
    const { code, output } = await execute(python, args, {
      env: {
        ...env,
        PYTHONPATH: path.join(root, 'src', 'agent'),
        PYTHONDONTWRITEBYTECODE: '1',
        REPRISE_TEST_PYTHON: python,
      },
      show,
    });
    if (!show) console.log(output);
    return { counts: pytestCounts(report), code };
  };
  const first = await run(path.join(reports, `${environment}.xml`));
  if (!first.counts || first.counts.failed === 0 || first.counts.failed > MOST_AGAIN) return first;
  const again = first.counts.failures;
  say(`Once more: ${again.join('; ')}`);
  const second = await run(path.join(reports, `${environment}-again.xml`), '--last-failed');
  if (!second.counts) return first;
  const others = { ...first.counts, failed: 0, failures: [] };
  return { counts: sumOf(others, second.counts), code: second.code, again };
}

/**
 * A suite that was to run and did not, or a required test that was skipped, is a failure and is counted as one. What
 * failed is told last, as a long log is often kept by its end only.
 */
function summarize(results) {
  let passed = 0;
  let failed = 0;
  const failures = [];
  console.log('\nSuites:');
  for (const { name, seconds, counts, code = 0, missing, again = [] } of results) {
    const line = (text) => console.log(`  ${name.padEnd(16)} ${`${seconds} s`.padStart(6)}  ${text}`);
    if (missing !== undefined) {
      line(`SKIPPED: ${missing}`);
      continue;
    }
    if (!counts || counts.passed + counts.failed === 0) {
      line('DID NOT RUN');
      failures.push(`${name} did not run`);
      failed += 1;
      continue;
    }
    const bad = counts.failed + counts.skipped.length;
    // A runner can also fail outside its tests: an unhandled rejection, a hook.
    const outside = bad === 0 && code !== 0 ? 1 : 0;
    passed += counts.passed;
    failed += bad + outside;
    line(
      `${counts.passed} passed, ${bad + outside} failed${outside ? ` (the runner ended with exit code ${code})` : ''}`,
    );
    for (const file of again) console.log(`    needed a second attempt: ${file}`);
    for (const reason of new Set(counts.waived)) {
      console.log(`    skipped: ${counts.waived.filter((one) => one === reason).length} (${reason})`);
    }
    failures.push(...counts.failures.map((one) => `${name}: ${one}`));
    failures.push(...counts.skipped.map((one) => `${name}: skipped though required: ${one}`));
    if (outside > 0) failures.push(`${name}: the runner ended with exit code ${code}, outside its tests`);
  }
  if (failures.length > 0) console.log('\nFailed:');
  for (const one of failures) console.log(`  ${one}`);
  if (failed > 0) process.exitCode = 1;
  console.log(`\n${passed} passed, ${failed} failed`);
}
