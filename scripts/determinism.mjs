/**
 * Writes `docs/determinism.md` from the policy table (`src/determinism/settings.json`) and the measurements in
 * `bench/deep/` and `bench/gpu/results-h200.md`. `--check` writes nothing and fails where the page is out of date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, root } from './lib/checkout.mjs';
import { Failure, runScript, say } from './lib/steps.mjs';

const PAGE = path.join(root, 'docs', 'determinism.md');
const TABLE = path.join(root, 'src', 'determinism', 'settings.json');
const MEASURED = path.join(root, 'bench', 'gpu', 'results-h200.md');

const FRAMEWORKS = path.join(root, 'bench', 'deep', 'frameworks.json');
const COST = path.join(root, 'bench', 'deep', 'cost.json');
const FAULTS = path.join(root, 'bench', 'deep', 'faults.json');

const HOW = {
  environment: 'environment variable',
  import: 'at import',
  call: 'at call',
  recorded: 'recorded',
};

const BEFORE = `# What the policies set

*Written by \`node scripts/determinism.mjs\` from \`src/determinism/settings.json\`, the table that the kernel's variables and the agent follow.*

**\`close\`** (the default) gives every stream of random numbers, and the hash seed, a seed that derives from the entropy of the run, which is recorded.
A seed that the notebook sets itself always wins. Nothing is slowed down but what draws; floating-point results keep whatever freedom the hardware and
the libraries take.

**\`full\`** besides makes the frameworks take deterministic operations, fixes the number of threads at the number of usable cores (a replay: at the
original's), and refuses an environment that differs in a way that can matter. An operation that has no deterministic form warns, is named as a cause,
and keeps the verdict at \`canonical\` or below; TensorFlow on a GPU can only raise there. **\`--strict\`** raises everywhere, and leaves calls that would take the policy back without effect.

**\`full --portable\`** besides takes from every processor what those with AVX2 have in common, and one thread, whatever the environment says: results of NumPy,
OpenBLAS, oneMKL, oneDNN and torch are then the same on different x86-64 processors as far as these libraries go. What chooses its blocks by the size of a cache
(Eigen in TensorFlow) and libraries that look at the processor by themselves (XGBoost, LightGBM, the C library) are not reached. It is slower.

**\`observe\`** sets nothing; everything is recorded.

What must exist before the interpreter starts is an **environment variable**; a value that you have set yourself stays, but for the hash seed (and the
thread counts of a replay, which follow the original). What is set **at import** or **at call** is set by the agent in the kernel, when the framework is imported or the function called: each
stands alone, and one that a version does not have is noted in the record as a fault. What is only **recorded** stays as it is; under \`full\` a replay where it differs is
refused.

What this costs on your notebook: \`reprise cost NOTEBOOK\`, with \`--ablation\` setting by setting.

## What is not reached

- Another processor, GPU model, number of multiprocessors (MIG slices included), driver or library version: vendors promise equal bits for the same of
  each, and not between them. They are recorded, and named as causes.
- CPU dispatch: the instruction set that NumPy, OpenBLAS, oneMKL, oneDNN and torch choose. It is recorded, and fixed with \`--portable\` only.
- Operations of torch without a deterministic form, custom CUDA kernels, and threads that add up in the order in which they finish, other than those below.
- Precision flags (TF32, reduced-precision reductions) stay as the notebook has them. They are recorded.
- XGBoost (other than its linear booster, below), LightGBM on a GPU, CatBoost, Horovod and NCCL have parameters of their own for this; none is set. CatBoost on a GPU never repeats.
- TensorFlow before 2.5 has no build for Python 3.9, the oldest that Reprise runs with. The variables are set for those who built their own; NVIDIA's patch for
  1.14 to 2.0 is not applied.
- The operating system's entropy, unless \`--enforce-os-entropy\`; clocks, networks, databases, other programs than Python; code that draws in its own native
  generator; of Numba, the worker threads of \`parallel=True\`.
`;

if (isMain(import.meta)) {
  await runScript(async () => {
    const text = pageText();
    const fresh = existsSync(PAGE) && readFileSync(PAGE, 'utf8') === text;
    if (fresh) return say('Up to date');
    if (process.argv.includes('--check'))
      throw new Failure('docs/determinism.md is out of date. Write it: node scripts/determinism.mjs');
    writeFileSync(PAGE, text);
    say('Wrote docs/determinism.md');
  });
}

function pageText() {
  const { settings } = JSON.parse(readFileSync(TABLE, 'utf8'));
  const names = [...new Set(settings.map(({ framework }) => framework))];
  const sections = names.map((name) =>
    section(
      name,
      settings.filter(({ framework }) => framework === name),
    ),
  );
  return [
    BEFORE,
    '## The table\n',
    ...sections,
    frameworks(),
    cost(),
    faults(),
    measurements(readFileSync(MEASURED, 'utf8')),
  ].join('\n');
}

function section(framework, settings) {
  const rows = settings.flatMap((row) =>
    row.versions.map(({ versions, reason, source }) =>
      cells([
        shown(row),
        versions,
        HOW[row.how],
        policy(row),
        reason,
        `[${new URL(source).host}](${source})`,
      ]),
    ),
  );
  return [
    `### ${framework}\n`,
    '| setting | versions | how | policy | reason | source |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function cells(values) {
  return `| ${values.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |`;
}

function shown({ id, setting, variable, portable }) {
  if (portable !== undefined) {
    const value = portable.flag ? `${portable.flag}=${portable.value}` : portable.value;
    return `\`${setting}\`; with \`--portable\` \`${portable.name}=${value}\``;
  }
  if (variable === undefined) return /^[A-Z_]+$/.test(setting) ? `\`${setting}\`` : setting;
  if (id === 'hash-seed') return `\`${variable.name}\`, from the run's entropy`;
  if (variable.threads) return `\`${variable.name}\`, the number of usable cores`;
  const value = variable.flag ? `${variable.flag}=${variable.value}` : variable.value;
  return `\`${variable.name}=${value}\``;
}

function policy({ how, policy: level }) {
  if (how === 'recorded') return 'any';
  return { close: '`close`, `full`', full: '`full`', strict: '`full --strict`' }[level];
}

/** Training in each framework: how many different results there were, by policy and entropy. */
function frameworks() {
  const title = '## Measured on the processor\n';
  if (!existsSync(FRAMEWORKS)) return `${title}\nNot yet measured: \`npm run test:deep -- frameworks\`.\n`;
  const { measured } = JSON.parse(readFileSync(FRAMEWORKS, 'utf8'));
  const { cpu, cores, packages } = measured.machine;
  const columns = [
    ['observe', 'drawn anew'],
    ['close', 'fresh, replayed'],
    ['close', 'fixed seed'],
    ['full', 'fresh, replayed'],
    ['full', 'fixed seed'],
  ];
  const rows = [...new Set(measured.rows.map(({ framework }) => framework))].map((framework) => {
    const counts = columns.map(([policy, entropy]) => {
      const row = measured.rows.find(
        (each) => each.framework === framework && each.policy === policy && each.entropy === entropy,
      );
      return row === undefined ? 'not measured' : `${row.different}/${row.runs}`;
    });
    return cells([`[${framework}](../test/frameworks/notebooks/${framework}.ipynb)`, ...counts]);
  });
  return `${title}
Written by \`npm run test:deep -- frameworks\` to [bench/deep/frameworks.json](../bench/deep/frameworks.json). Each notebook trains without a seed anywhere and prints the digests of its losses,
weights and predictions. \`n/N\`: n different results among N runs, each a fresh process; 1/N is bit for bit the same. "Fresh, replayed": a run and replays of it; "fixed seed":
runs with the same \`--seed\`. The machine: ${cpu}, ${cores} cores. ${Object.entries(packages)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.

| notebook | ${columns.map(([policy, entropy]) => `${policy}: ${entropy}`).join(' | ')} |
|${'---|'.repeat(columns.length + 1)}
${rows.join('\n')}
`;
}

/** Medians beside those of the plain kernel, and which setting costs where the goal is missed. */
function cost() {
  const title = '### What it costs there\n';
  if (!existsSync(COST)) return `${title}\nNot yet measured: \`npm run test:deep -- cost\`.\n`;
  const { measured } = JSON.parse(readFileSync(COST, 'utf8'));
  const seconds = ({ median, min, max }) => `${median.toFixed(2)} s (${min.toFixed(2)} – ${max.toFixed(2)})`;
  const rows = measured.rows.map(({ framework, plain, ratios, ablation }) =>
    cells([
      framework,
      seconds(plain),
      ...['close', 'full', 'recipe'].map((name) => `${ratios[name].toFixed(2)}×`),
      ratios.full <= measured.goal ? 'met' : `missed${whatCosts(ratios, ablation)}`,
    ]),
  );
  return `${title}
Written by \`npm run test:deep -- cost\` to [bench/deep/cost.json](../bench/deep/cost.json): the same notebooks with more to train, in ${measured.rounds} rounds that take turns, on ${measured.cores} cores.
Times are medians of all cells, imports included. "The talk's recipe": one thread for everything and deterministic operations, set by hand, on the plain kernel. The goal:
\`full\` at most ${measured.goal}×.

| notebook | plain | close | full | the talk's recipe | the goal |
|---|---|---|---|---|---|
${[...rows, ...unmeasured(measured.rows)].join('\n')}
`;
}

/** Notebooks of the matrix whose measurement did not come to its end. */
function unmeasured(rows) {
  const measured = rows.map(({ framework }) => framework);
  const all = new Set(
    JSON.parse(readFileSync(FRAMEWORKS, 'utf8')).measured.rows.map(({ framework }) => framework),
  );
  const left = [...all].filter((framework) => !measured.includes(framework));
  return left.map((framework) => cells([framework, 'not measured', '', '', '', '']));
}

/** A setting that stands out; else the record, where `close` takes most of it too: it fixes little and records as much. */
function whatCosts(ratios, { rows }) {
  const most = rows.filter(({ differs }) => differs).sort((a, b) => b.costs - a.costs);
  if (most.length > 0)
    return `: ${most.map(({ without, costs }) => `\`${without}\` ${costs.toFixed(2)} s`).join(', ')}`;
  const isRecord = ratios.close - 1 > (ratios.full - 1) / 2;
  return isRecord
    ? ' by the record, which `close` keeps too'
    : '; no setting by itself stands out of the noise';
}

/** Of each fault between two runs: the cause that was named first. */
function faults() {
  const title = '### Which faults are named\n';
  if (!existsSync(FAULTS)) return `${title}\nNot yet measured: \`npm run test:deep -- faults\`.\n`;
  const { measured } = JSON.parse(readFileSync(FAULTS, 'utf8'));
  const right = measured.rows.filter((row) => row.right).length;
  const wrong = measured.rows.filter((row) => row.certainAndWrong.length > 0).length;
  const rows = measured.rows.map((row) => {
    const named = row.named === undefined ? 'none' : `\`${row.named}\`, ${row.confidence}`;
    return cells([row.framework, row.what, `\`${row.kind}\``, named, row.right ? 'yes' : 'no']);
  });
  return `${title}
Written by \`npm run test:deep -- faults\` to [bench/deep/faults.json](../bench/deep/faults.json). Each notebook runs twice under \`observe\` with one thing changed between the runs;
\`reprise compare\` says why the results differ. Right: the first cause is what was changed, and its evidence points at the place. ${right} of ${measured.rows.length} right
(${((100 * right) / measured.rows.length).toFixed(0)} %); called certain and wrong: ${wrong}. No blind measure: what its first runs showed to be named wrong was mended.

| framework | the fault | its cause | named first | right |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** Quoted from the results, so that they cannot say anything else. */
function measurements(results) {
  const tables = results.split('\n\n').filter((block) => block.startsWith('| row |'));
  const [matrix, cost, matrixAfter, costAfter] = tables;
  if (costAfter === undefined) throw new Failure('bench/gpu/results-h200.md no longer has its four tables.');
  const machine = results.split('\n').find((line) => line.startsWith('product '));
  return `## Measured on a GPU

Quoted from [bench/gpu/results-h200.md](../bench/gpu/results-h200.md), which has all of it; [bench/gpu](../bench/gpu/README.md) says how it was measured. The machine:
${machine}

\`n/N\`: n different results among N runs, each a fresh process; 1/N is bit for bit the same.

${matrix}

After scikit-learn's estimators were given one thread, and calls that take the policy back were recorded:

${matrixAfter}

Cost, runs alone on the machine; medians of the few runs that there was time for, a start of several seconds in the first lap included:

${cost}

A second run, one run each:

${costAfter.trimEnd()}

| | |
|---|---|
| \`jax-net\` under \`close\` and \`full\` in the second run | not yet measured |
| TensorFlow on a GPU | not yet measured |
| several GPUs | not yet measured |
| whether two kinds of GPU agree | not yet measured |
| each setting by itself on a GPU (\`reprise cost --ablation\`) | not yet measured |
`;
}
