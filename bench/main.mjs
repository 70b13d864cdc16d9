/**
 * Benchmarks with their baselines in the same run. `npm run bench -- pass files` runs the scenarios whose names hold one
 * of the words; without words all of them, and `reprise run` beside nbclient. `npm run bench -- editor`: in VS Code;
 * `-- cluster`: on Kubernetes; `-- lint`: lint beside ruff; `-- pin`: environments beside uv alone; `-- store`: a large store;
 * `-- javascript`: the preload of JavaScript kernels beside bare Node.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { javascript } from './javascript.mjs';
import { lint } from './lint.mjs';
import { pin } from './pin.mjs';
import { store } from './store.mjs';

const root = path.resolve(import.meta.dirname, '..');
const python = process.env.REPRISE_TEST_PYTHON;
const words = process.argv.slice(2);
const CELLS = 100;
const ROUNDS = 7;

if (words.includes('editor')) printGoals(byVitest('bench', 'editor'));
else if (words.includes('cluster')) printGoals(byVitest('bench-cluster', 'cluster'));
else if (words.includes('lint')) printGoals(await lint(process.env.REPRISE_BENCH_RUFF));
else if (words.includes('store')) printGoals(await store());
else if (words.includes('pin')) printGoals(pin(python));
else if (words.includes('javascript')) printGoals(await javascript());
else {
  const results = await cells(words);
  if (words.length === 0 || words.includes('run')) results.push(wholeRuns());
  print(results);
}

/** In a real VS Code or on a real cluster, by vitest, which runs the sources as they are. */
function byVitest(project, name) {
  const out = path.join(mkdtempSync(path.join(tmpdir(), 'reprise-bench-')), `${name}.json`);
  const args = [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', project];
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, REPRISE_BENCH_OUT: out },
  });
  if (status !== 0) throw new Error(`The benchmarks of ${name} ended with ${status}.`);
  return JSON.parse(readFileSync(out, 'utf8'));
}

function printGoals(rows) {
  console.log('\n| scenario | baseline | Reprise | goal | met |');
  console.log('|---|---|---|---|---|');
  for (const { scenario, baseline, ours, goal, met } of rows) {
    console.log(
      `| ${scenario} | ${baseline} | ${ours} | ${goal} | ${met === undefined ? '—' : met ? 'yes' : 'no'} |`,
    );
  }
}

async function cells(wanted) {
  const agent = path.join(root, 'dist', 'agent.pyz');
  const child = spawn(python, [path.join(root, 'bench', 'cells.py'), agent, ...wanted], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found = [];
  for await (const line of createInterface({ input: child.stdout })) {
    found.push(JSON.parse(line));
    console.log(`  measured: ${found.at(-1).scenario}`);
  }
  if (child.exitCode) throw new Error(`bench/cells.py ended with ${child.exitCode}`);
  return found;
}

/** Whole processes, turn about. */
function wholeRuns() {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-bench-'));
  try {
    const notebook = path.join(folder, 'hundred.ipynb');
    const cell = (i) => ({
      cell_type: 'code', id: `c${i}`, source: `x${i} = ${i}`, metadata: {}, outputs: [], execution_count: null,
    }); // prettier-ignore
    const document = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: Array.from({ length: CELLS }, (_, i) => cell(i)),
    };
    writeFileSync(notebook, JSON.stringify(document));
    const base = [
      python,
      path.join(root, 'bench', 'nbclient_run.py'),
      notebook,
      path.join(folder, 'out.ipynb'),
    ];
    const ours = [
      path.join(root, 'bin', 'reprise'),
      'run',
      notebook,
      '--python',
      python,
      '--format',
      'json',
      '--progress',
      'none',
    ];
    const times = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const pair = [timed(base), timed(ours)];
      if (round > 0) times.push(pair); // the first round warms the file cache
    }
    return {
      scenario: `reprise run over nbclient, ${CELLS} cells`,
      unit: 'ratio',
      pairs: ROUNDS,
      bareMs: median(times.map(([bare]) => bare)),
      agentMs: median(times.map(([, agent]) => agent)),
      moreMs: median(times.map(([bare, agent]) => agent - bare)),
      ratio: median(times.map(([bare, agent]) => agent / bare)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed([command, ...args]) {
  const begun = performance.now();
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return performance.now() - begun;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function print(rows) {
  const goal = ({ unit }) => ({ ms: '≤ 2 ms more', ratio: '≤ 1.05×' })[unit] ?? 'none was set';
  const met = ({ unit, moreMs, ratio }) => ({ ms: moreMs <= 2, ratio: ratio <= 1.05 })[unit];
  const answer = { true: 'yes', false: 'no', undefined: '–' };
  console.log('\n| scenario | baseline | Reprise | more | ratio | goal | met |');
  console.log('|---|---|---|---|---|---|---|');
  for (const row of rows) {
    const ms = (value) => `${value.toFixed(value < 100 ? 2 : 0)} ms`;
    const figures = [ms(row.bareMs), ms(row.agentMs), ms(row.moreMs), `${row.ratio.toFixed(3)}×`];
    console.log(`| ${row.scenario} | ${figures.join(' | ')} | ${goal(row)} | ${answer[met(row)]} |`);
  }
}
