/**
 * What JavaScript notebooks are tested with: kernels, three versions of Node, and TensorFlow.js built against TensorFlow's
 * own wheel, as its install script fetches a library from elsewhere. Kept in `${XDG_CACHE_HOME:-~/.cache}/reprise`.
 * `node scripts/javascript-env.mjs` prints its folder; `node scripts/javascript-env.mjs tslab` that of a small one, with a kernel alone.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { aptInstall } from './cluster/prerequisites.mjs';
import { cacheFolder, isMain, root } from './lib/checkout.mjs';
import { execute, Failure, mustExecute, runScript, step } from './lib/steps.mjs';
import { findPython } from './lib/pythons.mjs';

const SOURCES = path.join(root, 'test', 'javascript');
const FILES = ['package.json', 'package-lock.json', 'tensorflow.lock'];
const PACKAGES = ['tfjs-node', 'tfjs-node-gpu'];
const WHEEL = { version: '3.11', platform: 'manylinux_2_27_x86_64' };
const HEADERS_AND_LIBRARIES = /^tensorflow\/(include\/|libtensorflow_(cc|framework)\.so\.2$)/;

/**
 * @returns {Promise<string>} the folder that holds `node_modules`
 * @throws {Failure} elsewhere than on Linux x64, and when it cannot be made
 */
export async function ensureJavaScript() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Failure('JavaScript notebooks are tested on Linux x64 only.');
  }
  return once('javascript', SOURCES, FILES, async (folder) => {
    await step('Installing JavaScript kernels and TensorFlow.js', () => install(folder));
    await step('Fetching the TensorFlow library', () => fetchLibrary(folder));
    await ensureCompiler();
    for (const name of PACKAGES) await step(`Building the addon of ${name}`, () => buildAddon(folder, name));
  });
}

/**
 * For tests that need a kernel and no TensorFlow.js: a few seconds, and no compiler.
 * @returns {Promise<string>} the folder that holds `node_modules`
 * @throws {Failure} when it cannot be made
 */
export function ensureTslab() {
  return once('tslab', path.join(SOURCES, 'tslab'), FILES.slice(0, 2), (folder) =>
    step('Installing tslab', () => install(folder)),
  );
}

/** A folder in the cache, by what its files say. */
async function once(name, sources, files, build) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(path.join(sources, file)));
  const folder = path.join(cacheFolder(), 'test-env', `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const temporary = `${folder}.${randomBytes(4).toString('hex')}`;
  mkdirSync(temporary, { recursive: true });
  try {
    for (const file of files) copyFileSync(path.join(sources, file), path.join(temporary, file));
    await build(temporary);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function install(folder) {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  return mustExecute('Installing them', 'npm', args);
}

async function fetchLibrary(folder) {
  const base = await findPython(['3.11', '3.12', '3.13', '3.14']);
  if (base === null) throw new Failure('Fetching the TensorFlow library needs Python 3.11 or later.');
  const wheel = path.join(folder, 'wheel');
  await mustExecute('Fetching it', base.path, [
    ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes'],
    ...['--python-version', WHEEL.version, '--platform', WHEEL.platform],
    ...['--dest', wheel, '-r', path.join(folder, 'tensorflow.lock')],
  ]);
  const unpack =
    'import re, sys, zipfile\n' +
    'with zipfile.ZipFile(sys.argv[1]) as z:\n' +
    '    z.extractall(sys.argv[2], [name for name in z.namelist() if re.match(sys.argv[3], name)])';
  const [file] = readdirSync(wheel);
  await mustExecute('Unpacking it', base.path, [
    '-c',
    unpack,
    path.join(wheel, file),
    folder,
    HEADERS_AND_LIBRARIES.source,
  ]);
  rmSync(wheel, { recursive: true });
}

/** What node-gyp calls, beside Python. */
async function ensureCompiler() {
  const lacking = async () => {
    const found = await Promise.all(['make', 'g++'].map((name) => execute(name, ['--version'])));
    return found.some(({ code }) => code !== 0);
  };
  if (!(await lacking())) return;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    await step('Installing make and g++ (apt-get install)', () => aptInstall(['make', 'g++']));
  }
  if (await lacking()) {
    throw new Failure(
      'Building the addon of TensorFlow.js needs make and g++. On Debian: apt-get install make g++',
    );
  }
}

/** Links are relative: the folder gets its name when everything is in it. */
async function buildAddon(folder, name) {
  const place = path.join(folder, 'node_modules', '@tensorflow', name);
  const up = path.relative(path.join(place, 'deps'), path.join(folder, 'tensorflow'));
  mkdirSync(path.join(place, 'deps', 'lib'), { recursive: true });
  symlinkSync(path.join(up, 'include'), path.join(place, 'deps', 'include'));
  for (const [library, linked] of [
    ['libtensorflow_cc', 'libtensorflow'],
    ['libtensorflow_framework', 'libtensorflow_framework'],
  ]) {
    symlinkSync(path.join('..', up, `${library}.so.2`), path.join(place, 'deps', 'lib', `${library}.so.2`));
    symlinkSync(`${library}.so.2`, path.join(place, 'deps', 'lib', `${linked}.so`));
  }
  // npm brings the node-gyp that the builder calls.
  const build = [
    'exec',
    '--prefix',
    folder,
    '--',
    'node-pre-gyp',
    '-C',
    place,
    'install',
    '--build-from-source',
  ];
  const env = { npm_config_nodedir: path.join(folder, 'node_modules', 'node-20') };
  await mustExecute(`Building the addon of ${name}`, 'npm', build, { env });
}

if (isMain(import.meta)) {
  const ensure = process.argv[2] === 'tslab' ? ensureTslab : ensureJavaScript;
  await runScript(async () => console.log(await ensure()));
}
