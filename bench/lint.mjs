/** `npm run bench -- lint`: whole runs of `reprise lint` and one keystroke of it in the editor, each beside ruff. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { notebook, sources } from './notebooks.mjs';

const root = path.resolve(import.meta.dirname, '..');
const RUFF = ['check', '--isolated', '--no-cache', '--exit-zero', '--quiet'];
const NOTEBOOKS = 50;
const CELLS = 24;
const ROUNDS = 9;
const OPEN = 100;
/** V8 compiles what it runs often during the first of them; they are told apart. */
const FIRST = 100;
const KEYSTROKES = 1000;

/** @param ruff path of the pinned ruff @returns {Promise<object[]>} rows of the table */
export async function lint(ruff) {
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-bench-'));
  try {
    return [wholeFolder(folder, ruff), await keystroke(folder, ruff)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From a cold start of the process to its end. */
function wholeFolder(folder, ruff) {
  const study = path.join(folder, 'study');
  mkdirSync(study);
  for (let i = 0; i < NOTEBOOKS; i++) {
    writeFileSync(path.join(study, `n${i}.ipynb`), notebook(sources(CELLS, i * CELLS)));
  }
  const times = { ruff: [], ours: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const pair = [
      timed(ruff, [...RUFF, study]),
      timed(path.join(root, 'bin', 'reprise'), ['lint', study], { status: 1 }),
    ];
    if (round === 0) continue; // it warms the file cache
    times.ruff.push(pair[0]);
    times.ours.push(pair[1]);
  }
  const ours = quantile(times.ours, 0.5);
  return {
    scenario: `\`reprise lint\`, ${NOTEBOOKS} notebooks with ${(NOTEBOOKS * CELLS).toLocaleString('en')} code cells, cold`,
    baseline: `${quantile(times.ruff, 0.5).toFixed(0)} ms ruff check`,
    ours: `${ours.toFixed(0)} ms`,
    goal: '< 1 s',
    met: ours < 1000,
  };
}

/** A character more in one cell of an open notebook, and all of it linted again, as the extension does. */
async function keystroke(folder, ruff) {
  const Linter = await linterOfTheEditor(folder);
  const linter = new Linter();
  const cells = sources(OPEN).map((source, index) => ({ index, id: `c${index}`, source }));
  const typed =
    '\nextra = np.random.rand(3) + random.random()  # and more\nfor row in set(names):\n    print(row)';
  linter.lint(cells, { policy: 'close' });
  const ours = [];
  for (let i = 0; i < KEYSTROKES; i++) {
    const cell = cells[(Math.floor(i / typed.length) * 7 + 3) % OPEN];
    cell.source += typed[i % typed.length];
    const begun = performance.now();
    linter.lint(cells, { policy: 'close' });
    ours.push(performance.now() - begun);
  }
  const input = notebook(cells.map(({ source }) => source));
  const stdin = [...RUFF, '--stdin-filename', 'open.ipynb', '-'];
  const theirs = Array.from({ length: 60 }, () => timed(ruff, stdin, { input }));
  const first = ours.splice(0, FIRST);
  const figures = (times) =>
    `${quantile(times, 0.5).toFixed(1)} ms, p95 ${quantile(times, 0.95).toFixed(1)} ms`;
  return {
    scenario: `one keystroke in a notebook of ${OPEN} code cells`,
    baseline: `${figures(theirs)} ruff check on stdin`,
    ours: `${figures(ours)}; the first ${FIRST}: ${figures(first)}`,
    goal: '≤ 5 ms',
    met: quantile(ours, 0.95) <= 5,
  };
}

async function linterOfTheEditor(folder) {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: 'src/lint/lint.ts',
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { entryFileNames: 'lint.mjs' } },
    },
    ssr: { noExternal: true },
  });
  return (await import(pathToFileURL(path.join(folder, 'lint.mjs')).href)).Linter;
}

function timed(command, args, { input, status = 0 } = {}) {
  const begun = performance.now();
  const ended = spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 2 ** 28 });
  const took = performance.now() - begun;
  if (ended.status !== status) throw new Error(`${command} ended with ${ended.status}: ${ended.stderr}`);
  return took;
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}
