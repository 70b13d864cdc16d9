import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { environmentText } from '../environment/exports/conda';
import { devcontainerText, dockerfileText } from '../environment/exports/container';
import type { Locked } from '../environment/exports/locked';
import { requirementsText } from '../environment/exports/requirements';
import { Failure } from '../notebook/failure';
import { replaceFile } from '../notebook/replaceFile';
import { planRun } from '../replay/execution/plan';
import { exportReplay, GITOPS, type GitopsFlags } from './cluster/gitops';
import { clusterOptions } from './cluster/options';
import { EXCHANGES, type ExchangeFlags, exportRun } from './exchange/export';
import { EXIT } from './exit';
import { baseImage, lockedFor } from './pinnedTo';
import { type OutputFlags, outputOptions, terminalOf } from './shared';

const KINDS = ['requirements', 'environment', 'dockerfile', 'devcontainer'] as const;
type Kind = (typeof KINDS)[number];
type Flags = OutputFlags & { as: Kind; out?: string; image?: string };
type To = GitopsFlags['to'] | ExchangeFlags['to'];
type AnyFlags = Omit<Flags, 'as'> & {
  as?: Kind;
  to?: To;
  key?: string;
  sign?: boolean;
  license?: string;
} & Partial<Omit<GitopsFlags, keyof OutputFlags | 'to'>>;

export function exportCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  clusterOptions(outputOptions(program.command('export <notebook-or-run>')))
    .description(
      'the pin of a notebook for pip, conda and containers; a run as provenance that other tools read; a replay for a cluster that follows a repository',
    )
    .addHelpText(
      'before',
      'Example: reprise export study/train.ipynb --as requirements --out requirements.txt\n' +
        '         reprise export 20261123-101500-a1b2c3 --to prov --out run.prov.json\n',
    )
    .addOption(new Option('--as <kind>', 'what the pin is written for').choices([...KINDS]))
    .addOption(
      new Option('--to <kind>', 'what a run, or a replay of it, is written for')
        .choices([...EXCHANGES, ...GITOPS])
        .conflicts('as'),
    )
    .option(
      '--out <file>',
      'where it is written; stdout, for devcontainer .devcontainer/devcontainer.json, for ro-crate a folder or a .zip',
    )
    .option('--key <file>', 'of in-toto: a private ed25519 key in PEM to sign with')
    .option('--no-sign', 'of in-toto: leave the statements unsigned')
    .option('--license <address-or-name>', 'of ro-crate: the licence that it is given under')
    .option('--repo <url>', 'the repository that Argo CD follows; default the notebook’s own')
    .option('--path <folder>', 'of the files in it; default --out')
    .option('--revision <commit>', 'all 40 digits; default the commit that the run was recorded at')
    .action(async (what: string, flags: AnyFlags) => {
      const { as, to } = flags;
      if (to === 'kustomize' || to === 'argocd')
        return done(await exportReplay(what, { ...flags, to }, signal));
      if (to !== undefined) return done(await exportRun(what, { ...flags, to }));
      if (as !== undefined) return done(await write(what, { ...flags, as }, signal));
      throw new Failure(
        'usage',
        'no-kind',
        'What for? --as for the pin, --to for a run; see reprise export --help.',
      );
    });
}

async function write(notebook: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const plan = planRun(notebook, {});
  const locked = await lockedFor(plan, signal);
  const image = flags.image === undefined ? plan.sidecar?.settings.image : flags.image;
  const text = textOf(flags.as, locked, image);
  const files = filesOf(flags, plan.root, text, locked, image);
  for (const file of files) {
    mkdirSync(dirname(file.path), { recursive: true });
    replaceFile(file.path, file.text);
  }
  const written = files.map(({ path }) => relative(process.cwd(), path));
  terminal.document({
    schema: 'reprise/export/0',
    notebook: plan.notebook,
    as: flags.as,
    files: written,
    ...(files.length === 0 ? { text } : {}),
  });
  if (files.length === 0) terminal.say(text.trimEnd());
  else
    terminal.say(
      `${terminal.green('✓')} Wrote ${written.join(' and ')} (${locked.packages.length} packages).`,
    );
  return EXIT.good;
}

function textOf(kind: Kind, locked: Locked, image: string | undefined): string {
  if (kind === 'requirements') return requirementsText(locked);
  if (kind === 'environment') return environmentText(locked);
  if (kind === 'dockerfile') return dockerfileText(locked, baseImage(image, locked, '--image'));
  return devcontainerText(locked);
}

function filesOf(
  { as, out }: Flags,
  root: string,
  text: string,
  locked: Locked,
  image: string | undefined,
): { path: string; text: string }[] {
  if (as !== 'devcontainer') return out === undefined ? [] : [{ path: resolve(out), text }];
  const path = out === undefined ? join(root, '.devcontainer', 'devcontainer.json') : resolve(out);
  const beside = join(dirname(path), 'Dockerfile');
  const taken = out === undefined ? [path, beside].find((each) => existsSync(each)) : undefined;
  if (taken !== undefined) {
    throw new Failure(
      'usage',
      'exists',
      `${relative(process.cwd(), taken)} is there already. Nothing was written. To write over it, or elsewhere, name the file: --out FILE.`,
    );
  }
  return [
    { path, text },
    { path: beside, text: dockerfileText(locked, baseImage(image, locked, '--image')) },
  ];
}
