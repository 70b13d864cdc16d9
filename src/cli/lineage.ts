import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { lineageAcross, lineageOfFile, lineageWithin } from '../lineage/across';
import { lineageOfRun } from '../lineage/document';
import { chains, contextLine, dot, mermaid } from '../lineage/draw';
import { type Direction, find } from '../lineage/focus';
import type { CellNode, LineageDocument, LineageNode } from '../lineage/graph';
import { damagedRuns, headsOf } from '../lineage/heads';
import type { Touch } from '../lineage/index/lineages';
import { StoreLineages } from '../lineage/index/open';
import { openLineagePage } from '../lineage/lineagepage';
import { digestFile, isRunId, Store } from '../lineage/store';
import { Failure } from '../notebook/failure';
import { findRoot, relativePath } from '../notebook/root';
import { settingsFor } from '../replay/execution/plan';
import { EXIT } from './exit';
import { progressOption, storeHere } from './shared';
import { harmless, Terminal } from './terminal';

/** As many executions as somebody looks through. */
const MOST_TOUCHES = 20;

type Flags = {
  variable?: string;
  cell?: number;
  file?: string;
  upstream?: boolean;
  downstream?: boolean;
  across?: boolean;
  format: 'text' | 'json' | 'mermaid' | 'dot';
  open?: boolean;
  out?: string;
  color?: boolean;
};

export function lineageCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  program
    .command('lineage <what>')
    .description(
      'what a variable, a cell or a file came from, and what depends on it; <what> is a notebook, a run, a file or a sha256',
    )
    .addHelpText('before', 'Example: reprise lineage study/train.ipynb --variable accuracy\n')
    .option('--variable <name>', 'what it holds at the end of the run')
    .addOption(new Option('--cell <index>', 'position among all cells, from 0').argParser(position))
    .option('--file <path>', 'relative to the root')
    .addOption(new Option('--upstream', 'what it came from (the default)').conflicts('downstream'))
    .option('--downstream', 'what depends on it')
    .option('--across', 'through files into other runs too, as it is for a file or a digest')
    .addOption(
      new Option('--format <format>', 'text for people, one JSON document, or text for a drawing tool')
        .choices(['text', 'json', 'mermaid', 'dot'])
        .default('text'),
    )
    .option('--out <file>', 'write the graph as one HTML file, which holds all that it shows')
    .option('--open', 'show that file in the browser')
    .addOption(progressOption())
    .option('--no-color', 'no colour')
    .action((what: string, flags: Flags) => done(lineage(what, flags)));
}

function lineage(what: string, flags: Flags): number {
  const terminal = new Terminal(flags.format === 'text' ? 'text' : 'json', 'none', flags);
  const { store, run } = placeOf(what, terminal);
  const lineages = new StoreLineages(store);
  try {
    const shown =
      run === undefined ? ofFile(store, lineages, what, flags) : ofRun(lineages, { store, run }, flags);
    show(terminal, shown, flags);
    if (run === undefined || flags.across) tellDamaged(terminal, store);
    return EXIT.good;
  } finally {
    lineages.close();
  }
}

function tellDamaged(terminal: Terminal, store: Store): void {
  for (const run of damagedRuns(store))
    terminal.warn(
      `Run ${run} is not looked at: its record cannot be read (.reprise/runs/${run}/record.jsonl).`,
    );
}

/** Without a run it is a file, or a digest of one. @throws Failure `no-run` */
function placeOf(what: string, terminal: Terminal): { store: Store; run?: string } {
  const here = storeHere(terminal);
  if (here.hasRun(what)) return { store: here, run: what };
  if (isRunId(what) || what.endsWith('.ipynb')) return newest(what);
  const own = new Store(findRoot(what));
  // A file that lies beneath no root is one that the runs of this folder's may have read.
  return { store: !isDigest(what) && existsSync(own.folder) ? own : here };
}

function isDigest(what: string): boolean {
  return /^[0-9a-f]{64}$/.test(what);
}

/** `from`: what was asked for; `touches`: of a file. */
type Shown = { document: LineageDocument; from: readonly LineageNode[]; touches?: Touch[] };

function ofRun(lineages: StoreLineages, { store, run }: { store: Store; run: string }, flags: Flags): Shown {
  const { variable, cell, file, across } = flags;
  const direction = directionOf(flags);
  if (variable === undefined && cell === undefined && file === undefined) {
    const whole = lineageOfRun(store, run);
    const from = lastCells(whole);
    if (!across) return { document: whole, from };
    return {
      document: lineageAcross(lineages, { run, from: { seqs: from.map(({ seq }) => seq) } }, direction),
      from,
    };
  }
  const wanted = {
    ...(variable === undefined ? {} : { variable }),
    ...(cell === undefined ? {} : { cell }),
    ...(file === undefined ? {} : { file }),
  };
  const within = lineageWithin(lineages, { run, from: wanted }, direction);
  const from = find(within, wanted);
  if (from.length === 0) throw nothing(flags);
  const document = across ? lineageAcross(lineages, { run, from: wanted }, direction) : within;
  return { document, from };
}

/** @throws Failure `not-recorded`, `which-lineage` */
function ofFile(store: Store, lineages: StoreLineages, what: string, flags: Flags): Shown {
  if (flags.variable !== undefined || flags.cell !== undefined || flags.file !== undefined) {
    throw new Failure(
      'usage',
      'which-lineage',
      '--variable, --cell and --file are of a notebook or a run. A file or a digest is looked for in all runs.',
    );
  }
  const touches = touchesOf(store, lineages, what);
  const newestTouch = touches.at(-1);
  if (newestTouch === undefined)
    throw new Failure('usage', 'not-recorded', `No recorded run read or wrote ${what}.`);
  const document = lineageOfFile(lineages, touches, directionOf(flags));
  const from = document.nodes.filter((node) => node.kind === 'file' && node.sha256 === newestTouch.sha256);
  return { document, from, touches };
}

/** Of the file as it is now, else of its newest version that a run knew. */
function touchesOf(store: Store, lineages: StoreLineages, what: string): Touch[] {
  if (isDigest(what)) return lineages.touches({ sha256: [what] });
  const file = resolve(what);
  const path = relativePath(store.root, file);
  const present = statSync(file, { throwIfNoEntry: false })?.isFile() ? digestFile(file) : undefined;
  const now = present === undefined ? [] : lineages.touches({ sha256: [present] });
  const here = now.filter((touch) => touch.path === path);
  if (here.length > 0) return here;
  const ever = lineages.touches({ path });
  return ever.filter(({ sha256 }) => sha256 === ever.at(-1)!.sha256);
}

function show(terminal: Terminal, { document, from, touches }: Shown, flags: Flags): void {
  // Before anything is told: a page that cannot be written is the only news then.
  if (flags.open || flags.out !== undefined) writePage(terminal, document, flags);
  if (flags.format === 'json')
    terminal.document({ ...document, ...(touches === undefined ? {} : { touches }) });
  else if (flags.format === 'mermaid') process.stdout.write(`${harmless(mermaid(document))}\n`);
  else if (flags.format === 'dot') process.stdout.write(`${harmless(dot(document))}\n`);
  else if (!flags.open && flags.out === undefined) {
    if (touches === undefined) terminal.line(terminal.bold(headingOf(document)));
    else tellTouches(terminal, touches);
    tell(terminal, document, from, directionOf(flags));
  }
}

function directionOf({ downstream }: Flags): Direction {
  return downstream ? 'downstream' : 'upstream';
}

function headingOf({ notebook, notebooks, runs }: LineageDocument): string {
  if (notebooks === undefined) return `${notebook}, run ${runs.join(', ')}`;
  return runs.map((run) => `${notebooks[run] ?? '?'}, run ${run}`).join('; ');
}

/** The newest first. */
function tellTouches(terminal: Terminal, touches: readonly Touch[]): void {
  const { path, sha256 } = touches.at(-1)!;
  const runs = (mode: Touch['mode']): string => {
    const { size } = new Set(touches.filter((touch) => touch.mode === mode).map(({ run }) => run));
    return `${size} ${size === 1 ? 'run' : 'runs'}`;
  };
  terminal.line(
    terminal.bold(`${path} ${sha256.slice(0, 12)}…: written by ${runs('write')}, read by ${runs('read')}`),
  );
  for (const { run, mode, notebook, cell, isReplay } of touches.slice(-MOST_TOUCHES).reverse()) {
    const who = `${notebook} cell ${cell.index}${isReplay ? ' (replay)' : ''}`;
    terminal.line(`${run}  ${mode === 'write' ? 'wrote' : 'read '}  ${who}`);
  }
  if (touches.length > MOST_TOUCHES)
    terminal.line(terminal.dim(`and ${touches.length - MOST_TOUCHES} before them (--format json has all)`));
}

function tell(
  terminal: Terminal,
  document: LineageDocument,
  from: readonly LineageNode[],
  direction: Direction,
): void {
  for (const line of chains(document, from, direction)) terminal.line(line);
  const context = contextLine(document);
  if (context !== '') terminal.line(terminal.dim(context));
  const { runsLeftOut = 0 } = document;
  if (runsLeftOut > 0)
    terminal.line(terminal.dim(`Not drawn: ${runsLeftOut} older ${runsLeftOut === 1 ? 'run' : 'runs'}.`));
  terminal.line(terminal.dim(`Not observed: ${document.notObserved.join('; ')}.`));
}

/** @throws Failure `no-page` where the file cannot be written */
function writePage(terminal: Terminal, document: LineageDocument, { open = false, out }: Flags): void {
  try {
    const file = openLineagePage(document, { dist: __dirname, open, ...(out === undefined ? {} : { out }) });
    const said = `Lineage: ${file}`;
    if (terminal.format === 'text') terminal.line(said);
    else terminal.warn(said);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const where = out ?? 'the temporary folder';
    throw new Failure('usage', 'no-page', `The graph could not be written to ${where} (${why}).`);
  }
}

/** Live kernels count as well as runs; replays do not. */
function newest(notebook: string): { store: Store; run: string } {
  const { root, notebook: name } = settingsFor(resolve(notebook), {});
  const store = new Store(root);
  const found = headsOf(store).find(
    ({ header }) => header?.notebook === name && header.replayOf === undefined,
  );
  if (found !== undefined) return { store, run: found.run };
  throw new Failure('usage', 'no-run', `Nothing of ${name} is recorded yet. Run it: reprise run ${notebook}`);
}

function lastCells({ nodes }: LineageDocument): CellNode[] {
  const last = new Map(
    nodes.flatMap((node) => (node.kind === 'cell' ? [[node.cell.id, node] as const] : [])),
  );
  return [...last.values()].sort((a, b) => a.cell.index - b.cell.index);
}

function nothing({ variable, cell, file }: Flags): Failure {
  const what =
    variable !== undefined ? `variable "${variable}"` : cell !== undefined ? `cell ${cell}` : `file ${file}`;
  return new Failure('usage', 'not-recorded', `The record has no ${what}.`);
}

function position(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('It is a whole number from 0 on.');
  return value;
}
