/** Locks by their kind: what Reprise makes, and what projects have of their own. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { parse } from 'smol-toml';
import { Failure } from '../notebook/failure';
import type { Pin } from '../notebook/sidecar';
import { complaintOf } from './command';
import { buildConda, readExplicit } from './conda';
import type { Described } from './described';
import { normalized } from './installed';
import { readPackageLock } from './npm/packagelock';
import { readPylock } from './pylock';
import { TOOLS } from './requirements';
import type { Installable, Lock } from './restore';
import type { Uv } from './uv';

type Versions = Map<string, string>;

type Kind = {
  matches: RegExp;
  /** Names, as PEP 503 has them, with versions. */
  versions: (text: string, name: string) => Versions;
  install: (
    lock: { path: string; name: string; text: string },
    uv: () => Promise<Uv>,
    signal?: AbortSignal,
  ) => Promise<Installable> | Installable;
  /** Of what uv does not install. */
  build?: Lock['build'];
};

const KINDS: readonly Kind[] = [
  {
    matches: /^pylock(\.[^.]+)?\.toml$/,
    versions: (text, name) => versionsOf(readPylock(text, name).packages),
    install: ({ text, name }) => {
      readPylock(text, name);
      return { file: 'pylock.toml', text };
    },
  },
  {
    matches: /^uv\.lock$/,
    versions: (text, name) => versionsOf(packagesIn(text, name).filter(({ source }) => !isProject(source))),
    install: async ({ path, name }, uv, signal) => {
      const to = ['export', '--quiet', '--frozen', '--all-groups', '--format', 'pylock.toml', '--no-emit-project'];
      const ran = await (await uv()).run(to, { cwd: dirname(path), ...(signal ? { signal } : {}) });
      if (ran.code !== 0) throw unreadable(name, complaintOf(ran));
      const text = ran.stdout.replace(/^sdist = .*\n/gm, '');
      readPylock(text, name);
      return { file: 'pylock.toml', text };
    },
  },
  {
    matches: /^poetry\.lock$/,
    versions: (text, name) => versionsOf(packagesIn(text, name)),
    install: ({ text, name }) => {
      const lines = packagesIn(text, name).map(({ name: package_, version, files = [] }) => {
        const wheels = files.filter(({ file }) => file.endsWith('.whl'));
        if (wheels.length === 0) throw unreadable(name, `${package_} has no wheel, and source is not built`);
        return `${package_}==${version} ${wheels.map(({ hash }) => `--hash=${hash}`).join(' ')}`;
      });
      return { file: 'requirements.txt', text: `${lines.join('\n')}\n` };
    },
  },
  {
    matches: /^requirements[\w.-]*\.(txt|lock)$/,
    versions: (text, name) => new Map(readHashed(text, name).map(({ name: package_, version }) => [package_, version])),
    install: ({ text, name }) => {
      readHashed(text, name);
      return { file: 'requirements.txt', text };
    },
  },
  {
    matches: /^conda-.+\.txt$/,
    versions: (text, name) => versionsOf(readExplicit(text, name)),
    install: ({ name }) => {
      throw new Failure('usage', 'conda', `${name} lists packages of conda, which pip does not install. It is a file for conda as it is: conda create --file ${name}.`);
    },
    build: buildConda,
  },
  {
    matches: /^package-lock\.json$/,
    versions: (text, name) => new Map(readPackageLock(text, name).map((each) => [each.name, each.version])),
    install: ({ name }) => {
      throw new Failure('usage', 'other-language', `${name} lists packages of npm, and this is for packages of Python. Nothing was written. An image of them: reprise image NOTEBOOK.`);
    },
  },
]; // prettier-ignore

/** Locks of a project, in the order in which they are looked for. */
const OWN = ['uv.lock', 'poetry.lock', 'requirements.txt', 'requirements.lock'];

export type OwnLock = { path: string; name: string; text: string };

/**
 * A project's own lock that agrees with an environment.
 * @returns also, in a sentence each, why others do not
 */
export function ownLock(
  root: string,
  folder: string,
  described: Described,
): { lock?: OwnLock; notices: string[] } {
  const notices: string[] = [];
  for (const place of new Set([folder, root])) {
    for (const name of OWN) {
      const path = join(place, name);
      if (!existsSync(path)) continue;
      const text = readFileSync(path, 'utf8');
      // Without digests it is a wish, and no lock.
      if (name.startsWith('requirements') && !/--hash=sha256:/.test(text)) continue;
      const differs = disagreement(kindOf(name)!.versions(text, name), described);
      if (differs === undefined) return { lock: { path, name, text }, notices };
      notices.push(`${relative(root, path)} is there and does not agree with the environment: ${differs}.`);
    }
  }
  return { notices };
}

function disagreement(locked: Versions, { packages }: Described): string | undefined {
  const differing = packages.flatMap(({ name, version, from }) => {
    if (TOOLS.has(name) || from?.kind === 'folder') return [];
    const wanted = locked.get(name);
    if (wanted === version) return [];
    return [wanted === undefined ? `${name} is not in it` : `${name} is ${version}, locked is ${wanted}`];
  });
  if (differing.length === 0) return undefined;
  return `${differing.slice(0, 3).join('; ')}${differing.length > 3 ? `; and ${differing.length - 3} more` : ''}`;
}

/**
 * The lock that a sidecar names.
 * @param folder of the sidecar, from which its path goes
 * @throws Failure `no-lock`, `lock-changed`, `bad-lock`
 */
export function lockOf(pin: Pin, folder: string, root: string): Lock {
  const path = resolve(folder, pin.lock);
  const inside = relative(root, path);
  if (inside.startsWith(`..${sep}`) || inside === '..' || resolve(root, inside) !== path) {
    throw new Failure(
      'drift',
      'bad-lock',
      `The sidecar names a lock outside of the project: ${pin.lock}. Nothing was read.`,
    );
  }
  const name = basename(path);
  const kind = kindOf(name);
  if (kind === undefined) {
    throw new Failure(
      'drift',
      'bad-lock',
      `The sidecar names ${pin.lock} as its lock, which is none that Reprise restores.`,
    );
  }
  if (!existsSync(path)) {
    throw new Failure(
      'drift',
      'no-lock',
      `The lock ${inside} is not there. Get it from version control, or pin again: reprise pin.`,
    );
  }
  const text = readFileSync(path, 'utf8');
  if (sha256Of(text) !== pin.sha256) {
    throw new Failure(
      'drift',
      'lock-changed',
      `${inside} is not the lock that the sidecar names: it was changed after the notebook was pinned. ` +
        'Nothing was built. Take the lock back from version control, or pin again: reprise pin.',
    );
  }
  const { build } = kind;
  return {
    name,
    text,
    install: async (uv, signal) => kind.install({ path, name, text }, uv, signal),
    ...(build ? { build } : {}),
  };
}

/** What a lock says of packages, for a comparison with what is installed. @throws Failure `bad-lock` */
export function lockedVersions({ name, text }: { name: string; text: string }): Versions {
  return kindOf(name)?.versions(text, name) ?? new Map<string, string>();
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function kindOf(name: string): Kind | undefined {
  return KINDS.find(({ matches }) => matches.test(name));
}

type Locked = { name: string; version: string; source?: object; files?: { file: string; hash: string }[] };

function packagesIn(text: string, name: string): Locked[] {
  try {
    const { package: packages = [] } = parse(text) as { package?: Locked[] };
    return packages;
  } catch (error) {
    throw unreadable(
      name,
      `it is no TOML, or has marks of a merge conflict (${(error as Error).message.split('\n')[0]})`,
    );
  }
}

function isProject(source: object | undefined): boolean {
  return source !== undefined && ('editable' in source || 'virtual' in source || 'directory' in source);
}

function versionsOf(packages: readonly { name: string; version: string }[]): Versions {
  return new Map(packages.map(({ name, version }) => [normalized(name), version]));
}

export type Hashed = { name: string; version: string; marker?: string; sha256: string[] };

/**
 * `name==version ; marker --hash=sha256:…`, with lines continued, and nothing else: options would say from where.
 * @throws Failure `bad-lock`
 */
export function readHashed(text: string, name: string): Hashed[] {
  const lines = text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter(Boolean);
  return lines.map((line) => {
    const found =
      /^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([\w.!+]+)(?:\s*;([^-]*?))?((?:\s+--hash=sha256:[0-9a-f]{64})+)$/.exec(
        line,
      );
    if (found === null) throw unreadable(name, `"${line.slice(0, 60)}" has no version and sha256`);
    const [, package_, version, marker, hashes] = found;
    return {
      name: normalized(package_!),
      version: version!,
      ...(marker === undefined ? {} : { marker: marker.trim() }),
      sha256: hashes!.match(/[0-9a-f]{64}/g)!,
    };
  });
}

function unreadable(name: string, why: string): Failure {
  return new Failure('drift', 'bad-lock', `${name} is not a lock to build from: ${why}. Nothing was built.`);
}
