import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../notebook/failure';
import { replaceFile } from '../notebook/replaceFile';
import { type Parameters, parseParameter, planRun } from '../replay/execution/plan';
import type { Finished } from '../replay/execution/context';
import { runNotebook } from '../replay/execution/run';
import { runDocument } from '../replay/rundocument';
import { endSentence } from '../replay/words';
import { exitOfRun } from './exit';
import {
  contextOf,
  type ExecuteFlags,
  enforceOptions,
  executeOptions,
  runOptionsOf,
  tellPlan,
  terminalOf,
} from './shared';
import { snapshotOption } from './snapshot';
import { targetOf } from './cluster/target';
import type { Terminal } from './terminal';

type Flags = ExecuteFlags & { p?: string[]; out?: string; inPlace?: boolean };

export function runCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  enforceOptions(executeOptions(program.command('run <notebook>')))
    .description('execute a notebook top to bottom and record it')
    .addHelpText('before', 'Example: reprise run study/train.ipynb -p epochs=3 --timeout 600\n')
    .option('-p <name=value>', 'a parameter for the cell tagged "parameters" (again for more)', collect)
    .addOption(snapshotOption())
    .option('--out <file>', 'also write the executed copy there')
    .option('--in-place', 'write the outputs into the notebook itself')
    .action(async (notebook: string, flags: Flags) => done(await run(notebook, flags, signal)));
}

async function run(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const options = {
    ...runOptionsOf(flags),
    snapshot: flags.snapshot,
    parameters: flags.p && parametersOf(flags.p),
  };
  const plan = planRun(notebook, options);
  const target = await targetOf(flags, notebook, 'run', terminal);
  tellPlan(terminal, plan);
  const finished = await runNotebook(
    notebook,
    options,
    contextOf(terminal, signal, { target, detach: flags.detach }),
  );
  const document = runDocument(finished.store, finished.run, finished.record);
  const executed = join(finished.store.root, document.executed);
  if (flags.out) writeOut(executed, flags.out, finished.run);
  if (flags.inPlace) writeInPlace(finished, executed, resolve(notebook));
  terminal.document(document);
  tellEnd(terminal, finished);
  return exitOfRun(finished.status);
}

/** The last lines of every run: what came of it, and where it is. */
export function tellEnd(terminal: Terminal, finished: Finished): void {
  const { record, status, run } = finished;
  const paint = { ok: terminal.green, error: terminal.red, cancelled: terminal.yellow, died: terminal.red };
  terminal.tell(paint[status](endSentence(record, status)));
  if (finished.notebookChanged) {
    terminal.tell(
      'The notebook was changed or deleted on disk while it ran; the record holds the sources that ran.',
    );
  }
  terminal.tell(terminal.dim(`Recorded as ${run}. Have it again: reprise replay ${run}`));
}

function parametersOf(given: string[]): Parameters {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      const name = text.slice(0, at);
      if (at < 1 || !/^[^\W\d]\w*$/u.test(name)) {
        throw new Failure('usage', 'bad-parameter', `-p ${text}: a parameter is written name=value.`);
      }
      return [name, parseParameter(text.slice(at + 1))];
    }),
  );
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** @throws Failure `bad-out`: the run is whole all the same */
function writeOut(executed: string, out: string, run: string): void {
  try {
    copyFileSync(executed, resolve(out));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Failure(
      'usage',
      'bad-out',
      `The executed copy cannot be written to ${out} (${why}). It is kept with run ${run}.`,
    );
  }
}

/** @throws Failure `notebook-changed`: outputs of one version are never written into another */
function writeInPlace(finished: Finished, executed: string, notebook: string): void {
  if (finished.notebookChanged) {
    throw new Failure(
      'usage',
      'notebook-changed',
      `The notebook changed while it ran, so --in-place wrote nothing. The executed copy is kept with run ${finished.run}.`,
    );
  }
  replaceFile(notebook, readFileSync(executed));
}
