/** The three ways in which the demonstration runs a notebook, each ending in a judgement of `reprise`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/checkout.mjs';
import { Failure } from '../lib/steps.mjs';
import { run } from './processes.mjs';

const REPRISE = path.join(root, 'bin', 'reprise');
const PLAIN = path.join(root, 'scripts', 'demo', 'plain.py');
const KEPT_LINES = 20;

/**
 * Runs a notebook with nbclient in two processes at once, each in a folder of its own, and compares the results.
 * @param {{ python: string, signal: AbortSignal, folders: string[] }} setting `folders`: two copies of the examples.
 */
export async function runPlainTwice(notebook, { python, signal, folders }) {
  const executed = folders.map((folder) =>
    path.join(folder, notebook.replace(/\.ipynb$/, '.executed.ipynb')),
  );
  // A kernel of the environment's own, and none of the user's start-up files.
  const env = (folder) => ({ IPYTHONDIR: path.join(folder, '.ipython'), JUPYTER_PREFER_ENV_PATH: '1' });
  const ends = await Promise.all(
    folders.map((folder, i) =>
      run(python, [PLAIN, path.join(folder, notebook), executed[i]], {
        cwd: folder,
        env: env(folder),
        signal,
      }),
    ),
  );
  for (const end of ends) if (end.code !== 0) throw failed(`Running ${notebook} with plain Jupyter`, end);
  return judgementOf(['compare', ...executed], `Comparing the two runs of ${notebook}`, folders[0], signal);
}

/** Runs a notebook under a policy, replays it from its record, and judges. */
export function verify(notebook, policy, { python, signal, folder }) {
  const args = ['verify', notebook, '--policy', policy, '--python', python];
  return judgementOf(args, `Verifying ${notebook} under ${policy}`, folder, signal);
}

async function judgementOf(args, what, cwd, signal) {
  const end = await run(REPRISE, [...args, '--format', 'json'], { cwd, signal });
  const document = parse(end.stdout);
  if (document?.schema !== 'reprise/verdict/1') throw failed(what, end);
  return document;
}

/**
 * Why a cell cannot repeat unaided, in a sentence made from the record that Reprise keeps of it; undefined when the
 * record names neither a draw without a seed nor a clock.
 */
export function recordedReason(folder, run, index) {
  const file = path.join(folder, '.reprise', 'runs', run, 'record.jsonl');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map(parse);
  const cell = lines.find((line) => line?.type === 'cell' && line.index === index);
  const drawn = (cell?.entropy ?? []).filter(({ reach }) => reach !== 'seeded');
  if (drawn.length > 0) return `without a seed: ${places(drawn.map(({ source, at }) => [source, at]))}`;
  const clocks = cell?.clock ?? [];
  if (clocks.length > 0) return `reads the clock: ${places(clocks.map(({ call, at }) => [call, at]))}`;
  return undefined;
}

function places(uses) {
  return [
    ...new Set(uses.map(([name, at]) => `\`${name}\`${at === undefined ? '' : ` on line ${at.line}`}`)),
  ].join(', ');
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(what, { code, stderr }) {
  const tail = stderr.trimEnd().split('\n').slice(-KEPT_LINES).join('\n');
  return new Failure(`${what} failed (exit code ${code}).\n${tail}`);
}
