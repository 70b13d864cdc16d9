import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { type Command, Option } from 'commander';
import { kernelEnvironment, POLICIES } from '../determinism/policy';
import { checkedPython } from '../environment/checked';
import { checkedJavaScript } from '../environment/npm/checked';
import { javascriptOf } from '../environment/npm/kernel';
import { type LiveBasis, recordedPin } from '../replay/execution/live';
import { type Plan, planRun } from '../replay/execution/plan';
import { BadLine, type Operation, parseOperation } from '../replay/session/protocol';
import { NotebookSession } from '../replay/session/session';
import {
  type ExecuteFlags,
  parseSeed,
  positive,
  rngOption,
  runningAgent,
  runOptionsOf,
  uvLockPath,
} from './shared';
import { Failure } from '../notebook/failure';
import { EXIT } from './exit';

type Flags = Pick<ExecuteFlags, 'policy' | 'seed' | 'python' | 'timeout' | 'rng' | 'target'>;

export function sessionCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  program
    .command('session <notebook>')
    .description(
      'a live kernel, driven by one JSON object a line: run and edit cells, and hear which are stale',
    )
    .addHelpText('before', 'Example: echo \'{"op":"state"}\' | reprise session study/train.ipynb\n')
    .addOption(new Option('--policy <policy>', 'what is enforced').choices([...POLICIES]))
    .addOption(
      new Option('--seed <seed>', 'fresh entropy for the session, or an integer').argParser(parseSeed),
    )
    .option('--python <path>', 'the Python to run with')
    .addOption(new Option('--timeout <seconds>', 'how long a cell may run').argParser(positive))
    .option('--allow-errors', 'nothing changes: a session goes on past cells that raise')
    .addOption(
      new Option('--target <target>', 'where to run; a session is local')
        .choices(['local', 'kubernetes'])
        .default('local'),
    )
    .addOption(rngOption())
    .action(async (notebook: string, flags: Flags) => done(await session(notebook, flags, signal)));
}

async function session(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  // @jupyterlab/services tells the console what its connection does; here stdout has answers and nothing else.
  console.log = console.info = console.debug = console.warn = () => undefined;
  if (flags.target === 'kubernetes') {
    const message = 'A session runs on this machine: leave --target kubernetes out. Nothing ran.';
    throw new Failure('usage', 'no-target', message);
  }
  const plan = planRun(notebook, runOptionsOf(flags as ExecuteFlags));
  const basis = await basisOf(plan, flags, signal);
  const { timeout } = flags;
  const opened = await NotebookSession.open(plan, {
    ...basis,
    agent: runningAgent(),
    signal,
    ...(timeout === undefined ? {} : { timeout }),
  });
  try {
    await converse(opened, signal);
  } finally {
    await opened.close();
  }
  return signal.aborted ? EXIT.interrupted : EXIT.good;
}

/** Answers one line after the other, until the input ends or asks to quit. */
async function converse(session: NotebookSession, signal: AbortSignal): Promise<void> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  const stop = (): void => {
    lines.close();
    void session.interrupt();
  };
  signal.addEventListener('abort', stop, { once: true });
  let answered = Promise.resolve();
  await new Promise<void>((ended, failed) => {
    lines.on('line', (line) => {
      const asked = read(line);
      // It would come too late behind the cell that it is to stop.
      if (asked instanceof BadLine === false && asked.op === 'interrupt') void session.interrupt();
      answered = answered.then(async () => {
        if (signal.aborted) return;
        tell(asked instanceof BadLine ? session.refuse(asked.message) : await session.do(asked));
      });
      answered.catch(failed);
      if (!(asked instanceof BadLine) && asked.op === 'quit') lines.close();
    });
    lines.once('close', () => void answered.then(ended, failed));
  });
  signal.removeEventListener('abort', stop);
}

function read(line: string): Operation | BadLine {
  try {
    return parseOperation(line);
  } catch (error) {
    if (error instanceof BadLine) return error;
    throw error;
  }
}

function tell(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function basisOf(
  plan: Plan,
  flags: Flags,
  signal: AbortSignal,
): Promise<LiveBasis & { python: string }> {
  const given = { given: process.env, cores: availableParallelism() };
  const checking = {
    uvLock: uvLockPath(),
    refuses: plan.policy === 'full' && ('policy' as const),
    signal,
    onStep: warn,
    onDrift: warn,
  };
  const { path: python, edits } = await checkedPython(plan, {
    ...checking,
    agent: runningAgent(),
    variables: kernelEnvironment(plan.policy, plan.seed.value, given),
    ...(flags.python === undefined ? {} : { python: flags.python }),
  });
  if (javascriptOf(plan.model) === undefined) return { python, pin: recordedPin(plan, edits) };
  const { kernel, drift } = await checkedJavaScript(plan.model, plan, checking);
  return { python, pin: recordedPin(plan, drift), javascript: kernel };
}

function warn(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
