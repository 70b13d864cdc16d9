import { relative } from 'node:path';
import { type Command, Option } from 'commander';
import { measureCost, Raised, type Step } from '../replay/cost/measure';
import { duration } from '../replay/words';
import { tellCost } from './costTable';
import { EXIT } from './exit';
import {
  count,
  type OutputFlags,
  outputOptions,
  positive,
  runningAgent,
  terminalOf,
  uvLockPath,
} from './shared';
import type { Terminal } from './terminal';

type Flags = OutputFlags & {
  times: number;
  ablation?: boolean;
  python?: string;
  timeout?: number;
  quiet?: boolean;
};

const MEASURED = `
What is measured: the cells from first to last, each from its request to its reply, what Reprise records of it included. The start of
the kernel is told apart. "plain" is ipykernel itself, with nothing of Reprise in it. The notebook file is left alone and no run is
kept, but its cells run in its folder, each time anew: files that they write are written.
`;

export function costCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('cost <notebook>'))
    .description('what the policies cost: seconds plain, under close and under full')
    .addHelpText('before', 'Example: reprise cost study/train.ipynb --times 5 --ablation\n')
    .addHelpText('after', MEASURED)
    .addOption(new Option('--times <n>', 'runs of each').argParser(count).default(3))
    .option('--ablation', 'also under full with each setting switched off in turn (many more runs)')
    .option('--python <path>', 'the Python to run with')
    .addOption(new Option('--timeout <seconds>', 'how long a cell may run').argParser(positive))
    .option('--quiet', 'only the result')
    .action(async (notebook: string, flags: Flags) => done(await cost(notebook, flags, signal)));
}

async function cost(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const { times, ablation, python, timeout, quiet = false } = flags;
  try {
    const measured = await measureCost(
      notebook,
      { times, ablation, python, timeout },
      {
        agent: runningAgent(),
        uvLock: uvLockPath(),
        signal,
        onNotice: (notice) => terminal.tell(terminal.dim(notice)),
        onStep: (step) => tellStep(terminal, step, quiet),
      },
    );
    terminal.document(measured.cost);
    tellCost(terminal, measured.cost);
    terminal.say(terminal.dim(`\nKept as ${relative(process.cwd(), measured.kept)}`));
    return EXIT.good;
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    terminal.warn(error.message);
    terminal.document({ schema: 'reprise/error/0', reason: 'cell-raised', message: error.message });
    return EXIT.diverged;
  }
}

function tellStep(terminal: Terminal, { variant, number, of, seconds }: Step, quiet: boolean): void {
  terminal.event({ event: 'measured', variant, number, of, seconds });
  if (quiet) return;
  const which = number === 0 ? 'not counted' : `${number} of ${of}`;
  terminal.tell(terminal.dim(`  ${which.padEnd(12)} ${variant.padEnd(40)} ${duration(seconds * 1000)}`));
}
