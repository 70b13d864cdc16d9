/** Makes a PEP 751 lock by uv: address and sha256 of every wheel. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { Failure } from '../notebook/failure';
import { complaintOf } from './command';
import { type Platform, withoutWheel } from './platforms';
import { type Pylock, readPylock } from './pylock';
import { minorOf, type Python } from './pythons';
import type { Requirements } from './requirements';
import type { Uv } from './uv';

export type LockRequest = {
  /** Of the file that it becomes. */
  name: string;
  requirements: Requirements;
  python: Python;
  platform: Platform;
  uv: Uv;
  offline?: boolean;
  signal?: AbortSignal;
};

/**
 * @returns the text of the lock, and what it holds
 * @throws Failure `no-lock` with what cannot be resolved, `no-wheel` with every package that the platform has none of
 */
export async function makeLock(request: LockRequest): Promise<{ text: string; lock: Pylock }> {
  const { name, requirements, python, platform, uv, offline, signal } = request;
  const folder = await mkdtemp(join(tmpdir(), 'reprise-pin-'));
  const given = { cwd: folder, ...(signal ? { signal } : {}) };
  try {
    await writeFile(join(folder, 'pyproject.toml'), projectOf(requirements, python, platform));
    const flags = ['--quiet', '--no-build', ...(offline ? ['--offline'] : [])];
    const locked = await uv.run(['lock', ...flags, '--python', python.path], given);
    if (locked.code !== 0) throw unlocked(complaintOf(locked));
    // One way of writing locks, as uv's cache is keyed by where a wheel is said to come from.
    const to = [
      'export',
      '--quiet',
      '--frozen',
      '--format',
      'pylock.toml',
      '--no-emit-project',
      '-o',
      'pylock.toml',
    ];
    const exported = await uv.run(to, given);
    if (exported.code !== 0) throw unlocked(complaintOf(exported));
    const text = wheelsOnly(await readFile(join(folder, 'pylock.toml'), 'utf8'));
    const missing = packagesWithout(text);
    const lock = missing.length === 0 ? readPylock(text, name) : undefined;
    const without = lock ? withoutWheel(lock.packages, platform, minorOf(python.version)) : missing;
    if (without.length > 0) throw noWheel(without, platform);
    return { text, lock: lock! };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function projectOf(
  { dependencies, requiresPython }: Requirements,
  { version }: Python,
  { marker }: Platform,
): string {
  const [major, minor] = version.split('.').map(Number);
  return stringify({
    project: {
      name: 'notebook',
      version: '0',
      'requires-python': requiresPython ?? `>=${version},<${major}.${minor! + 1}`,
      dependencies,
    },
    tool: { uv: { environments: [marker] } },
  });
}

const HEADER = '# The environment of a notebook, wheel by wheel (PEP 751). Made by "reprise pin".\n';

/** Sources are not built, and say nothing that a wheel's digest does not. */
function wheelsOnly(text: string): string {
  const body = text.replace(/^(#.*\n)+/, '').replace(/^sdist = .*\n/gm, '');
  return HEADER + body;
}

function packagesWithout(text: string): string[] {
  return text
    .split(/^\[\[packages\]\]$/m)
    .slice(1)
    .filter((part) => !/^wheels = /m.test(part) && !/^\[\[packages\.wheels\]\]$/m.test(part))
    .map((part) => `${/^name = "(.*)"/m.exec(part)?.[1]} ${/^version = "(.*)"/m.exec(part)?.[1]}`);
}

function unlocked(why: string): Failure {
  return new Failure('infrastructure', 'no-lock', `No lock could be made: ${why}. Nothing was pinned.`);
}

function noWheel(packages: readonly string[], { name }: Platform): Failure {
  return new Failure(
    'usage',
    'no-wheel',
    `There is no wheel for ${name} of ${packages.join(', ')}. Nothing was pinned. ` +
      'Source is not built: what that gives is another thing on each machine. Take another version, or leave it out.',
  );
}
