/** A bundle that is pushed by the user's own git, to a real server, and nothing of the user's that changes by it. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitServer } from '../../gitServer';
import {
  type BundleCommit,
  bundleRef,
  commitBundle,
  fetchAddress,
  pushBundle,
  removeBundle,
} from '../../../src/git/bundle';
import { GitError } from '../../../src/git/command';
import { addressElsewhere } from '../../../src/git/remote';
import { listing, Place } from './place';

const RUN = '20261126-120000-abcdef';
const REF = bundleRef(RUN);
const TOKEN = 's3cr3t';
const MIB = 1 << 20;

let place: Place;
let server: GitServer;
let remote: string;
let root: string;

beforeEach(async () => {
  process.env.GIT_CONFIG_GLOBAL = '/dev/null';
  place = new Place();
  mkdirSync(place.path('served/team.git'), { recursive: true });
  place.git('served/team.git', 'init', '-q', '--bare', '--object-format=sha1', '.');
  server = await GitServer.start(place.path('served'), TOKEN);
  remote = `${server.address}/team.git`;
  root = place.repository();
  place.git('study', 'remote', 'add', 'origin', remote);
  place.git('study', 'config', 'credential.helper', `!f() { echo username=git; echo password=${TOKEN}; }; f`);
});

afterEach(async () => {
  delete process.env.GIT_CONFIG_GLOBAL;
  await server.stop();
  place.remove();
});

async function committed(bytes: Buffer = randomBytes(MIB), from = root): Promise<BundleCommit> {
  place.write('bundle.tar.gz', bytes);
  return commitBundle(from, { file: place.path('bundle.tar.gz'), run: RUN, to: place.path('bundle.git') });
}

function push({ commit }: BundleCommit, to = 'origin', from = root): Promise<void> {
  const repository = place.path('bundle.git');
  return pushBundle({ root: from, remote: to }, { repository, commit, run: RUN });
}

function served(...args: string[]): string {
  return place.git('served/team.git', ...args).trim();
}

describe('a bundle that is pushed', () => {
  it('is one commit with its parts, under a ref of its own, and leaves the user’s repository alone', async () => {
    writeFileSync(`${root}/.git/hooks/pre-push`, `#!/bin/sh\ntouch ${place.path('hook-ran')}\n`);
    chmodSync(`${root}/.git/hooks/pre-push`, 0o755);
    place.git('study', 'config', '--add', 'remote.origin.fetch', '+refs/*:refs/all/*');
    place.git('study', 'config', 'remote.origin.mirror', 'true');
    const before = listing(root);
    const bytes = randomBytes(33 * MIB);
    const made = await committed(bytes);
    await push(made);
    expect(made.parts).toBe(2);
    expect(served('for-each-ref', '--format=%(refname) %(objectname)')).toBe(`${REF} ${made.commit}`);
    expect(served('rev-list', '--parents', REF)).toBe(made.commit);
    expect(
      served('ls-tree', '-l', REF)
        .split('\n')
        .map((line) => line.split(/\s+/).slice(3)),
    ).toEqual([
      [String(32 * MIB), 'bundle.tar.gz.000'],
      [String(MIB), 'bundle.tar.gz.001'],
    ]);
    expect(listing(root)).toEqual(before);
    expect(existsSync(place.path('hook-ran'))).toBe(false);
    expect(statSync(place.path('bundle.tar.gz')).size).toBe(bytes.length);
  });

  it('is the same commit when it is made again, and pushing it again changes nothing', async () => {
    const bytes = randomBytes(MIB);
    const first = await committed(bytes);
    await push(first);
    const second = await committed(bytes);
    expect(second).toEqual(first);
    await push(second);
  });

  it('goes from a shallow clone, and from a repository of the other object format', async () => {
    place.write('study/lib/model.py', 'rate = 0.2\n');
    place.commit('study', 'second');
    place.git('', 'clone', '-q', '--depth', '1', `file://${root}`, 'shallow');
    const helper = `!f() { echo username=git; echo password=${TOKEN}; }; f`;
    place.git('shallow', 'config', 'credential.helper', helper);
    const made = await committed(undefined, place.path('shallow'));
    await push(made, remote, place.path('shallow'));
    expect(served('rev-parse', REF)).toBe(made.commit);

    mkdirSync(place.path('served/other.git'));
    place.git('served/other.git', 'init', '-q', '--bare', '--object-format=sha256', '.');
    mkdirSync(place.path('other'));
    place.git('other', 'init', '-q', '--object-format=sha256');
    place.git('other', 'config', 'credential.helper', helper);
    const other = await committed(undefined, place.path('other'));
    expect(other.commit).toHaveLength(64);
    await push(other, `${server.address}/other.git`, place.path('other'));
  });

  it('goes from a folder without a repository, with what the environment lets the user in by', async () => {
    const folder = place.path('plain');
    mkdirSync(folder);
    place.write('askpass', `#!/bin/sh\ncase "$1" in U*) echo git;; *) echo ${TOKEN};; esac\n`);
    chmodSync(place.path('askpass'), 0o755);
    process.env.GIT_ASKPASS = place.path('askpass');
    try {
      const made = await committed(undefined, folder);
      await push(made, remote, folder);
      expect(served('rev-parse', REF)).toBe(made.commit);
      await removeBundle({ root: folder, remote }, RUN);
      expect(served('for-each-ref')).toBe('');
    } finally {
      delete process.env.GIT_ASKPASS;
    }
  });

  it('takes no tag of the user’s along, neither when it comes nor when it goes', async () => {
    place.git('study', 'push', '-q', place.path('served/team.git'), 'HEAD:refs/heads/main');
    place.git('study', 'tag', '-a', 'private', '-m', 'not pushed yet');
    place.git('study', 'config', 'push.followTags', 'true');
    place.git('study', 'config', 'push.gpgSign', 'true');
    await push(await committed());
    await removeBundle({ root, remote: 'origin' }, RUN);
    expect(served('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  it('goes to a remote that the user mirrors to, and alone', async () => {
    place.git('study', 'remote', 'add', '--mirror=push', 'backup', remote);
    await push(await committed(), 'backup');
    expect(served('for-each-ref', '--format=%(refname)')).toBe(REF);
    await removeBundle({ root, remote: 'backup' }, RUN);
    expect(served('for-each-ref')).toBe('');
  });

  it('goes where a user lets git find no bare repository', async () => {
    place.write('gitconfig', '[safe]\n\tbareRepository = explicit\n');
    process.env.GIT_CONFIG_GLOBAL = place.path('gitconfig');
    const folder = place.path('plain');
    mkdirSync(folder);
    const made = await committed();
    await push(made);
    expect(served('rev-parse', REF)).toBe(made.commit);
    const to = remote.replace('://', `://git:${TOKEN}@`);
    await push(await committed(undefined, folder), to.replace('team', 'other'), folder).catch((error) => {
      expect(String(error)).not.toContain('bare repository');
    });
    await removeBundle({ root: folder, remote: to }, RUN);
    expect(served('for-each-ref')).toBe('');
  });

  it('is taken away, and what is not there is taken away too', async () => {
    await push(await committed());
    await removeBundle({ root, remote: 'origin' }, RUN);
    expect(served('for-each-ref')).toBe('');
    await removeBundle({ root, remote: 'origin' }, RUN);
  });
});

async function refusal(work: Promise<unknown>): Promise<GitError> {
  const error = await work.then(
    () => expect.fail('it was not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GitError);
  expect((error as GitError).message).not.toContain(TOKEN);
  return error as GitError;
}

describe('a push that is refused', () => {
  it('says what the server said', async () => {
    place.write('served/team.git/hooks/pre-receive', '#!/bin/sh\necho "No such refs here." >&2\nexit 1\n');
    chmodSync(place.path('served/team.git/hooks/pre-receive'), 0o755);
    const { reason, message } = await refusal(push(await committed()));
    expect([reason, message]).toEqual(['refused', 'No such refs here.; pre-receive hook declined']);
  });

  it('says that nobody is let in, that nothing is there, and that there is no such remote', async () => {
    const made = await committed();
    place.git('study', 'config', 'credential.helper', '!f() { echo username=git; echo password=wrong; }; f');
    expect((await refusal(push(made))).message).toMatch(/^Authentication failed for/);
    expect((await refusal(push(made, 'http://127.0.0.1:1/team.git'))).message).toMatch(/unable to access/);
    expect((await refusal(fetchAddress({ root, remote: 'upstream' }))).message).toMatch(/No such remote/);
  });
});

describe('a push that comes to nothing', () => {
  it('says what ssh said, not only that nothing could be read', async () => {
    const words = '@@@@@@\ngit@git.example: Permission denied (publickey).';
    place.write('ssh', `#!/bin/sh\nprintf '%s\\n' '${words}' >&2\nexit 255\n`);
    chmodSync(place.path('ssh'), 0o755);
    place.git('study', 'config', 'core.sshCommand', place.path('ssh'));
    const { message } = await refusal(push(await committed(), 'git@git.example:team/a.git'));
    expect(message).toBe('git@git.example: Permission denied (publickey).');
  });

  it('shows no part of a password that was not encoded', async () => {
    const address = `http://ada:p@${TOKEN}@127.0.0.1:1/team.git`;
    expect((await refusal(push(await committed(), address))).reason).toBe('refused');
  });

  it('is no push where git was killed', async () => {
    const made = await committed();
    const git = `case " $* " in *" push "*) kill -9 $$;; esac\nPATH="$REST" exec git "$@"`;
    place.write('programs/git', `#!/bin/sh\nREST=${process.env.PATH}\n${git}\n`);
    chmodSync(place.path('programs/git'), 0o755);
    const before = process.env.PATH;
    process.env.PATH = `${place.path('programs')}:${before}`;
    try {
      expect((await refusal(push(made))).reason).toBe('lost');
    } finally {
      process.env.PATH = before;
    }
  });
});

describe('the address that another machine fetches from', () => {
  it('is that of the remote, without what lets the user in', async () => {
    expect(await fetchAddress({ root, remote: 'origin' })).toBe(remote);
    place.git('study', 'remote', 'set-url', 'origin', `https://ada:${TOKEN}@git.example/team.git?x=${TOKEN}`);
    expect(await fetchAddress({ root, remote: 'origin' })).toBe('https://git.example/team.git');
    place.git('study', 'remote', 'set-url', 'origin', place.path('served/team.git'));
    expect(await fetchAddress({ root, remote: 'origin' })).toBeUndefined();
  });

  it('keeps the user of ssh, and starts no program', () => {
    expect(addressElsewhere('git@git.example:team/a.git')).toBe('git@git.example:team/a.git');
    expect(addressElsewhere(`ssh://git:${TOKEN}@git.example:22/a`)).toBe('ssh://git@git.example:22/a');
    for (const other of [
      'ext::sh -c true',
      'file:///srv/a.git',
      '/srv/a.git',
      'alias:a.git',
      'C:\\a',
      'git@h:-x',
      '-oProxyCommand@h:x',
    ])
      expect(addressElsewhere(other), other).toBeUndefined();
  });
});
