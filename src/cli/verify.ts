import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { Failure } from '../notebook/failure';
import { findRoot } from '../notebook/root';
import type { Judgement } from '../replay/documents';
import { planRun } from '../replay/plan';
import { verifyNotebook } from '../replay/verify';
import { Store } from '../lineage/store';
import { EXIT, problemOf, worstExit } from './exit';
import {
  contextOf,
  count,
  type ExecuteFlags,
  executeOptions,
  runOptionsOf,
  tellPlan,
  terminalOf,
} from './shared';
import { exitOfJudgement, tellJudgement } from './verdict';

type Flags = ExecuteFlags & { times: number; against?: 'seal' | 'fresh' | 'outputs' };

export function verifyCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  executeOptions(program.command('verify <notebooks...>'))
    .description('run and replay notebooks, and say whether the results are the same')
    .addHelpText('before', 'Example: reprise verify study/train.ipynb --times 2\n')
    .addOption(new Option('--times <n>', 'how many replays').argParser(count).default(1))
    .addOption(
      new Option('--against <what>', 'a run made now, or the outputs saved in the notebook').choices([
        'seal',
        'fresh',
        'outputs',
      ]),
    )
    .option('--enforce-os-entropy', "replace what the notebook's own code takes from the operating system")
    .option('--strict', 'raise where an operation has no deterministic form')
    .action(async (notebooks: string[], flags: Flags) => done(await verify(notebooks, flags, signal)));
}

async function verify(notebooks: string[], flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const options = { ...runOptionsOf(flags), times: flags.times, against: againstOf(flags) };
  const judgements: Judgement[] = [];
  const codes: number[] = [];
  for (const notebook of notebooks) {
    try {
      tellPlan(terminal, planRun(notebook, options));
      const context = {
        ...contextOf(terminal, signal),
        onStep: (step: string) => terminal.tell(terminal.dim(`  ${step}`)),
      };
      const judgement = await verifyNotebook(notebook, options, context);
      const store = new Store(findRoot(resolve(notebook)));
      judgements.push(judgement);
      tellJudgement(terminal, store, judgement);
      codes.push(exitOfJudgement(store, judgement, flags.allowErrors ?? false));
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined || notebooks.length === 1 || signal.aborted) throw error;
      terminal.warn(`${notebook}: ${problem.message}`);
      codes.push(problem.code);
    }
  }
  if (notebooks.length === 1) terminal.document(judgements[0]!);
  else terminal.document({ schema: 'reprise/verdicts/1', judgements });
  return signal.aborted ? EXIT.interrupted : worstExit(codes);
}

function againstOf(flags: Flags): 'fresh' | 'outputs' {
  if (flags.against === 'seal') {
    throw new Failure(
      'unverifiable',
      'not-sealed',
      'No seal can be verified by this version; verify runs and replays instead (leave out --against).',
    );
  }
  return flags.against ?? 'fresh';
}
