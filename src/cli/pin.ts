import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { findInterpreter } from '../environment/interpreter';
import { choosePython } from '../environment/pinned';
import { pinEnvironment } from '../environment/pin';
import { PLATFORMS } from '../environment/platforms';
import { findUv } from '../environment/uv';
import { replaceFile } from '../notebook/replaceFile';
import { readSidecar, type Sidecar, sidecarPath, writeSidecar } from '../notebook/sidecar';
import { planRun } from '../replay/plan';
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
  const { path, root, sidecar: beside, notebook: name } = planRun(notebook, {});
  const image = flags.image === undefined ? undefined : imageOf(flags.image);
  const onStep = (what: string): void => terminal.step(what);
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
  const other = lock !== undefined && flags.platform !== undefined && !isHere(flags.platform);
  const { sidecar } = other ? keepPin(path, pinned.pin.platforms!) : writePin(path, pinned.pin, image);
  terminal.document({ schema: 'reprise/pin/0', notebook: name, pin: sidecar.pin, packages, notices });
  for (const notice of notices) terminal.warn(notice);
  const file = lock ? relative(process.cwd(), lock.path) : pinned.pin.lock;
  tellPinned(terminal, name, file, packages, pinned.pin.python, lock !== undefined);
  return EXIT.good;
}

/** The pin of the machine that people work on stays; a lock for another platform lies beside it. */
function keepPin(notebook: string, platforms: string[]): { sidecar: Sidecar } {
  const sidecar = sidecarOf(notebook);
  if (sidecar.pin === undefined) return { sidecar };
  const all = [...new Set([...(sidecar.pin.platforms ?? []), ...platforms])];
  return write(notebook, { ...sidecar, pin: { ...sidecar.pin, platforms: all } });
}

function writePin(
  notebook: string,
  pinned: NonNullable<Sidecar['pin']>,
  image: string | undefined,
): { sidecar: Sidecar } {
  const sidecar = sidecarOf(notebook);
  const settings = image === undefined ? sidecar.settings : { ...sidecar.settings, image };
  return write(notebook, { ...sidecar, settings, pin: pinned });
}

function write(notebook: string, sidecar: Sidecar): { sidecar: Sidecar } {
  replaceFile(sidecarPath(notebook), writeSidecar(sidecar));
  return { sidecar };
}

function sidecarOf(notebook: string): Sidecar {
  const path = sidecarPath(notebook);
  return readSidecar(existsSync(path) ? readFileSync(path, 'utf8') : '{"schema":"reprise/notebook/1"}');
}

/** Whether it is the platform of this machine. */
function isHere(platform: string): boolean {
  const system = { linux: 'linux', darwin: 'macos', win32: 'windows' }[process.platform as string];
  const machine = { x64: 'x86_64', arm64: system === 'linux' ? 'aarch64' : 'arm64' }[process.arch as string];
  return platform === `${system}-${machine}`;
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
