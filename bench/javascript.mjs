/** `npm run bench -- javascript`: what the preload of JavaScript kernels costs, beside bare Node, turn about. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const agent = path.join(root, 'dist', 'agent.cjs');
const ROUNDS = 15;
const STARTS = 41;
/** Nanoseconds of the processor a draw, when V8 has compiled the loop: the median of its repetitions. */
const DRAWS = `
const draws = 5_000_000;
const times = [];
function summed() {
  let sum = 0;
  for (let i = 0; i < draws; i++) sum += Math.random();
  return sum;
}
for (let repetition = 0; repetition < 9; repetition++) {
  const begun = process.cpuUsage();
  if (!(summed() > 0)) throw new Error('nothing was drawn');
  const { user, system } = process.cpuUsage(begun);
  times.push((1000 * (user + system)) / draws);
}
console.log(times.slice(2).sort((a, b) => a - b)[3]);
`;

/** @returns {Promise<object[]>} rows of the table */
export async function javascript() {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-bench-'));
  const socket = path.join(folder, 'keeper.sock');
  // As in a kernel, which connects to its keeper: we are the parent that it knows by its number.
  const keeper = createServer();
  await new Promise((resolve) => keeper.listen(socket, resolve));
  const configuration = {
    policy: 'close',
    seed: '7',
    osEntropy: 'record',
    perCell: false,
    keeper: process.pid,
    socket,
    log: path.join(folder, 'draws.jsonl'),
    root: folder,
  };
  const preloaded = {
    args: ['--require', agent],
    env: { ...process.env, NODE_OPTIONS: undefined, REPRISE_JS: JSON.stringify(configuration) },
  };
  const bare = { args: [], env: { ...process.env, NODE_OPTIONS: undefined } };
  try {
    return [draws(bare, preloaded), start(bare, preloaded)];
  } finally {
    keeper.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function draws(bare, preloaded) {
  const [theirs, ours] = pairs(ROUNDS, bare, preloaded, (node) => Number(run(node, ['-e', DRAWS])));
  const ratio = median(ours.map((time, i) => time / theirs[i]));
  return {
    scenario: 'a draw of `Math.random`, enforced and counted',
    baseline: `${median(theirs).toFixed(1)} ns bare Node ${process.versions.node}`,
    ours: `${median(ours).toFixed(1)} ns, ${ratio.toFixed(2)}×`,
    goal: '≤ 2×',
    met: ratio <= 2,
  };
}

function start(bare, preloaded) {
  const [theirs, ours] = pairs(STARTS, bare, preloaded, (node) => {
    const begun = performance.now();
    run(node, ['-e', '0']);
    return performance.now() - begun;
  });
  const more = median(ours.map((time, i) => time - theirs[i]));
  return {
    scenario: 'start of a process, to its end',
    baseline: `${median(theirs).toFixed(1)} ms bare Node`,
    ours: `${median(ours).toFixed(1)} ms, ${more.toFixed(1)} ms more`,
    goal: '≤ 15 ms more',
    met: more <= 15,
  };
}

/** Turn about; the first pair warms the file cache. */
function pairs(rounds, bare, preloaded, measure) {
  const times = Array.from({ length: rounds + 1 }, () => [measure(bare), measure(preloaded)]).slice(1);
  return [times.map(([theirs]) => theirs), times.map(([, ours]) => ours)];
}

function run({ args, env }, more) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, ...more], {
    encoding: 'utf8',
    env,
  });
  if (status !== 0) throw new Error(`node ended with ${status}: ${stderr}`);
  return stdout;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
