import { statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { Store } from '../lineage/store';
import { Failure } from '../notebook/failure';
import { UNPINNED } from '../notebook/seal';
import type { Judgement } from '../replay/documents';
import type { Context } from '../replay/execution/context';
import { planRun } from '../replay/execution/plan';
import { sealNotebook, type SealOptions, type SealResult } from '../replay/seal/seal';
import { verifySealed } from '../replay/seal/verify';
import { isGoodJudgement, type Steps, verifyNotebook } from '../replay/verify';
import { coverage, plural } from '../replay/words';
import { targetOf } from './cluster/target';
import { EXIT } from './exit';
import { writeReport } from './report';
import { contextOf, runOptionsOf, tellPlan, terminalOf } from './shared';
import type { Terminal } from './terminal';
import { exitOfJudgement, tellJudgement } from './verdict';
import { type VerifyFlags, verifyOptions } from './verify';

export function sealCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  const against = 'verify first against the seal that is there, or the outputs saved in the notebook, too';
  verifyOptions(program.command('seal <notebook>'), against)
    .description('keep a good verdict beside the notebook, for everybody to verify against')
    .addHelpText('before', 'Example: reprise seal study/train.ipynb\n')
    .action(async (notebook: string, flags: VerifyFlags) => done(await seal(notebook, flags, signal)));
}

async function seal(notebook: string, flags: VerifyFlags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const options = { ...runOptionsOf(flags), snapshot: flags.snapshot, times: flags.times };
  const plan = planRun(notebook, options);
  const store = new Store(plan.root);
  const target = await targetOf(flags, notebook, 'verify', terminal);
  if (flags.detach) throw new Failure('usage', 'no-target', 'A seal waits for its runs: leave --detach out.');
  tellPlan(terminal, plan);
  const context = {
    ...contextOf(terminal, signal, { target }),
    onStep: (step: string) => terminal.tell(terminal.dim(`  ${step}`)),
  };
  const allowErrors = flags.allowErrors ?? false;
  const before = await verifiedBefore(notebook, flags.against, options, context);
  if (before !== undefined && !isGoodJudgement(store, before, allowErrors))
    return refuse(terminal, store, before, flags);
  const result = await sealNotebook(notebook, options, context);
  if (result.sealed === undefined) return refuse(terminal, store, result.judgement, flags);
  writeReport(terminal, flags, store, result.judgement);
  const { sealed, judgement, path } = result;
  const { verdict, pin, covered } = sealed;
  terminal.document({
    schema: 'reprise/seal/0',
    notebook: plan.notebook,
    verdict,
    pin,
    policy: sealed.policy,
    cells: sealed.cells.length,
    volatile: sealed.cells.filter((cell) => cell.volatile).map(({ index, id }) => ({ index, id })),
    covered,
    known: result.known,
    judged: [judgement.original, ...judgement.replays],
    bytes: statSync(path).size,
  });
  tellSealed(terminal, plan.notebook, result, relative(process.cwd(), path));
  return EXIT.good;
}

/** What else than a run of its own the notebook is held against before it is sealed. */
async function verifiedBefore(
  notebook: string,
  against: VerifyFlags['against'],
  options: SealOptions,
  context: Context & Steps,
): Promise<Judgement | undefined> {
  if (against === 'seal') return verifySealed(notebook, options, context);
  if (against === 'outputs') return verifyNotebook(notebook, { ...options, against }, context);
  return undefined;
}

/** As `verify` ends, with that nothing was written. */
function refuse(terminal: Terminal, store: Store, judgement: Judgement, flags: VerifyFlags): number {
  tellJudgement(terminal, store, judgement);
  writeReport(terminal, flags, store, judgement);
  terminal.document(judgement);
  const code = exitOfJudgement(store, judgement, flags.allowErrors ?? false);
  terminal.warn('Not sealed: only a result that repeats is. Nothing was written; the runs are kept.');
  return code;
}

function tellSealed(terminal: Terminal, notebook: string, { sealed }: SealResult, file: string): void {
  if (sealed === undefined) return;
  const { cells, covered, pin } = sealed;
  const check = terminal.green('✓');
  terminal.say(
    `${check} ${terminal.bold(notebook)} is sealed: ${plural(cells.length, 'cell')}; ${coverage({ covered })}.`,
  );
  const volatile = cells.filter((cell) => cell.volatile).map(({ index }) => index);
  if (volatile.length > 0)
    terminal.say(`Sealed as volatile, their output not judged: cells ${volatile.join(', ')}.`);
  if (pin === UNPINNED) {
    terminal.say(
      terminal.yellow(
        'Sealed as unpinned: nothing says which environment gave this result. Pin it (reprise pin) and seal again.',
      ),
    );
  }
  terminal.say(`Commit ${file}. Anybody checks it with: reprise verify ${notebook}`);
}
