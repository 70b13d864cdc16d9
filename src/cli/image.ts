import { existsSync, mkdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { dockerfileText } from '../environment/exports/container';
import { isJavaScriptPin } from '../environment/npm/checked';
import { nodeImage } from '../environment/npm/image';
import { Failure } from '../notebook/failure';
import { replaceFile } from '../notebook/replaceFile';
import { type Plan, planRun } from '../replay/execution/plan';
import { EXIT } from './exit';
import { baseImage, lockedFor, nodeBaseImage, uvFor } from './pinnedTo';
import { type OutputFlags, outputOptions, terminalOf } from './shared';

type Flags = OutputFlags & { base?: string; out?: string };

export function imageCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('image <notebook>'))
    .description('writes what an image of the pinned environment is built from, for runs on a cluster')
    .addHelpText('before', 'Example: reprise image study/train.ipynb --base python@sha256:…\n')
    .option(
      '--base <name@digest>',
      'the image with Python that it starts from; with Node, of a notebook in JavaScript',
    )
    .option('--out <folder>', 'where it is written; <stem>-image beside the notebook unless you say')
    .action(async (notebook: string, flags: Flags) => done(await write(notebook, flags, signal)));
}

/** @throws Failure `exists`, `no-image`, `bad-image`, and those of the lock and of `nodeImage` */
async function write(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const plan = planRun(notebook, {});
  const { files, packages } = await filesOf(plan, flags, signal);
  const folder = resolve(flags.out ?? plan.path.replace(/\.ipynb$/, '-image'));
  const shown = relative(process.cwd(), folder) || '.';
  if (flags.out === undefined && existsSync(folder)) {
    throw new Failure(
      'usage',
      'exists',
      `${shown} is there already. Nothing was written. Name the folder to write over it: --out ${shown}.`,
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) replaceFile(join(folder, name), content);
  terminal.document({
    schema: 'reprise/image/0',
    notebook: plan.notebook,
    files: Object.keys(files).map((name) => join(shown, name)),
  });
  const name = basename(folder).toLowerCase();
  terminal.say(`${terminal.green('✓')} Wrote ${join(shown, 'Dockerfile')} (${packages} packages).`);
  terminal.say('Build it, push it, and name it by the digest that the push shows:');
  terminal.say(`  docker build --tag registry.example/team/${name} ${shown}`);
  terminal.say(`  docker push registry.example/team/${name}`);
  terminal.say(`  reprise pin ${notebook} --image registry.example/team/${name}@sha256:…`);
  return EXIT.good;
}

async function filesOf(
  plan: Plan,
  { base }: Flags,
  signal: AbortSignal,
): Promise<{ files: Record<string, string>; packages: number }> {
  const { path, root, sidecar } = plan;
  const pin = sidecar?.pin;
  if (pin !== undefined && isJavaScriptPin(pin)) {
    const image = nodeBaseImage(base, pin.javascript);
    return nodeImage({ path, root, pin, base: image, uv: () => uvFor(path, root, signal), signal });
  }
  const locked = await lockedFor(plan, signal);
  const text = dockerfileText(locked, baseImage(base, locked, '--base'));
  // Everything that is installed stands in the Dockerfile: nothing else of the folder is sent to the builder.
  return { files: { Dockerfile: text, '.dockerignore': '*\n' }, packages: locked.packages.length };
}
