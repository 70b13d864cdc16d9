/**
 * The wheel of PyPI whose library TensorFlow.js is built against: its own install script fetches one from elsewhere, of
 * which there is no digest to go by.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { Wheel } from '../../notebook/javascriptPin';
import { command, complaintOf } from '../command';
import { readPylock } from '../pylock';
import type { Uv } from '../uv';
import { addonIn, modulesWithAddon } from './native';
import type { LockedModule } from './packagelock';

/** What TensorFlow.js 4 was tried with, where no addon is built that says its own. */
const TENSORFLOW = '2.21.0';
/** Whose wheel: the library in it is called by no Python. */
const PYTHON = '3.11';
/** The kind of machine for which there are wheels with the library in a file of its own. */
export const WHEEL_PLATFORM = 'x86_64-manylinux_2_28';

type WheelRequest = {
  /** Holds `node_modules`. */
  folder: string;
  locked: readonly LockedModule[];
  node: string;
  uv: () => Promise<Uv>;
  offline?: boolean;
  signal?: AbortSignal;
};

/**
 * Undefined where nothing in the lock has an addon.
 * @throws Failure `no-wheel`
 */
export async function wheelFor(request: WheelRequest): Promise<Wheel | undefined> {
  const { folder, locked, signal, offline } = request;
  const [first] = modulesWithAddon(locked);
  if (first === undefined) return undefined;
  // With the GPU package the library has the kernels of both.
  const isForGpu = modulesWithAddon(locked).every(({ name }) => name.endsWith('-gpu'));
  const name = isForGpu ? 'tensorflow' : 'tensorflow-cpu';
  const version = (await builtAgainst(join(folder, first.path), request)) ?? TENSORFLOW;
  const place = await mkdtemp(join(tmpdir(), 'reprise-wheel-'));
  try {
    const input = join(place, 'requirements.in');
    await writeFile(input, `${name}==${version}\n`);
    const ran = await (
      await request.uv()
    ).run(
      [
        ...['pip', 'compile', '--quiet', '--no-header', '--no-deps', '--only-binary', ':all:', input],
        ...['--format', 'pylock.toml', '--python-version', PYTHON, '--python-platform', WHEEL_PLATFORM],
        ...(offline ? ['--offline'] : []),
      ],
      { cwd: place, ...(signal ? { signal } : {}) },
    );
    if (ran.code !== 0) throw noWheel(name, version, complaintOf(ran));
    const wheels = readPylock(ran.stdout, 'what uv found').packages.flatMap((each) => each.wheels);
    if (wheels.length !== 1)
      throw noWheel(name, version, `there are ${wheels.length} for this kind of machine`);
    return { name, version, python: PYTHON, sha256: wheels[0]!.sha256 };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** The version of TensorFlow that an addon says it was built against. */
async function builtAgainst(
  module: string,
  { node, signal }: Pick<WheelRequest, 'node' | 'signal'>,
): Promise<string | undefined> {
  const addon = addonIn(module);
  if (addon === undefined) return undefined;
  const env = { ...process.env, NODE_OPTIONS: undefined, TF_CPP_MIN_LOG_LEVEL: '3' };
  const args = ['-p', 'require(process.argv[1]).TF_Version', addon];
  const ran = await command(node, args, { env, ...(signal ? { signal } : {}) });
  const said = ran.stdout.trim();
  return ran.code === 0 && /^\d+\.\d+\.\d+$/.test(said) ? said : undefined;
}

function noWheel(name: string, version: string, why: string): Failure {
  return new Failure(
    'infrastructure',
    'no-wheel',
    `No wheel of ${name} ${version} was found, against which the addon of TensorFlow.js is built: ${why}. Nothing was pinned.`,
  );
}
