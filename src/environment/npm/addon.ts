/** Builds the addon of TensorFlow.js against the library in a wheel of TensorFlow. */
import { existsSync } from 'node:fs';
import { mkdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { Wheel } from '../../notebook/javascriptPin';
import { command, complaintOf } from '../command';
import type { Uv } from '../uv';
import { addonIn } from './native';
import { WHEEL_PLATFORM } from './wheel';

export type AddonRequest = {
  /** Holds `node_modules`. */
  folder: string;
  /** Folders of the packages that have an addon. */
  modules: readonly string[];
  wheel: Wheel;
  node: string;
  uv: () => Promise<Uv>;
  offline?: boolean;
  signal?: AbortSignal;
  onStep?: (what: string) => void;
};

/** Names that the linker looks for, by the wheel's file. */
export const LIBRARIES = [
  ['libtensorflow_cc.so.2', 'libtensorflow.so'],
  ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
] as const;

type Refuse = (why: string) => Failure;

/** @throws Failure `no-headers`, `no-uv`, `cancelled`, and what `refuse` makes of why it cannot be built */
export async function buildAddons(request: AddonRequest, refuse: Refuse): Promise<void> {
  const headers = await headersOf(request.node);
  request.onStep?.(`fetching the library of ${request.wheel.name} ${request.wheel.version}`);
  await fetchLibrary(request, refuse);
  for (const module of request.modules) {
    request.onStep?.('building the addon of TensorFlow.js');
    await buildAddon(module, headers, request, refuse);
  }
}

/** Where Node's installation keeps them. */
async function headersOf(node: string): Promise<string> {
  const prefix = dirname(dirname(await realpath(node)));
  if (existsSync(join(prefix, 'include', 'node', 'node_api.h'))) return prefix;
  throw new Failure(
    'infrastructure',
    'no-headers',
    'The addon of TensorFlow.js is built on this machine, for which Node comes without its headers here. Nothing was built. ' +
      'Install them (Debian: libnode-dev), or put a Node of nodejs.org first on the PATH, and restore again.',
  );
}

/** Into `tensorflow` beside `node_modules`: only the library and its headers, as no Python is to run. */
async function fetchLibrary(
  { folder, wheel, uv, offline, signal }: AddonRequest,
  refuse: Refuse,
): Promise<void> {
  const { name, version, python, sha256 } = wheel;
  const [requirements, unpacked] = [join(folder, 'tensorflow.lock'), join(folder, '.wheel')];
  await writeFile(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const args = [
    ...['pip', 'install', '--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:'],
    ...[
      '--target',
      unpacked,
      '--link-mode',
      'copy',
      '--python-version',
      python,
      '--python-platform',
      WHEEL_PLATFORM,
    ],
    ...(offline ? ['--offline'] : []),
    ...['-r', requirements],
  ];
  const ran = await (await uv()).run(args, { cwd: folder, ...(signal ? { signal } : {}) });
  if (ran.code !== 0) throw refuse(complaintOf(ran));
  const library = join(folder, 'tensorflow');
  await mkdir(library);
  for (const part of ['include', ...LIBRARIES.map(([file]) => file)]) {
    await rename(join(unpacked, 'tensorflow', part), join(library, part)).catch(() => {
      throw refuse(`the wheel of ${name} ${version} has no ${part}`);
    });
  }
  await rm(unpacked, { recursive: true });
}

/** Links are relative: the folder is found by another name when it is whole. */
async function buildAddon(
  module: string,
  headers: string,
  { folder, node, signal }: AddonRequest,
  refuse: Refuse,
): Promise<void> {
  const place = join(module, 'deps');
  const up = relative(place, join(folder, 'tensorflow'));
  await mkdir(join(place, 'lib'), { recursive: true });
  await symlink(join(up, 'include'), join(place, 'include'));
  for (const [file, linked] of LIBRARIES) {
    await symlink(join('..', up, file), join(place, 'lib', file));
    await symlink(file, join(place, 'lib', linked));
  }
  const builder = join(folder, 'node_modules', '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
  if (!existsSync(builder)) throw refuse('the lock has no @mapbox/node-pre-gyp, which builds the addon');
  const env = {
    ...process.env,
    NODE_OPTIONS: undefined,
    npm_config_nodedir: headers,
    ...(await nodeGyp(node)),
  };
  const args = [builder, '-C', module, 'install', '--build-from-source'];
  const ran = await command(node, args, { cwd: module, env, ...(signal ? { signal } : {}) });
  if (ran.code !== 0 || addonIn(module) === undefined) {
    throw refuse(`the addon of TensorFlow.js could not be compiled (${complaintOf(ran)})`);
  }
  await rm(join(module, 'build-tmp-napi-v8'), { recursive: true, force: true });
}

/** npm brings the node-gyp that the builder calls, and tells where it is. */
async function nodeGyp(node: string): Promise<{ npm_config_node_gyp?: string }> {
  const roots = [join(dirname(dirname(await realpath(node))), 'lib', 'node_modules'), '/usr/share/nodejs'];
  const ran = await command('npm', ['root', '--global', '--quiet']).catch(() => undefined);
  const places = [...(ran?.code === 0 ? [ran.stdout.trim()] : []), ...roots];
  const found = places.flatMap((root) => [
    join(root, 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js'),
    join(root, 'node-gyp', 'bin', 'node-gyp.js'),
  ]);
  const program = found.find((each) => existsSync(each));
  return program === undefined ? {} : { npm_config_node_gyp: program };
}
