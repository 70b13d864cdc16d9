/** The notebook's files by way of a git repository: pushed from here to a ref of the run's own, and taken away with the run. */
import { rmSync } from 'node:fs';
import {
  bundleRef,
  commitBundle,
  type BundleCommit,
  fetchAddress,
  pushAddresses,
  pushBundle,
  removeBundle,
} from '../../git/bundle';
import { GitError } from '../../git/command';
import type { Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import type { Archive } from '../../replay/execution/archive';
import type { Work } from '../../replay/execution/target';
import { gitWay, type Way } from '../manifests/inputs';
import type { GitRemote } from '../profile/profile';
import { bundlePath, bundleRepository, readState, writeState } from '../state';

/** A commit, and the name or the address of the git remote that it goes to. */
export type Push = { remote: string; commit: string };

/** @throws Failure `no-remote`, `no-secret`, `no-git` */
export async function wayByGit(
  { store: { root }, run }: Work,
  { remote, secret }: GitRemote,
  { size, inputs }: Archive,
): Promise<Way> {
  const told = async () =>
    [await fetchAddress({ root, remote }), await pushAddresses({ root, remote })] as const;
  const [url, pushed] = await told().catch((error: unknown) => {
    throw failure(
      error,
      'no-remote',
      (why) => `The notebook's files cannot be sent by git: ${why}. ${ADVICE}`,
    );
  });
  if (url === undefined) {
    const what = `A pod cannot fetch from the git remote ${remote}, which has no https or ssh address`;
    throw new Failure('usage', 'no-remote', `${what}. ${ADVICE}`);
  }
  if (secret === undefined && !/^https?:/.test(url)) {
    const what = `A pod that fetches from ${url} needs a key of its own`;
    const advice =
      'Put ssh-privatekey and known_hosts into a Secret and name it in reprise.yaml (bundle.git.secret)';
    throw new Failure(
      'usage',
      'no-secret',
      `${what}. Nothing was sent. ${advice}, or give an https address.`,
    );
  }
  return gitWay({ size, files: inputs.length }, { url, ref: bundleRef(run), secret, pushed });
}

const ELSEWHERE =
  'Where you may not push such a ref, name another remote or another way for them (bundle, in reprise.yaml).';
const ADVICE = 'Nothing was sent. Name another one in reprise.yaml (bundle.git.remote).';

/** What `bundlePath` holds becomes a commit, in its place. @throws Failure `no-git` */
export async function commitFiles({ store, run }: Work): Promise<BundleCommit> {
  const [file, to] = [bundlePath(store, run), bundleRepository(store, run)];
  try {
    const made = await commitBundle(store.root, { file, run, to });
    rmSync(file);
    return made;
  } catch (error) {
    throw failure(
      error,
      'no-git',
      (why) => `The notebook's files cannot be made a commit: ${why}. Nothing was sent.`,
    );
  }
}

/** @throws Failure `not-pushed`; `push-timeout` and `push-lost`, after which it may be there; what ended `signal` */
export async function pushFiles(
  { store, run }: Pick<Work, 'store' | 'run'>,
  { remote, commit }: Push,
  signal?: AbortSignal,
): Promise<void> {
  try {
    const repository = bundleRepository(store, run);
    await pushBundle({ root: store.root, remote }, { repository, commit, run }, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    const what = `The notebook's files cannot be pushed to ${remote} (${bundleRef(run)})`;
    const cutOff = error instanceof GitError && (error.reason === 'timeout' || error.reason === 'lost');
    if (cutOff)
      throw failure(
        error,
        `push-${error.reason}`,
        (why) => `${what}: ${why}. No pod was started. Try again.`,
      );
    throw failure(error, 'not-pushed', (why) => `${what}: ${why}. Nothing was sent. ${ELSEWHERE}`);
  }
}

/** @returns why the remote would not take them, and what to do about it; undefined where it would. Nothing is sent. */
export async function refusalOf(
  { store, run }: Pick<Work, 'store' | 'run'>,
  { remote, commit }: Push,
  signal?: AbortSignal,
): Promise<{ words: string; fix: string } | undefined> {
  try {
    const repository = bundleRepository(store, run);
    await pushBundle({ root: store.root, remote }, { repository, commit, run, trial: true }, signal);
    return undefined;
  } catch (error) {
    if (signal?.aborted || !(error instanceof GitError)) throw error;
    const words = `The notebook's files could not be pushed to ${remote} (${bundleRef(run)}): ${error.message}`;
    return { words, fix: ELSEWHERE };
  }
}

/** Keeps with the run that something of it is there, before it may be. @throws as `pushFiles` */
export async function pushForRun(work: Work, push: Push, signal?: AbortSignal): Promise<void> {
  const { store, run } = work;
  const before = readState(store, run);
  writeState(store, { ...before, pushedTo: push.remote });
  try {
    await pushFiles(work, push, signal);
  } catch (error) {
    if (error instanceof Failure && error.reason === 'not-pushed') writeState(store, before);
    throw error;
  }
}

/** @returns why the run's ref is still there, and what to do about it; undefined where none is */
export async function takeRefAway(store: Store, run: string): Promise<string | undefined> {
  const { pushedTo: remote, ...state } = readState(store, run);
  if (remote === undefined) return undefined;
  try {
    await removeBundle({ root: store.root, remote }, run);
    writeState(store, state);
    return undefined;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const ref = bundleRef(run);
    return `The notebook's files may still be at the git remote ${remote}, as they could not be taken away: ${error.message}. Try again with reprise delete ${run}, or: git push ${remote} --delete ${ref}`;
  }
}

function failure(error: unknown, reason: string, words: (why: string) => string): unknown {
  if (!(error instanceof GitError)) return error;
  return new Failure(
    reason === 'no-remote' ? 'usage' : 'infrastructure',
    error.reason === 'missing' ? 'no-git' : reason,
    words(error.message.replace(/\.$/, '')),
  );
}
