import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../notebook/failure';
import { findRoot, relativePath } from '../notebook/root';
import { Store } from '../lineage/store';
import { judge } from '../replay/compare/judge';
import { loadNotebookSide, loadRunSide, type Side } from '../replay/compare/side';
import { judging } from '../replay/verify';
import { type ReportFlags, reportOption, writeReport } from './report';
import { type OutputFlags, outputOptions, storeHere, terminalOf } from './shared';
import type { Terminal } from './terminal';
import { exitOfJudgement, tellJudgement } from './verdict';

type Flags = OutputFlags & ReportFlags & { allowErrors?: boolean };

export function compareCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  reportOption(outputOptions(program.command('compare <a> <b>')))
    .description('judge two records or executed notebooks')
    .addHelpText('before', 'Example: reprise compare 20261123-101500-a1b2c3 20261123-102000-d4e5f6\n')
    .option('--allow-errors', 'errors that repeat do not fail')
    .action((a: string, b: string, flags: Flags) => {
      const terminal = terminalOf(flags);
      const { store, judgement, sides } = compareTwo(a, b, terminal);
      tellJudgement(terminal, store, judgement, sides);
      writeReport(terminal, flags, store, judgement, sides);
      terminal.document(judgement);
      done(exitOfJudgement(store, judgement, flags.allowErrors ?? false, sides));
    });
}

export function compareTwo(a: string, b: string, terminal: Terminal) {
  const first = findSide(a, terminal);
  const { store } = first;
  const sides: [Found, Found] = [first, findSide(b, terminal, store.root)];
  return {
    store,
    sides: sides.map(({ side }) => side),
    judgement: judge(sides[0].side, [sides[1].side], judging(store, sides[0].side.notebook)),
  };
}

type Found = { store: Store; side: Side };

/** A run id, a run's folder, or an executed notebook, named from `root` or its own. */
function findSide(what: string, terminal: Terminal, root?: string): Found {
  const path = resolve(what);
  if (what.endsWith('.ipynb') && existsSync(path)) {
    const store = new Store(findRoot(path));
    return { store, side: loadNotebookSide(path, relativePath(root ?? store.root, path)) };
  }
  const run = what.replace(/\/$/, '').split('/').at(-1)!;
  const store = existsSync(path) ? new Store(resolve(path, '..', '..', '..')) : storeHere(terminal);
  if (store.hasRun(run)) return { store, side: loadRunSide(store, run) };
  throw new Failure(
    'usage',
    'no-run',
    `${what} is neither a run here nor an executed notebook. See: reprise runs`,
  );
}
