import { InvalidArgumentError, Option, type Command } from 'commander';
import { readRecord } from '../lineage/read';
import type { LedgerBatch } from '../lineage/record';
import { type Batches, batchesOfStep, listBatches, type StepBatches, stepWords } from '../replay/batches';
import { keptLedger } from '../replay/ledger';
import { EXIT } from './exit';
import { findRun } from './replay';
import { count, type OutputFlags, outputOptions, terminalOf } from './shared';
import type { Terminal } from './terminal';

type Flags = OutputFlags & { step?: number; cell?: number };

export function batchCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('batch <run-or-notebook>'))
    .description('the batches that cells trained on, and the rows of a step')
    .addHelpText('before', 'Example: reprise batch study/train.ipynb --step 128\n')
    .addOption(new Option('--step <n>', 'the batches that this step went by, from 1').argParser(count))
    .addOption(new Option('--cell <n>', 'of this cell, counted from 0').argParser(cellNumber))
    .action((what: string, flags: Flags) => {
      const terminal = terminalOf(flags);
      const { store, run } = findRun(what, terminal);
      const record = readRecord(store.recordPath(run));
      if (flags.step === undefined) {
        const batches = listBatches(record, flags.cell);
        terminal.document(batches);
        tellList(terminal, batches);
      } else {
        const found = batchesOfStep(record, flags.step, flags.cell, (cell) => keptLedger(store, cell));
        terminal.document(found);
        tellStep(terminal, found);
      }
      done(EXIT.good);
    });
}

function cellNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0 on.');
  return Number(text);
}

function tellList(terminal: Terminal, { cells }: Batches): void {
  for (const { index, taken, steps, streams } of cells) {
    const trained = taken > 0 ? `${taken} optimizer ${taken === 1 ? 'step' : 'steps'}` : 'no optimizer step';
    terminal.say(`${terminal.bold(`cell ${index}`)}  ${trained}`);
    for (const { source, at, batches, passes, sampledFrom, partial } of streams) {
      const notes = [
        `${batches} ${batches === 1 ? 'batch' : 'batches'}`,
        `${passes} ${passes === 1 ? 'full pass' : 'full passes'}`,
        ...(sampledFrom === undefined ? [] : [`from batch ${sampledFrom} on only some are kept`]),
        ...(partial ? ['parts of them could not be read'] : []),
      ];
      terminal.say(`  ${source}${placeOf(at)}: ${notes.join(', ')}`);
    }
    for (const step of steps) terminal.say(terminal.dim(`  ${stepWords(step)}`));
  }
}

function tellStep(terminal: Terminal, { cell, step, noted, streams }: StepBatches): void {
  terminal.say(`${terminal.bold(`cell ${cell.index}`)}  step ${step}`);
  if (noted !== undefined) terminal.say(terminal.dim(`  ${stepWords(noted)}`));
  for (const { source, at, batches } of streams)
    for (const batch of batches) {
      const size = batch.size === undefined ? '' : `, ${batch.size} rows`;
      terminal.say(
        `  ${source}${placeOf(at)}: batch ${batch.n}${size}  ${terminal.dim(batch.digest ?? 'no digest')}`,
      );
      for (const line of rowLines(batch)) terminal.say(`    ${line}`);
    }
  if (streams.every(({ batches }) => batches.every(({ rows }) => rows === undefined)))
    terminal.say(terminal.dim('Which samples these are was not recorded. Run again with --record-indices.'));
}

function rowLines({ rows }: Pick<LedgerBatch, 'rows'>): string[] {
  if (rows === undefined) return [];
  if (typeof rows === 'number') return [`sample ${rows}`];
  if (Array.isArray(rows)) return [`samples ${rows.join(' ')}`];
  return [`train ${rows.train.join(' ')}`, `test ${rows.test.join(' ')}`];
}

function placeOf(at: { cell: number; line: number } | undefined): string {
  return at === undefined ? '' : `, line ${at.line}`;
}
