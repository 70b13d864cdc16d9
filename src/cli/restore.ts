import { relative } from 'node:path';
import type { Command } from 'commander';
import { namedInterpreter } from '../environment/interpreter';
import { isJavaScriptPin, toolsFor } from '../environment/npm/checked';
import { type JavaScriptRestore, restoreJavaScript } from '../environment/npm/restore';
import { restorePin } from '../environment/pinned';
import { planRun } from '../replay/execution/plan';
import { EXIT } from './exit';
import { type OutputFlags, outputOptions, terminalOf, uvLockPath } from './shared';
import type { Terminal } from './terminal';

type Flags = OutputFlags & { python?: string; offline?: boolean };

export function restoreCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('restore <notebook>'))
    .description('build the environment that a notebook is pinned to')
    .addHelpText('before', 'Example: reprise restore study/train.ipynb\n')
    .option('--python <path>', 'the Python to build it with')
    .option('--offline', 'use what was downloaded before')
    .action(async (notebook: string, flags: Flags) => done(await restore(notebook, flags, signal)));
}

async function restore(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const { path, root, sidecar, notebook: name } = planRun(notebook, {});
  const pin = sidecar?.pin;
  if (pin !== undefined && isJavaScriptPin(pin)) {
    return restorePackages({ path, root, pin }, name, terminal, flags, signal);
  }
  const begun = performance.now();
  const { python, folder, isNew } = await restorePin(
    { path, root, sidecar },
    {
      uvLock: uvLockPath(),
      repair: true,
      signal,
      onStep: (what) => terminal.step(what),
      ...(flags.python === undefined ? {} : { python: await namedInterpreter(flags.python) }),
      ...(flags.offline ? { offline: true } : {}),
    },
  );
  terminal.document({
    schema: 'reprise/restore/0',
    notebook: name,
    lock: sidecar!.pin!.lock,
    python,
    built: isNew,
  });
  const how = howLong(isNew, begun);
  terminal.say(
    `${terminal.green('✓')} The environment of ${terminal.bold(name)} is ${how}: ${relative(folder, python)} in ${folder}`,
  );
  return EXIT.good;
}

type PackagesOf = Pick<JavaScriptRestore, 'path' | 'root' | 'pin'>;

async function restorePackages(
  notebook: PackagesOf,
  name: string,
  terminal: Terminal,
  flags: Flags,
  signal: AbortSignal,
): Promise<number> {
  const begun = performance.now();
  const { path, root, pin } = notebook;
  const python = flags.python === undefined ? {} : { python: await namedInterpreter(flags.python) };
  const { folder, modules, isNew } = await restoreJavaScript({
    ...notebook,
    ...toolsFor(path, root, { uvLock: uvLockPath(), signal, ...python }),
    repair: true,
    signal,
    onStep: (what) => terminal.step(what),
    ...(flags.offline ? { offline: true } : {}),
  });
  terminal.document({ schema: 'reprise/restore/0', notebook: name, lock: pin.lock, folder, built: isNew });
  const from = relative(process.cwd(), modules);
  terminal.say(
    `${terminal.green('✓')} The environment of ${terminal.bold(name)} is ${howLong(isNew, begun)}: ${from} leads to it.`,
  );
  return EXIT.good;
}

function howLong(isNew: boolean, begun: number): string {
  return isNew ? `built in ${((performance.now() - begun) / 1000).toFixed(1)} s` : 'there already';
}
