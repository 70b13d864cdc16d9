/** A replay as files for a repository that a cluster follows. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { argocdFiles, type ExportFile, kustomizeFiles } from '../../exchange/gitops';
import { readRecord } from '../../lineage/read';
import type { RunRecord } from '../../lineage/record';
import { Failure } from '../../notebook/failure';
import { replaceFile } from '../../notebook/replaceFile';
import { NothingSent } from '../../replay/execution/target';
import { replayAndJudge } from '../../replay/verify';
import { EXIT } from '../exit';
import { findRun } from '../replay';
import { contextOf, type OutputFlags, terminalOf } from '../shared';
import type { ClusterFlags } from './options';
import { targetOf } from './target';

export const GITOPS = ['kustomize', 'argocd'] as const;

export type GitopsFlags = OutputFlags &
  ClusterFlags & {
    to: (typeof GITOPS)[number];
    out?: string;
    repo?: string;
    path?: string;
    revision?: string;
  };

/** @throws Failure `no-repo`, `bad-commit`, `exists`, `too-large` */
export async function exportReplay(what: string, flags: GitopsFlags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const { store, run } = findRun(what, terminal);
  const record = readRecord(store.recordPath(run));
  const folder = resolve(flags.out ?? `reprise-${run}`);
  if (flags.out === undefined && existsSync(folder)) {
    const shown = relative(process.cwd(), folder);
    throw new Failure(
      'usage',
      'exists',
      `${shown} is there already. Nothing was written. Name the folder to write over it: --out ${shown}.`,
    );
  }
  const source = flags.to === 'argocd' ? sourceOf(flags, record) : undefined;
  let files: ExportFile[] = [];
  const target = await targetOf(
    { ...flags, target: 'kubernetes' },
    join(store.root, record.header.notebook),
    'replay',
    terminal,
    {
      original: record,
      prepared: ({ request, inputs, way }) => {
        if (way.way === 'exec' || way.way === 'claim') throw tooLarge();
        files = source ? argocdFiles(request, inputs, source) : kustomizeFiles(request, inputs);
      },
    },
  );
  try {
    await replayAndJudge(store, run, {}, 1, contextOf(terminal, signal, { target }));
  } catch (error) {
    if (!(error instanceof NothingSent)) throw error;
  }
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    replaceFile(join(folder, path), text);
  }
  const written = files.map(({ path }) => relative(process.cwd(), join(folder, path)));
  terminal.document({ schema: 'reprise/export/0', run, to: flags.to, files: written });
  terminal.say(`${terminal.green('✓')} Wrote ${written.join(', ')}.`);
  return EXIT.good;
}

function tooLarge(): Failure {
  return new Failure(
    'usage',
    'too-large',
    'The notebook and its files do not fit into ConfigMaps (10 MiB), and nobody would bring them to a pod that a repository starts. ' +
      'Nothing was written. Put the large files on a volume, name it in reprise.yaml (volumes) and let the notebook read them there.',
  );
}

/** Where the files will be: the notebook's own repository and commit where nobody says otherwise. */
function sourceOf({ repo, path, revision, out }: GitopsFlags, { header: { git } }: RunRecord) {
  const repoURL = repo ?? git?.remote;
  if (repoURL === undefined) {
    throw new Failure(
      'usage',
      'no-repo',
      'The notebook is in no repository with a remote, so Argo CD cannot be told where the files will be. Nothing was written. Give --repo URL.',
    );
  }
  return { repoURL, path: path ?? out ?? '', commit: revision ?? git?.commit ?? '' };
}
