/**
 * What travels with a run, as a commit of its own: made in a repository beside the user's, pushed by the user's own git to
 * a ref of its own, from where a pod fetches it. No branch, index or file of the user's is touched, and no hook runs.
 */
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Git, GitError } from './command';
import { addressElsewhere, withoutCredentials } from './remote';

/** Hosts refuse files over 100 MB, and some warn from 50 on; there are no such files in the commit. */
const PART_BYTES = 32 << 20;
/** A server that takes in what it was sent is silent meanwhile. */
const PATIENCE = 10 * 60_000;
/** What is packed already does not get smaller. */
const AS_IT_IS = ['core.compression=0', 'core.looseCompression=0', 'pack.compression=0', 'pack.window=0'];
/** Of repositories that are made here, also where a user lets git find no bare ones. */
const BARE = ['safe.bareRepository=all'];
/** What a user has git push besides, for every push: nothing but the run's ref comes or goes. */
const THIS_ALONE = ['--no-verify', '--no-follow-tags', '--no-signed', '--recurse-submodules=no'];
/** The same files of the same run are the same commit, whoever makes it and when. */
const NOBODY = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Reprise'],
    [`GIT_${role}_EMAIL`, 'reprise@localhost'],
    [`GIT_${role}_DATE`, '@0 +0000'],
  ]),
) as Record<string, string>;

/** In `parts` files, named after the packed one with `.000`, `.001` … */
export type BundleCommit = { commit: string; parts: number };

/** `remote`: a name or an address; `root`: a folder whose repository and configuration are the user's, where there is one. */
export type Remote = { root: string; remote: string };

export function bundleRef(run: string): string {
  return `refs/reprise/bundles/${run}`;
}

/**
 * @returns where another machine fetches from; undefined where it cannot
 * @throws GitError where there is no such remote
 */
export async function fetchAddress({ root, remote }: Remote): Promise<string | undefined> {
  const url = isAddress(remote)
    ? remote
    : (await new Git(root).run(['remote', 'get-url', '--', remote])).trim();
  return addressElsewhere(url);
}

/** Where a remote is pushed to, in words for people, where that is not where it is fetched from (`pushurl`). */
export async function pushAddresses({ root, remote }: Remote): Promise<string[]> {
  if (isAddress(remote)) return [];
  const git = new Git(root);
  const asked = async (...more: string[]): Promise<string[]> =>
    (await git.run(['remote', 'get-url', ...more, '--', remote])).trim().split('\n');
  const [fetched] = await asked();
  return (await asked('--push', '--all')).filter((url) => url !== fetched).map(withoutCredentials);
}

/** @param to a folder for the repository that holds the commit; what is there is replaced. @throws GitError */
export async function commitBundle(
  root: string,
  { file, run, to }: { file: string; run: string; to: string },
): Promise<BundleCommit> {
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  const git = new Git(to);
  // Servers take objects of their own format alone.
  const format = await new Git(root).line('rev-parse', '--show-object-format');
  // Git before 2.29 knows neither the option nor another format, and goes on where it does not know a setting.
  const other = format === 'sha256' ? ['--object-format=sha256'] : [];
  const config = format === undefined ? [] : ['init.defaultObjectFormat=sha1'];
  await git.run(['init', '--quiet', '--bare', ...other, '.'], { config });
  const parts = Math.max(1, Math.ceil(statSync(file).size / PART_BYTES));
  const entries: string[] = [];
  const part = path.join(to, 'part');
  for (let index = 0; index < parts; index++) {
    const start = index * PART_BYTES;
    await pipeline(createReadStream(file, { start, end: start + PART_BYTES - 1 }), createWriteStream(part));
    const hashed = ['hash-object', '-w', '--no-filters', '--', part];
    const blob = (await git.run(hashed, { config: [...BARE, ...AS_IT_IS], patience: PATIENCE })).trim();
    entries.push(`100644 blob ${blob}\t${path.basename(file)}.${String(index).padStart(3, '0')}\n`);
  }
  rmSync(part);
  const tree = (await git.run(['mktree'], { input: entries.join(''), config: BARE })).trim();
  const made = await git.run(['commit-tree', tree, '-m', `Files of run ${run}`], {
    env: NOBODY,
    config: BARE,
  });
  return { commit: made.trim(), parts };
}

/**
 * @param repository where the commit is, as `commitBundle` left it
 * @param trial asks the remote, and sends it nothing
 * @throws GitError `refused`: nothing is there; `timeout`, `lost`: it may be
 */
export async function pushBundle(
  { root, remote }: Remote,
  { repository, commit, run, trial }: { repository: string; commit: string; run: string; trial?: boolean },
  signal?: AbortSignal,
): Promise<void> {
  const theirs = await new Git(root).line('rev-parse', '--git-path', 'objects');
  const to = await targetOf({ root, remote });
  const mode = trial ? ['--dry-run'] : [];
  const args = ['push', '--progress', ...mode, ...THIS_ALONE, '--', to, `${commit}:${bundleRef(run)}`];
  const config = [...notAsMirror(remote), ...AS_IT_IS];
  const how = { config, patience: PATIENCE, access: true, signal };
  try {
    if (theirs === undefined)
      return void (await new Git(repository).run(args, { ...how, config: [...BARE, ...config] }));
    // In the user's repository, for its remotes and its way to let them in, with objects that are not in it.
    const env = {
      GIT_OBJECT_DIRECTORY: path.join(repository, 'objects'),
      // Quoted, as a colon would part it.
      GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(path.resolve(root, theirs)),
    };
    await new Git(root).run(args, { ...how, env });
  } catch (error) {
    throw explained(error);
  }
}

/** Where all refs of a remote are followed (a mirror), a push to its name would leave one here for what is not here. */
async function targetOf({ root, remote }: Remote): Promise<string> {
  const git = new Git(root);
  const followed = await git.run(['config', '--get-all', `remote.${remote}.fetch`]).catch(() => '');
  if (!/^\+?refs\/(reprise\/(bundles\/)?)?\*/m.test(followed)) return remote;
  return (await git.line('remote', 'get-url', '--push', '--', remote)) ?? remote;
}

/** A mirror is pushed as a whole, or not at all. */
function notAsMirror(remote: string): string[] {
  return isAddress(remote) ? [] : [`remote.${remote}.mirror=false`];
}

function isAddress(remote: string): boolean {
  return /[:@]/.test(remote);
}

/** @throws GitError; that it is not there is none */
export async function removeBundle({ root, remote }: Remote, run: string): Promise<void> {
  const to = await targetOf({ root, remote });
  const args = ['push', ...THIS_ALONE, '--', to, `:${bundleRef(run)}`];
  const isRepository = (await new Git(root).line('rev-parse', '--git-dir')) !== undefined;
  // Git pushes from nowhere else than from a repository.
  const elsewhere = isRepository ? undefined : mkdtempSync(path.join(tmpdir(), 'reprise-remote-'));
  const git = new Git(elsewhere ?? root);
  try {
    if (elsewhere !== undefined) await git.run(['init', '--quiet', '--bare', '.']);
    const config = elsewhere === undefined ? notAsMirror(remote) : BARE;
    await git.run(args, { access: true, config });
  } catch (error) {
    if (error instanceof GitError && /remote ref does not exist/.test(error.said)) return;
    throw explained(error);
  } finally {
    if (elsewhere !== undefined) rmSync(elsewhere, { recursive: true, force: true });
  }
}

/** Git's last word is often only that it could not: why is what the server, or ssh, said before it. */
function explained(error: unknown): unknown {
  if (!(error instanceof GitError) || error.reason !== 'refused') return error;
  const lines = error.said.split('\n').map((line) => line.trim());
  const refused = lines.flatMap((line) => /^! \[.*?\].*\((.*)\)$/.exec(line)?.[1] ?? []);
  const remote = lines.flatMap((line) => /^remote: (?:error: |fatal: )?(.*\S)/.exec(line)?.[1] ?? []);
  const why = refused.length > 0 ? [...remote.slice(0, 3), ...refused].join('; ') : saidBefore(lines, error);
  // What was cut off may have come to its end there.
  const isLost = refused.length === 0 && /hung up unexpectedly|unexpected disconnect/.test(error.said);
  return new GitError(
    isLost ? 'lost' : 'refused',
    why.replace(/\/\/[^/\s]*@/g, '//').replace(/^(fatal|error): /, ''),
    error.said,
  );
}

function saidBefore(lines: readonly string[], { message }: GitError): string {
  if (!/Could not read from remote repository|hung up unexpectedly/.test(message)) return message;
  const before = lines.slice(0, lines.indexOf(message)).map((line) => line.replace(/^remote: ?/, ''));
  return before.findLast((line) => /\w{3}/.test(line) && !PROGRESS.test(line)) ?? message;
}

const PROGRESS = /^(Enumerating|Counting|Compressing|Writing|Delta|Total|Pushing) /;
