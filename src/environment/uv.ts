/** The pinned uv: installed on first use from a committed, hashed lock; offline, what is on the PATH serves. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../notebook/failure';
import { cacheFolder } from './cache';
import { command, complaintOf, type CommandOptions, type Ran } from './command';

const OLDEST = [0, 8];

export class Uv {
  constructor(
    readonly path: string,
    readonly cache: string,
  ) {}

  /** Wheels lie in a cache of Reprise's own, where no other tool's hard links reach. */
  run(args: readonly string[], { env, ...options }: CommandOptions = {}): Promise<Ran> {
    return command(this.path, args, {
      ...options,
      env: {
        ...withoutSettings(env ?? process.env),
        UV_CACHE_DIR: this.cache,
        UV_PYTHON_DOWNLOADS: 'never',
        UV_NO_CONFIG: '1',
        UV_NO_PROGRESS: '1',
      },
    });
  }
}

/** Variables that choose an environment, or change what a lock means. Indexes, proxies and certificates stay. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const dropped =
    /^(VIRTUAL_ENV|CONDA_PREFIX|PYTHONPATH|PYTHONHOME|UV_(PYTHON|PROJECT|SYSTEM_PYTHON|LINK_MODE|NO_BINARY|PRERELEASE|RESOLUTION|CONSTRAINT|OVERRIDE|EXCLUDE_NEWER|TARGET|PREFIX)\w*)$/;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !dropped.test(name)));
}

export type UvRequest = {
  /** A Python with pip, to install it with. */
  python: string;
  /** Path of the hashed requirements of the pinned uv. */
  lock: string;
  signal?: AbortSignal;
  environment?: NodeJS.ProcessEnv;
};

/** @throws Failure `no-uv` */
export async function findUv({ python, lock, signal, environment = process.env }: UvRequest): Promise<Uv> {
  const cache = cacheFolder(environment);
  const wheels = join(cache, 'uv');
  const text = readFileSync(lock, 'utf8');
  const digest = createHash('sha256')
    .update(text)
    .update(`\0${process.platform}-${process.arch}`)
    .digest('hex');
  const folder = join(cache, 'tools', `uv-${digest.slice(0, 16)}`);
  const program = join(folder, 'bin', process.platform === 'win32' ? 'uv.exe' : 'uv');
  if (existsSync(program)) return new Uv(program, wheels);
  const temporary = `${folder}.${randomBytes(4).toString('hex')}`;
  const given = signal ? { signal } : {};
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary',
    ':all:',
  ];
  const all = [...install, '--require-hashes', '--target', temporary, '-r', lock];
  let ran = await command(python, all, given);
  // An interpreter of a distribution has no pip, where another on the PATH has.
  if (ran.code !== 0) ran = await command('python3', all, given).catch(() => ran);
  if (ran.code === 0) {
    publish(temporary, folder, program);
    return new Uv(program, wheels);
  }
  rmSync(temporary, { recursive: true, force: true });
  if (await isOnPath()) return new Uv('uv', wheels);
  throw new Failure(
    'infrastructure',
    'no-uv',
    `uv could not be installed with ${python} (${complaintOf(ran)}), and there is none on the PATH. ` +
      'Connect to the network once, or install uv, and try again.',
  );
}

function publish(temporary: string, folder: string, program: string): void {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Somebody else was faster, and theirs is as good.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(program)) throw error;
  }
}

async function isOnPath(): Promise<boolean> {
  const ran = await command('uv', ['--version']).catch(() => undefined);
  const [major = 0, minor = 0] =
    /(\d+)\.(\d+)/
      .exec(ran?.stdout ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  return ran?.code === 0 && (major > OLDEST[0]! || minor >= OLDEST[1]!);
}
