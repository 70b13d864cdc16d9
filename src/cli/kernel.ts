import { type Command, Option } from 'commander';
import { kernelFor } from '../environment/npm/checked';
import { javascriptOf } from '../environment/npm/kernel';
import { choosePython } from '../environment/pinned';
import { POLICIES } from '../determinism/policy';
import { describeKernel, installKernel, type KernelRequest, settleAgent } from '../kernel/kernelspec';
import { liveKernel, recordedPin } from '../replay/execution/live';
import { planRun } from '../replay/execution/plan';
import { EXIT } from './exit';
import {
  agentPath,
  type ExecuteFlags,
  type OutputFlags,
  outputOptions,
  parseSeed,
  rngOption,
  terminalOf,
  uvLockPath,
} from './shared';

type Flags = OutputFlags &
  Pick<ExecuteFlags, 'policy' | 'seed' | 'rng'> & { install?: boolean; python?: string };

export function kernelCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('kernel <notebook>'))
    .description('the kernel of a notebook, for every Jupyter front end')
    .addHelpText('before', 'Example: reprise kernel study/train.ipynb --install\n')
    .option('--install', 'put it where Jupyter front ends find kernels')
    .option('--python <path>', 'the Python to run with')
    .addOption(new Option('--policy <policy>', 'what is enforced').choices([...POLICIES]))
    .addOption(
      new Option('--seed <seed>', 'fresh entropy for each kernel, or an integer').argParser(parseSeed),
    )
    .addOption(rngOption())
    .action(async (notebook: string, flags: Flags) => done(await kernel(notebook, flags)));
}

async function kernel(notebook: string, flags: Flags): Promise<number> {
  const terminal = terminalOf(flags);
  const plan = planRun(notebook, { policy: flags.policy, seed: flags.seed, rng: flags.rng });
  const javascript = javascriptOf(plan.model) && kernelFor(plan.model, plan.path);
  const request: KernelRequest = {
    python: (
      await choosePython(plan, { uvLock: uvLockPath(), ...(flags.python && { python: flags.python }) })
    ).path,
    agent: flags.install ? settleAgent(agentPath()) : agentPath(),
    root: plan.root,
    notebook: plan.notebook,
    ...(javascript ? { language: javascript.language } : {}),
    ...liveKernel(plan, { pin: recordedPin(plan), javascript }),
  };
  const described = describeKernel(request);
  if (flags.install) installKernel(described, request);
  terminal.document({
    schema: 'reprise/kernel/0',
    name: described.name,
    installed: flags.install === true,
    spec: described.spec,
  });
  terminal.say(
    flags.install
      ? `Installed as "${described.spec.display_name}" (${described.name}). Choose it as the notebook's kernel; each of its runs is recorded.`
      : `${JSON.stringify(described.spec, null, 2)}\nNothing was written. Install it with: reprise kernel ${notebook} --install`,
  );
  return EXIT.good;
}
