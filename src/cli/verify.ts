import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { findRoot } from '../notebook/root';
import type { Judgement } from '../replay/documents';
import { type Plan, planRun } from '../replay/execution/plan';
import { verifyNotebook } from '../replay/verify';
import { isSealed, verifySealed } from '../replay/seal/verify';
import { Store } from '../lineage/store';
import { Failure } from '../notebook/failure';
import { targetOf } from './cluster/target';
import { EXIT, problemOf, worstExit } from './exit';
import { type ReportFlags, reportOption, writeReport } from './report';
import {
  contextOf,
  count,
  type ExecuteFlags,
  enforceOptions,
  executeOptions,
  runOptionsOf,
  tellPlan,
  terminalOf,
} from './shared';
import { snapshotOption } from './snapshot';
import { exitOfJudgement, tellJudgement } from './verdict';

export type VerifyFlags = ExecuteFlags &
  ReportFlags & { times: number; against?: 'seal' | 'fresh' | 'outputs' };

export function verifyCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  const against = 'the seal (where there is one), a run made now, or the outputs saved in the notebook';
  verifyOptions(program.command('verify <notebooks...>'), against)
    .description('run and replay notebooks, and say whether the results are the same')
    .addHelpText('before', 'Example: reprise verify study/train.ipynb --times 2\n')
    .action(async (notebooks: string[], flags: VerifyFlags) => done(await verify(notebooks, flags, signal)));
}

/** Options of whatever verifies. @param against what `--against` means there */
export function verifyOptions(command: Command, against: string): Command {
  return reportOption(enforceOptions(executeOptions(command)))
    .addOption(snapshotOption())
    .addOption(new Option('--times <n>', 'how many replays').argParser(count).default(1))
    .addOption(new Option('--against <what>', against).choices(['seal', 'fresh', 'outputs']));
}

async function verify(notebooks: string[], flags: VerifyFlags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  if (flags.report !== undefined && notebooks.length > 1)
    throw new Failure('usage', 'one-report', '--report is of one notebook: verify them one by one.');
  const options = { ...runOptionsOf(flags), snapshot: flags.snapshot, times: flags.times };
  const judgements: Judgement[] = [];
  const codes: number[] = [];
  for (const notebook of notebooks) {
    try {
      const plan = planRun(notebook, options);
      const against = flags.against ?? (isSealed(plan) ? 'seal' : 'fresh');
      const target = await targetOf(flags, notebook, 'verify', terminal);
      if (flags.detach)
        throw new Failure('usage', 'no-target', 'A verification waits for its runs: leave --detach out.');
      tellPlan(terminal, plan, against);
      const context = {
        ...contextOf(terminal, signal, { target }),
        onStep: (step: string) => terminal.tell(terminal.dim(`  ${step}`)),
      };
      const judgement =
        against === 'seal'
          ? await verifySealed(notebook, options, context)
          : await verifyNotebook(notebook, { ...options, against }, context);
      const store = new Store(findRoot(resolve(notebook)));
      judgements.push(judgement);
      tellJudgement(terminal, store, judgement);
      writeReport(terminal, flags, store, judgement);
      codes.push(exitOfJudgement(store, judgement, allowsErrors(plan, against, flags)));
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

/** What was sealed with its errors is verified with them. */
function allowsErrors({ sidecar }: Plan, against: string, { allowErrors = false }: VerifyFlags): boolean {
  return allowErrors || (against === 'seal' && sidecar?.seal?.allowErrors === true);
}
