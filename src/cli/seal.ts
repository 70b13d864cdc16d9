import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { type Command, Option } from 'commander';
import { Store } from '../lineage/store';
import { UNPINNED } from '../notebook/seal';
import { planRun } from '../replay/execution/plan';
import { sealNotebook, type SealResult } from '../replay/seal/seal';
import { coverage, plural } from '../replay/words';
import { EXIT } from './exit';
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
import type { Terminal } from './terminal';
import { exitOfJudgement, tellJudgement } from './verdict';

type Flags = ExecuteFlags & { times: number };

export function sealCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  enforceOptions(executeOptions(program.command('seal <notebook>')))
    .description('keep a good verdict beside the notebook, for everybody to verify against')
    .addHelpText('before', 'Example: reprise seal study/train.ipynb\n')
    .addOption(new Option('--times <n>', 'how many replays').argParser(count).default(1))
    .action(async (notebook: string, flags: Flags) => done(await seal(notebook, flags, signal)));
}

async function seal(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const options = { ...runOptionsOf(flags), times: flags.times };
  const plan = planRun(notebook, options);
  tellPlan(terminal, plan);
  const result = await sealNotebook(notebook, options, {
    ...contextOf(terminal, signal),
    onStep: (step) => terminal.tell(terminal.dim(`  ${step}`)),
  });
  if (result.sealed === undefined) return refuse(terminal, new Store(plan.root), result, flags);
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

/** As `verify` ends, with that nothing was written. */
function refuse(terminal: Terminal, store: Store, { judgement }: SealResult, flags: Flags): number {
  terminal.document(judgement);
  tellJudgement(terminal, store, judgement);
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
