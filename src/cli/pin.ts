import { dirname, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { findInterpreter } from '../environment/interpreter';
import { findJavaScriptKernel, javascriptOf, nodeProgram } from '../environment/npm/kernel';
import { pinJavaScript } from '../environment/npm/pin';
import { choosePython } from '../environment/pinned';
import { type Pinned, pinEnvironment } from '../environment/pin';
import { PLATFORMS } from '../environment/platforms';
import { findUv } from '../environment/uv';
import { Failure } from '../notebook/failure';
import { replaceFile } from '../notebook/replaceFile';
import type { Sidecar } from '../notebook/sidecar';
import { changeSidecar } from '../notebook/sidecarFile';
import { type Plan, planRun } from '../replay/execution/plan';
import { kernelWords } from '../replay/words';
import { EXIT } from './exit';
import { imageOf, type OutputFlags, outputOptions, terminalOf, uvLockPath } from './shared';
import type { Terminal } from './terminal';

type Flags = OutputFlags & {
  python?: string;
  from?: string;
  platform?: string;
  offline?: boolean;
  image?: string;
  add?: string[];
};

export function pinCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('pin <notebook>'))
    .description('lock the environment that a notebook runs in')
    .addHelpText('before', 'Example: reprise pin study/train.ipynb\n')
    .option('--python <path>', 'the Python whose environment is pinned')
    .option(
      '--from <file>',
      'lock what requirements.txt, pyproject.toml or a PEP 723 block says, instead of what is installed',
    )
    .option('--add <packages...>', 'lock these besides what the notebook is pinned to, or what is installed')
    .addOption(
      new Option('--platform <name>', 'another kind of machine than this one').choices(
        PLATFORMS.map(({ name }) => name),
      ),
    )
    .option('--image <name@sha256>', 'the container image that it runs in, by its digest')
    .option('--offline', 'use what was downloaded before')
    .action(async (notebook: string, flags: Flags) => done(await pin(notebook, flags, signal)));
}

async function pin(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const plan = planRun(notebook, {});
  const { path, root, sidecar: beside, notebook: name } = plan;
  const image = flags.image === undefined ? undefined : imageOf(flags.image);
  const onStep = (what: string): void => terminal.step(what);
  if (javascriptOf(plan.model) !== undefined) return pinPackages(plan, terminal, flags, image, signal);
  const isAdded = flags.add && flags.from === undefined && flags.python === undefined && beside?.pin;
  const { path: python } = await (isAdded
    ? choosePython({ path, root, sidecar: beside }, { uvLock: uvLockPath(), signal, onStep })
    : findInterpreter(path, root, flags.python));
  const pinned = await pinEnvironment({
    notebook: path,
    root,
    python,
    uv: (base) => findUv({ python: base, lock: uvLockPath(), signal }),
    onStep,
    signal,
    ...(flags.add ? { add: flags.add } : {}),
    ...(flags.from === undefined ? {} : { from: resolve(flags.from) }),
    ...(flags.platform === undefined ? {} : { platform: flags.platform }),
    ...(flags.offline ? { offline: true } : {}),
  });
  const { lock, packages, notices } = pinned;
  if (lock) replaceFile(lock.path, lock.text);
  const sidecar = changeSidecar(path, (before) => ({
    ...before,
    settings: image === undefined ? before.settings : { ...before.settings, image },
    pin: pinOf(pinned, before),
  }));
  terminal.document({ schema: 'reprise/pin/0', notebook: name, pin: sidecar.pin, packages, notices });
  for (const notice of notices) terminal.warn(notice);
  const file = lock ? relative(process.cwd(), lock.path) : pinned.pin.lock;
  tellPinned(terminal, name, file, packages, pinned.pin.python, lock !== undefined);
  return EXIT.good;
}

/** Of a notebook in JavaScript. */
async function pinPackages(
  { path, root, notebook: name, model }: Plan,
  terminal: Terminal,
  flags: Flags,
  image: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  const taken = (['from', 'add', 'platform'] as const).find((flag) => flags[flag] !== undefined);
  if (taken !== undefined) throw notForPackages(taken);
  const { path: python } = await findInterpreter(path, root, flags.python);
  const { PATH = '' } = process.env;
  const { pin, packages, notices } = await pinJavaScript({
    notebook: path,
    root,
    kernel: findJavaScriptKernel(model, { folder: dirname(path), path: PATH }),
    node: nodeProgram(PATH),
    python,
    uv: (base) => findUv({ python: base, lock: uvLockPath(), signal }),
    onStep: (what) => terminal.step(what),
    signal,
    ...(flags.offline ? { offline: true } : {}),
  });
  changeSidecar(path, (before) => ({
    ...before,
    settings: image === undefined ? before.settings : { ...before.settings, image },
    pin,
  }));
  terminal.document({ schema: 'reprise/pin/0', notebook: name, pin, packages, notices });
  for (const notice of notices) terminal.warn(notice);
  const on = kernelWords(pin.javascript!);
  terminal.say(
    `${terminal.green('✓')} ${terminal.bold(name)} is pinned to ${pin.lock} (${packages} packages, ${on}).`,
  );
  terminal.say(`Commit the .repro.json beside the notebook. Build it anywhere with: reprise restore ${name}`);
  return EXIT.good;
}

function notForPackages(flag: string): Failure {
  return new Failure(
    'usage',
    'other-language',
    `--${flag} is for notebooks in Python, and nothing was pinned. What a notebook in JavaScript needs is said in its ` +
      'package.json: npm install --ignore-scripts NAME, and pin again.',
  );
}

/** The pin of the machine that people work on stays; a lock for another platform lies beside it. */
function pinOf({ pin: made, isHere }: Pinned, { pin }: Sidecar): Sidecar['pin'] {
  if (isHere) return made;
  return pin && { ...pin, platforms: [...new Set([...(pin.platforms ?? []), ...(made.platforms ?? [])])] };
}

function tellPinned(
  terminal: Terminal,
  notebook: string,
  file: string,
  packages: number,
  python: string,
  isNew: boolean,
): void {
  const count = `${packages} packages, Python ${python}`;
  terminal.say(`${terminal.green('✓')} ${terminal.bold(notebook)} is pinned to ${file} (${count}).`);
  terminal.say(
    isNew
      ? `Commit ${file} and the .repro.json beside the notebook. Build it anywhere with: reprise restore ${notebook}`
      : 'The project’s own lock agrees with the environment, so there is no second one.',
  );
}
