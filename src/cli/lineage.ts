import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { lineageOfRun } from '../lineage/document';
import { chains, contextLine, dot, mermaid } from '../lineage/draw';
import { type Direction, find, focus } from '../lineage/focus';
import type { LineageDocument, LineageNode } from '../lineage/graph';
import { openLineagePage } from '../lineage/lineagepage';
import { readEnds } from '../lineage/read';
import { Store } from '../lineage/store';
import { Failure } from '../notebook/failure';
import { settingsFor } from '../replay/plan';
import { EXIT } from './exit';
import { storeHere } from './shared';
import { Terminal } from './terminal';

type Flags = {
  variable?: string;
  cell?: number;
  file?: string;
  upstream?: boolean;
  downstream?: boolean;
  format: 'text' | 'json' | 'mermaid' | 'dot';
  open?: boolean;
  out?: string;
  color?: boolean;
};

export function lineageCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  program
    .command('lineage <notebook-or-run>')
    .description('what a variable, a cell or a file came from, and what depends on it')
    .addHelpText('before', 'Example: reprise lineage study/train.ipynb --variable accuracy\n')
    .option('--variable <name>', 'what it holds at the end of the run')
    .addOption(new Option('--cell <index>', 'position among all cells, from 0').argParser(position))
    .option('--file <path>', 'relative to the root')
    .addOption(new Option('--upstream', 'what it came from (the default)').conflicts('downstream'))
    .option('--downstream', 'what depends on it')
    .addOption(
      new Option('--format <format>', 'text for people, one JSON document, or text for a drawing tool')
        .choices(['text', 'json', 'mermaid', 'dot'])
        .default('text'),
    )
    .option('--out <file>', 'write the graph as one HTML file, which holds all that it shows')
    .option('--open', 'show that file in the browser')
    .option('--no-color', 'no colour')
    .action((what: string, flags: Flags) => done(lineage(what, flags)));
}

function lineage(what: string, flags: Flags): number {
  const terminal = new Terminal(flags.format === 'text' ? 'text' : 'json', 'none', flags);
  const whole = documentOf(what, terminal);
  const { variable, cell, file } = flags;
  const isFocused = variable !== undefined || cell !== undefined || file !== undefined;
  const found = find(whole, {
    ...(variable === undefined ? {} : { variable }),
    ...(cell === undefined ? {} : { cell }),
    ...(file === undefined ? {} : { file }),
  });
  if (isFocused && found.length === 0) throw nothing(flags);
  const direction: Direction = flags.downstream ? 'downstream' : 'upstream';
  const document = isFocused ? focus(whole, found, direction) : whole;
  if (flags.format === 'json') terminal.document(document);
  else if (flags.format === 'mermaid') process.stdout.write(`${mermaid(document)}\n`);
  else if (flags.format === 'dot') process.stdout.write(`${dot(document)}\n`);
  else if (!flags.open && flags.out === undefined)
    tell(terminal, document, isFocused ? found : lastCells(whole), direction);
  if (flags.open || flags.out !== undefined) writePage(terminal, document, flags);
  return EXIT.good;
}

function tell(
  terminal: Terminal,
  document: LineageDocument,
  from: readonly LineageNode[],
  direction: Direction,
): void {
  terminal.say(terminal.bold(`${document.notebook}, run ${document.runs.join(', ')}`));
  for (const line of chains(document, from, direction)) terminal.say(line);
  const context = contextLine(document);
  if (context !== '') terminal.say(terminal.dim(context));
  terminal.say(terminal.dim(`Not observed: ${document.notObserved.join('; ')}.`));
}

/** @throws Failure `no-page` where the file cannot be written */
function writePage(terminal: Terminal, document: LineageDocument, { open = false, out }: Flags): void {
  try {
    const file = openLineagePage(document, { dist: __dirname, open, ...(out === undefined ? {} : { out }) });
    const said = `Lineage: ${file}`;
    if (terminal.format === 'text') terminal.say(said);
    else terminal.warn(said);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const where = out ?? 'the temporary folder';
    throw new Failure('usage', 'no-page', `The graph could not be written to ${where} (${why}).`);
  }
}

/** @throws Failure `no-run`; RecordError */
function documentOf(what: string, terminal: Terminal): LineageDocument {
  const here = storeHere(terminal);
  const { store, run } = here.hasRun(what) ? { store: here, run: what } : newest(what);
  return lineageOfRun(store, run);
}

/** Live kernels count as well as runs; replays do not. */
function newest(notebook: string): { store: Store; run: string } {
  const { root, notebook: name } = settingsFor(resolve(notebook), {});
  const store = new Store(root);
  const run = store.runIds().find((id) => {
    const { header } = readEnds(store.recordPath(id));
    return header?.notebook === name && header.replayOf === undefined;
  });
  if (run !== undefined) return { store, run };
  throw new Failure('usage', 'no-run', `Nothing of ${name} is recorded yet. Run it: reprise run ${notebook}`);
}

function lastCells({ nodes }: LineageDocument): LineageNode[] {
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
