import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { relativePath } from '../notebook/root';
import { parseNotebook } from '../notebook/model';
import { readFileSync } from 'node:fs';
import { cellDigest } from '../notebook/digest';
import { Failure } from '../notebook/failure';
import { readRecord } from '../lineage/read';
import type { Store } from '../lineage/store';
import { readOutside } from '../replay/execution/isolated';
import { parseDuration } from '../replay/execution/stopping';
import { newestRunOf, replayAndJudge } from '../replay/verify';
import {
  auditOption,
  portableOption,
  contextOf,
  type ExecuteFlags,
  executeOptions,
  runOptionsOf,
  storeHere,
  storeOf,
  terminalOf,
} from './shared';
import { type ReportFlags, reportOption, writeReport } from './report';
import { targetOf } from './cluster/target';
import type { Terminal } from './terminal';
import { tellJudgement, exitOfJudgement } from './verdict';

type Flags = ExecuteFlags &
  ReportFlags & {
    order?: 'document' | 'executed';
    overwrite?: boolean;
    isolated?: boolean;
    stopAtFirstDivergence?: boolean;
    budget?: number;
  };

export function replayCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  reportOption(executeOptions(program.command('replay <run-or-notebook>')))
    .description('execute the sources kept with a run again, and judge')
    .addHelpText('before', 'Example: reprise replay study/train.ipynb\n')
    .addOption(
      new Option('--order <order>', 'of a live session: top to bottom, or as it was executed').choices([
        'document',
        'executed',
      ]),
    )
    .option('--overwrite', 'let the replay write over the files of the run, however large')
    .option('--isolated', 'in a folder of its own, with nothing but the recorded inputs')
    .option(
      '--stop-at-first-divergence',
      'end at the first cell whose outputs differ (on a cluster the default)',
    )
    .option('--no-stop-at-first-divergence', 'run to the end, whatever differs')
    .addOption(new Option('--budget <time>', 'end after this time, such as 20m').argParser(budget))
    .option('--strict', 'raise where an operation has no deterministic form')
    .addOption(auditOption())
    .addOption(portableOption())
    .action(async (what: string, flags: Flags) => done(await replay(what, flags, signal)));
}

async function replay(what: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const { store, run } = findRun(what, terminal);
  terminal.tell(
    `${terminal.bold(`Replaying ${run}`)}  ${terminal.dim(readRecord(store.recordPath(run)).header.notebook)}`,
  );
  const record = readRecord(store.recordPath(run));
  const target = await targetOf(flags, join(store.root, record.header.notebook), 'replay', terminal, {
    original: record,
  });
  if (flags.isolated) tellOutside(terminal, readOutside(readRecord(store.recordPath(run))));
  const options = {
    ...runOptionsOf(flags),
    order: flags.order,
    overwrite: flags.overwrite,
    isolated: flags.isolated,
    stop: { atFirstDivergence: flags.stopAtFirstDivergence ?? target !== undefined, budgetMs: flags.budget },
  };
  const context = {
    ...contextOf(terminal, signal, { target, detach: flags.detach }),
    onStep: (step: string) => terminal.tell(terminal.dim(`  ${step}`)),
  };
  const judgement = await replayAndJudge(store, run, options, 1, context);
  tellJudgement(terminal, store, judgement);
  writeReport(terminal, flags, store, judgement);
  terminal.document(judgement);
  return exitOfJudgement(store, judgement, flags.allowErrors ?? false);
}

function tellOutside(terminal: Terminal, paths: string[]): void {
  if (paths.length > 0) terminal.tell(`Read from outside the root, where they are: ${paths.join(', ')}`);
}

function budget(text: string): number {
  const duration = parseDuration(text);
  if (!duration) throw new InvalidArgumentError('It is a time such as 90s, 20m or 1h.');
  return duration;
}

/** A run id in the current root, or a notebook's newest finished run. */
export function findRun(what: string, terminal: Terminal): { store: Store; run: string } {
  const isNotebook = what.endsWith('.ipynb') || existsSync(what);
  if (!isNotebook) {
    const store = storeHere(terminal);
    if (store.hasRun(what)) return { store, run: what };
    throw new Failure(
      'usage',
      'no-run',
      `There is no run ${what} here, and no notebook of that name. See: reprise runs`,
    );
  }
  const path = resolve(what);
  if (!existsSync(path)) throw new Failure('usage', 'no-notebook', `There is no notebook at ${what}.`);
  const store = storeOf(path, terminal);
  const run = newestRunOf(store, relativePath(store.root, path));
  if (changedSince(store, run, path)) {
    terminal.tell(
      terminal.yellow('The notebook changed since that run; the sources kept with the run are replayed.'),
    );
  }
  return { store, run };
}

function changedSince(store: Store, run: string, notebook: string): boolean {
  const before = readRecord(store.recordPath(run)).header.cells.filter(
    (cell) => cell.type === 'code' && cell.id !== 'injected-parameters',
  );
  const now = parseNotebook(readFileSync(notebook, 'utf8')).cells.filter((cell) => cell.type === 'code');
  return before.length !== now.length || before.some((cell, i) => cell.source !== cellDigest(now[i]!.source));
}
