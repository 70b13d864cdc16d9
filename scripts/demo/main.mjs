/**
 * The demonstration: every notebook of `examples/`, as it is, run twice by plain Jupyter and run and replayed by Reprise
 * under `close` and `full`. Exit code 0 only when each turned out as it should; 130 after Ctrl-C.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../lib/checkout.mjs';
import { Failure, runScript, say, step } from '../lib/steps.mjs';
import { Interrupted } from './processes.mjs';
import { painter, table, wrap } from './table.mjs';
import { recordedReason, runPlainTwice, verify } from './trials.mjs';

const CANNOT_REPEAT = 'time-feature.ipynb';
/** Notebooks for TensorFlow, which the environment of the demonstration lacks: `npm test -- frameworks` runs them. */
const WITH_TENSORFLOW = ['set-seed-is-not-enough.ipynb', 'unseeded-dropout.ipynb'];
/** It takes an environment of npm's packages, in which `npm test -- javascript` runs it. */
const IN_JAVASCRIPT = ['tfjs-digits.ipynb'];
const POLICIES = ['close', 'full'];
const WORDS = {
  identical: 'Same',
  canonical: 'Same apart from',
  'within-tolerance': 'Close',
  different: 'Different',
  unverifiable: 'Cannot tell',
};

await runScript(async () => {
  const python = process.env.REPRISE_TEST_PYTHON;
  if (!python) throw new Failure('Start it with: npm run demo');
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort());
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-demo-'));
  try {
    const rows = await demonstrate({ python, folder, signal: interruption.signal });
    show(rows);
    process.exitCode = rows.every(({ expected }) => expected) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    process.exitCode = 130;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (interruption.signal.aborted) say('Stopped; nothing was left behind.');
});

/** @returns {Promise<import('./table.mjs').Row[]>} */
async function demonstrate({ python, folder, signal }) {
  const copy = (name) => {
    const copied = path.join(folder, name);
    cpSync(path.join(root, 'examples'), copied, {
      recursive: true,
      filter: (file) => !file.endsWith('.reprise'),
    });
    return copied;
  };
  const plainFolders = ['plain-1', 'plain-2'].map(copy);
  const repriseFolder = copy('reprise');
  const notebooks = readdirSync(repriseFolder).filter(
    (name) => name.endsWith('.ipynb') && ![...WITH_TENSORFLOW, ...IN_JAVASCRIPT].includes(name),
  );
  const inOrder = [...notebooks.filter((name) => name !== CANNOT_REPEAT), CANNOT_REPEAT];
  const rows = [];
  for (const notebook of inOrder) {
    const plain = await step(`${notebook}: plain Jupyter, twice`, () =>
      runPlainTwice(notebook, { python, signal, folders: plainFolders }),
    );
    const judged = [];
    for (const policy of POLICIES) {
      const title = `${notebook}: Reprise, recorded and replayed under ${policy}`;
      judged.push(
        await step(title, () => verify(notebook, policy, { python, signal, folder: repriseFolder })),
      );
    }
    const sources = sourcesOf(path.join(repriseFolder, notebook));
    rows.push(plainRow(notebook, plain, sources, { folder: repriseFolder, run: judged[0].original }));
    rows.push(...judged.map((judgement, i) => repriseRow(notebook, POLICIES[i], judgement, sources)));
  }
  return rows;
}

/** Plain Jupyter keeps no record, so where its first difference came from is taken from Reprise's record of that cell. */
function plainRow(notebook, judgement, sources, { folder, run }) {
  const first = judgement.firstDivergence;
  const recorded = first === null ? undefined : recordedReason(folder, run, first.index);
  const cause = recorded ?? judgement.causes[0]?.summary ?? '';
  return row(notebook, 'plain Jupyter, twice', judgement, sources, cause, judgement.verdict === 'different');
}

function repriseRow(notebook, policy, judgement, sources) {
  const time = judgement.causes.find(({ kind }) => kind === 'time');
  const expected =
    notebook === CANNOT_REPEAT
      ? judgement.verdict === 'different' && time !== undefined
      : ['identical', 'canonical'].includes(judgement.verdict);
  const summary = (time ?? judgement.causes[0])?.summary ?? '';
  return row(notebook, `Reprise, ${policy}`, judgement, sources, summary, expected);
}

function row(notebook, way, judgement, sources, cause, expected) {
  const { verdict, firstDivergence, masks } = judgement;
  const first = firstDivergence && { index: firstDivergence.index, source: sources[firstDivergence.index] };
  const from = first === null ? '' : ` from cell ${first.index}`;
  const apart = masks.length > 0 ? masks.join(', ') : 'what no policy reaches';
  const words = verdict === 'canonical' ? `${WORDS[verdict]} ${apart}` : WORDS[verdict] + from;
  return { notebook: notebook.replace(/\.ipynb$/, ''), way, verdict, words, first, cause, expected };
}

/** The first line of each cell that says something, by index. */
function sourcesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).cells.map(({ source }) => {
    const lines = [source].flat().join('').split('\n');
    return lines.find((line) => line.trim() && !line.startsWith('#')) ?? '';
  });
}

function show(rows) {
  const inColour = process.env.FORCE_COLOR ? true : process.stdout.isTTY && !process.env.NO_COLOR;
  const width = Math.min(process.stdout.columns ?? 110, 120);
  const paint = painter(inColour);
  const text = [
    ...table(rows, { width, paint }),
    '',
    ...conclusion(rows, paint).flatMap((each) => wrap(each, width)),
  ];
  console.log(`\n${text.join('\n')}`);
}

function conclusion(rows, paint) {
  const wrong = rows.filter(({ expected }) => !expected);
  if (wrong.length > 0) {
    return wrong.map(({ notebook, way, words }) =>
      paint('yellow', `Not as it should be: ${notebook} with ${way}: ${words}.`),
    );
  }
  const notebooks = [...new Set(rows.map(({ notebook }) => notebook))];
  const repeated = notebooks.filter((notebook) => `${notebook}.ipynb` !== CANNOT_REPEAT);
  return [
    `Run twice by plain Jupyter, ${notebooks.length} of ${notebooks.length} notebooks gave different results. ` +
      `Run and replayed by Reprise, with nothing changed in them, ${repeated.length} gave the same results under both ` +
      `policies; ${path.parse(CANNOT_REPEAT).name} cannot, and Reprise says in which cell and why.`,
  ];
}
