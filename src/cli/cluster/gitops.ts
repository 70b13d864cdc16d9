/** A replay as files for a repository that a cluster follows. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { argocdFiles, type ExportFile, kustomizeFiles } from '../../exchange/gitops';
import type { Push } from '../../cluster/supply/git';
import { bundleRef } from '../../git/bundle';
import { readRecord } from '../../lineage/read';
import type { RunRecord } from '../../lineage/record';
import { Failure } from '../../notebook/failure';
import { replaceFile } from '../../notebook/replaceFile';
import type { Store } from '../../lineage/store';
import { NothingSent } from '../../replay/execution/target';
import { replayAndJudge } from '../../replay/verify';
import { EXIT } from '../exit';
import { findRun } from '../replay';
import { contextOf, type OutputFlags, terminalOf } from '../shared';
import type { ClusterFlags } from './options';
import type { Terminal } from '../terminal';
import { loadCluster } from './load';
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
      prepared: async ({ request, inputs, way, push }) => {
        if (way.way === 'exec' || way.way === 'claim') throw tooLarge();
        files = source ? argocdFiles(request, inputs, source) : kustomizeFiles(request, inputs);
        if (push !== undefined) await pushToStay(store, request.run, push, terminal, signal);
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

/** No command will know when the last pod has fetched them. */
async function pushToStay(
  store: Store,
  run: string,
  push: Push,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { pushFiles } = await loadCluster();
  const away = `git push ${push.remote} --delete ${bundleRef(run)}`;
  try {
    await pushFiles({ store, run }, push, signal);
  } catch (error) {
    const isCutOff = signal.aborted || (error instanceof Failure && error.reason.startsWith('push-'));
    if (isCutOff) terminal.warn(`The notebook's files may be at ${push.remote} all the same. If so: ${away}`);
    throw error;
  }
  terminal.warn(
    `The notebook's files were pushed to ${push.remote} and stay there for the pods of what is written. When none will start any more: ${away}`,
  );
}

function tooLarge(): Failure {
  return new Failure(
    'usage',
    'too-large',
    'The notebook and its files do not fit into ConfigMaps (10 MiB), and nobody would bring them to a pod that a repository starts. ' +
      'Nothing was written. Send them by git (bundle, in reprise.yaml); or put the large files on a volume, name it there (volumes) and let the notebook read them from it.',
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
