/** `npm run bench -- pin`: environments of real size, built by `reprise restore` and by `uv pip sync` alone. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const reprise = path.join(root, 'bin', 'reprise');
const ROUNDS = 3;

const SIZES = {
  'scientific stack': 'ipykernel==7.4.0\nnumpy==2.4.6\nscipy==1.17.1\npandas==3.0.6\nscikit-learn==1.9.1\nmatplotlib\nseaborn\nstatsmodels\npolars\nnetworkx\njupyterlab\n',
  'TensorFlow': 'ipykernel==7.4.0\ntensorflow-cpu==2.21.0\n',
}; // prettier-ignore

/** @param python an interpreter of 3.11 @returns rows of the table */
export function pin(python) {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-bench-'));
  try {
    return Object.entries(SIZES).map(([name, requirements]) => {
      const study = path.join(folder, name.replace(/\W/g, '-'));
      mkdirSync(study);
      return restored(name, requirements, study, python);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wheels lie in the cache in all rounds: what is measured is building, not the network. */
function restored(name, requirements, study, python) {
  const cache = path.join(study, 'cache');
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const tools = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'reprise', 'tools');
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] };
  writeFileSync(path.join(study, 'study.ipynb'), JSON.stringify(notebook));
  writeFileSync(path.join(study, 'requirements.txt'), requirements);
  mkdirSync(path.join(cache, 'reprise'), { recursive: true });
  cpSync(tools, path.join(cache, 'reprise', 'tools'), { recursive: true });
  const run = (program, args) => timed(program, args, { cwd: study, env });
  const pinned = run(reprise, ['pin', 'study.ipynb', '--python', python, '--from', 'requirements.txt']);
  const first = run(reprise, ['restore', 'study.ipynb']);
  const lock = path.join(study, 'pylock.study.toml');
  const packages = readFileSync(lock, 'utf8').match(/^\[\[packages\]\]$/gm).length;
  const uv = path.join(
    cache,
    'reprise',
    'tools',
    newestUv(path.join(cache, 'reprise', 'tools')),
    'bin',
    'uv',
  );
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    rmSync(path.join(cache, 'reprise', 'envs'), { recursive: true });
    ours.push(run(reprise, ['restore', 'study.ipynb', '--offline']));
    const venv = path.join(study, 'venv');
    rmSync(venv, { recursive: true, force: true });
    const uvEnv = { ...env, UV_CACHE_DIR: path.join(cache, 'reprise', 'uv') };
    const args = ['pip', 'sync', '-q', '--offline', '--link-mode', 'copy', '--preview-features', 'pylock'];
    const made = timed(uv, ['venv', '-q', '--python', python, venv], { cwd: study, env: uvEnv });
    theirs.push(
      made +
        timed(uv, [...args, '--python', path.join(venv, 'bin', 'python'), lock], { cwd: study, env: uvEnv }),
    );
  }
  const again = run(reprise, ['restore', 'study.ipynb']);
  return {
    scenario: `restore of ${packages} packages (${name}); pinned in ${seconds(pinned)}, first restore with downloads ${seconds(first)}, there already ${seconds(again)}`,
    baseline: `${seconds(median(theirs))} uv pip sync`,
    ours: seconds(median(ours)),
    goal: '—',
  };
}

function newestUv(folder) {
  const names = readdirSync(folder).filter((name) => name.startsWith('uv-'));
  return names.sort(
    (a, b) => statSync(path.join(folder, b)).mtimeMs - statSync(path.join(folder, a)).mtimeMs,
  )[0];
}

function timed(program, args, options) {
  const begun = performance.now();
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}: ${stderr}`);
  return performance.now() - begun;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
