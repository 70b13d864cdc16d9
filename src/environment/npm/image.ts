/** What an image is built from in which a notebook in JavaScript runs as it is pinned. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { JavaScriptPin } from '../../notebook/javascriptPin';
import type { Pin } from '../../notebook/sidecar';
import { complaintOf } from '../command';
import { AGENT_LOCK, CUDA_LOCK, nodeDockerfileText } from '../exports/nodeContainer';
import { requirementLine } from '../exports/requirements';
import { lockOf, readHashed } from '../locks';
import type { Uv } from '../uv';
import { ENTRIES } from './kernel';
import { modulesWithAddon } from './native';
import { type LockedModule, PACKAGE_LOCK, readPackageLock } from './packagelock';
import { WHEEL_PLATFORM } from './wheel';

export type ImageRequest = {
  path: string;
  root: string;
  pin: Pin & { javascript: JavaScriptPin };
  /** With Node, by its digest. */
  base: string;
  uv: () => Promise<Uv>;
  signal?: AbortSignal;
};

export type ImageFiles = {
  /** Texts by name, the Dockerfile first. */
  files: Record<string, string>;
  packages: number;
};

/** @throws Failure `no-lock`, `lock-changed`, `bad-lock`, `bad-pin`, `no-package-json`, `other-kernel`, `no-wheel`, `no-uv` */
export async function nodeImage(request: ImageRequest): Promise<ImageFiles> {
  const { path, root, pin, base } = request;
  const place = dirname(resolve(path));
  const { text } = lockOf(pin, place, root);
  const locked = readPackageLock(text, PACKAGE_LOCK);
  const { javascript } = pin;
  const entry = requireKernel(javascript, locked);
  const modules = modulesWithAddon(locked).map((each) => each.path);
  const { wheel } = javascript;
  if (modules.length > 0) requireWheel(pin);
  const isForGpu = modules.length > 0 && wheel?.name === 'tensorflow';
  const beside: Record<string, string> = {
    [AGENT_LOCK]: await hashed('ipykernel', ['--universal', '--python-version', OLDEST_PYTHON], request),
    ...(isForGpu ? { [CUDA_LOCK]: await cudaLock(wheel, request) } : {}),
    'package.json': projectOf(dirname(resolve(place, pin.lock))),
    [PACKAGE_LOCK]: text,
  };
  const dockerfile = nodeDockerfileText({
    lock: shown(pin.lock),
    image: base,
    engine: Object.fromEntries(
      Object.entries(javascript.engine).map(([name, version]) => [name, plain(version)]),
    ),
    files: { [entry]: javascript.sha256, ...librariesOf(javascript) },
    isForGpu,
    ...(modules.length > 0 && wheel ? { addon: { modules, wheel } } : {}),
  });
  const ignored = `*\n${Object.keys(beside)
    .map((name) => `!${name}\n`)
    .join('')}`;
  return {
    files: { Dockerfile: dockerfile, '.dockerignore': ignored, ...beside },
    packages: locked.length,
  };
}

/** What the agent runs on; what is locked has wheels for every later one, too. */
const OLDEST_PYTHON = '3.9';

/** The kernel of the pin comes from the lock, as nothing else is installed. @returns its entry file */
function requireKernel({ kernel, version }: JavaScriptPin, locked: readonly LockedModule[]): string {
  const file = `node_modules/${ENTRIES[kernel]('linux', 'x64')}`;
  const module = locked.find(({ path }) => file.startsWith(`${path}/`));
  if (module !== undefined && (version === undefined || module.version === version)) return file;
  const there = module === undefined ? 'which is not in it' : `and the lock has ${module.version}`;
  throw new Failure(
    'usage',
    'other-kernel',
    `The notebook is pinned to ${kernel} ${version ?? ''}, ${there}: an image has what ${PACKAGE_LOCK} says. Nothing was written. ` +
      `Add the kernel to the project (npm install --ignore-scripts ${kernel}${version ? `@${version}` : ''}), and pin again.`,
  );
}

/** The wheel is of one kind of machine, and so is the library that was pinned. */
function requireWheel({ platforms, javascript: { wheel } = {} as JavaScriptPin }: Pin): void {
  const here = 'linux-x86_64';
  const why =
    wheel === undefined
      ? 'the pin names no wheel of TensorFlow, which the addon of TensorFlow.js is built against'
      : platforms !== undefined && platforms.length > 0 && !platforms.includes(here)
        ? `it was pinned on ${platforms.join(', ')}, and the library of TensorFlow in an image is that of ${here}`
        : undefined;
  if (why === undefined) return;
  throw new Failure(
    'usage',
    'no-wheel',
    `No image can be written: ${why}. Nothing was written. Pin again on Linux x86-64.`,
  );
}

function projectOf(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  throw new Failure(
    'usage',
    'no-package-json',
    `There is no package.json beside ${PACKAGE_LOCK}, and npm installs nothing without one. Nothing was written.`,
  );
}

/** Of the addon there is no digest to expect, as compilers differ. */
function librariesOf({ native }: JavaScriptPin): Record<string, string> {
  const libraries = Object.entries(native).filter(([file]) => !file.endsWith('.node'));
  return Object.fromEntries(libraries.map(([file, sha256]) => [`node_modules/${plain(file)}`, sha256]));
}

/** A sidecar comes with a notebook from who knows where, and what it says becomes a line of a shell. */
function plain(text: string): string {
  if (/^[\w@./+-]+$/.test(text)) return text;
  throw new Failure(
    'usage',
    'bad-pin',
    `The pin holds ${JSON.stringify(text.slice(0, 80))}, which is no version and no file of a package. Nothing was written. Pin again.`,
  );
}

function shown(path: string): string {
  return path.replace(/[^\w@./+ -]/g, '?');
}

async function cudaLock(
  wheel: { name: string; version: string; python: string },
  request: ImageRequest,
): Promise<string> {
  const { version, python } = wheel;
  const where = ['--python-version', python, '--python-platform', WHEEL_PLATFORM];
  return hashed(`tensorflow[and-cuda]==${version}`, where, request, ({ name }) => name.startsWith('nvidia-'));
}

/** What a requirement needs, as lines with hashes. @throws Failure `no-wheel` */
async function hashed(
  requirement: string,
  where: readonly string[],
  { uv, signal }: ImageRequest,
  isWanted: (each: { name: string }) => boolean = () => true,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-image-'));
  try {
    const input = join(folder, 'requirements.in');
    await writeFile(input, `${requirement}\n`);
    const quiet = ['--quiet', '--no-header', '--no-annotate', '--only-binary', ':all:', '--generate-hashes'];
    const args = ['pip', 'compile', ...quiet, ...where, input];
    const ran = await (await uv()).run(args, { cwd: folder, ...(signal ? { signal } : {}) });
    if (ran.code !== 0) throw noWheel(requirement, complaintOf(ran));
    const lines = readHashed(ran.stdout, 'what uv found').filter(isWanted);
    return `${lines.map((each) => requirementLine(each, ' \\\n    ')).join('\n')}\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function noWheel(requirement: string, why: string): Failure {
  return new Failure(
    'infrastructure',
    'no-wheel',
    `The wheels of ${requirement} were not found: ${why}. Nothing was written.`,
  );
}
