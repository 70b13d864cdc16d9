/**
 * The images of the test cluster, made without a daemon, a registry or a chroot: Debian's Python 3.11 from .deb files,
 * and the wheels of the environment `demo-311`, so that what is recorded on this machine finds the same libraries there;
 * one with git; and one with Node, tslab and the agent's Python, laid out as the images that `reprise image` writes.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { root } from '../lib/checkout.mjs';
import { findPython } from '../lib/pythons.mjs';
import { Failure, mustExecute, step } from '../lib/steps.mjs';
import { ensureUv } from '../python-env.mjs';
import { cached } from './cached.mjs';
import { aptInstall } from './prerequisites.mjs';

const PAUSE = 'localhost/pause:3.9';
const IMAGE = 'localhost/nb:1';
const IMAGE_OTHER = 'localhost/nb-other:1';
const IMAGE_BARE = 'localhost/nb-bare:1';
const IMAGE_GIT = 'localhost/nb-git:1';
const IMAGE_NODE = 'localhost/nb-node:1';

export const DEBS = [
  ...['python3.11', 'dash', 'coreutils', 'tar', 'findutils', 'grep', 'sed'],
  ...['libgomp1', 'libstdc++6', 'base-files', 'netbase', 'tzdata'],
];
const LOCKS = {
  same: 'test/python/demo-311.lock',
  other: 'test/python/image-other.lock',
  bare: 'test/python/image-bare.lock',
};
/** Of the image with Node. */
const PROJECT = ['package.json', 'package-lock.json'].map((name) => `test/cluster/javascript/${name}`);
const SCRIPTS = ['scripts/cluster/images.mjs', 'scripts/cluster/oci.py', 'scripts/cluster/pause/main.go'];

/** What belongs to the one library that `nb-other` has in another version: a layer of its own. */
const LIBRARY = /^(sklearn|scikit_learn)\b/;

const PACKAGES = 'usr/local/lib/python3.11/dist-packages';
const CONFIG = { Env: ['PATH=/usr/local/bin:/usr/bin', 'LC_ALL=C.UTF-8'], User: '1000:1000' };

const NOTEBOOK = '/opt/notebook';
const NODE_CONFIG = {
  ...CONFIG,
  Env: [
    `PATH=${NOTEBOOK}/node_modules/node-20/bin:/usr/local/bin:/usr/bin`,
    `NODE_PATH=${NOTEBOOK}/node_modules`,
    'LC_ALL=C.UTF-8',
  ],
};

/** `prefix` of the names that images get by their digests: `PREFIX@sha256:…` */
export const PREFIX = 'localhost/reprise';

/**
 * @param {string} binaries folder that holds the program `pause`.
 * @returns {Promise<{ archive: string, image: string, imageOther: string, imageBare: string, imageGit: string, imageNode: string, javascript: string }>} one OCI
 *   archive of all images, the names by digest that pods use, and the folder with the packages of the one with Node.
 */
export async function ensureImages(binaries) {
  const base = await findPython(['3.11']);
  if (base === null) throw new Failure('The images are made with Python 3.11, and none was found.');
  const hash = createHash('sha256').update(base.build);
  for (const name of [...Object.values(LOCKS), ...PROJECT, ...SCRIPTS])
    hash.update(readFileSync(path.join(root, name)));
  const folder = await cached('images', hash, (target) =>
    step('Making the images of the test cluster', () => build(target, base, binaries)),
  );
  const digests = JSON.parse(readFileSync(path.join(folder, 'digests.json'), 'utf8'));
  return {
    archive: path.join(folder, 'images.tar'),
    image: `${PREFIX}@${digests[IMAGE]}`,
    imageOther: `${PREFIX}@${digests[IMAGE_OTHER]}`,
    imageBare: `${PREFIX}@${digests[IMAGE_BARE]}`,
    imageGit: `${PREFIX}@${digests[IMAGE_GIT]}`,
    imageNode: `${PREFIX}@${digests[IMAGE_NODE]}`,
    javascript: path.join(folder, 'javascript'),
  };
}

async function build(target, python, binaries) {
  const work = path.join(target, 'work');
  const layer = (name) => path.join(work, name);
  await makeBase(layer('base'), path.join(work, 'debs'));
  await addGit(layer('git'), layer('base'), path.join(work, 'git-debs'));
  await installWheels(python, LOCKS.same, layer('site'));
  await installWheels(python, LOCKS.other, layer('library-other'), ['--no-deps']);
  await installWheels(python, LOCKS.bare, layer('pip'));
  moveLibrary(layer('site'), layer('library'));
  await installPackages(path.join(layer('node'), NOTEBOOK));
  for (const name of ['base', 'site', 'library', 'library-other', 'pip']) await compile(python, layer(name));
  mkdirSync(layer('pause'));
  await mustExecute('cp', 'cp', [path.join(binaries, 'pause'), layer('pause')]);

  const notebook = (library) => ({ layers: [layer('base'), layer('site'), layer(library)], config: CONFIG });
  const images = {
    [PAUSE]: { layers: [layer('pause')], config: { Entrypoint: ['/pause'] } },
    [IMAGE]: notebook('library'),
    [IMAGE_OTHER]: notebook('library-other'),
    [IMAGE_BARE]: { layers: [layer('base'), layer('pip')], config: CONFIG },
    [IMAGE_GIT]: { layers: [layer('base'), layer('site'), layer('library'), layer('git')], config: CONFIG },
    [IMAGE_NODE]: {
      layers: [layer('base'), layer('site'), layer('library'), layer('node')],
      config: NODE_CONFIG,
    },
  };
  const script = path.join(root, 'scripts', 'cluster', 'oci.py');
  const spec = path.join(work, 'images.json');
  writeFileSync(spec, JSON.stringify(images));
  const digests = await mustExecute('oci.py', python.path, [script, spec, path.join(target, 'images.tar')]);
  writeFileSync(path.join(target, 'digests.json'), digests);
  // What is recorded on this machine runs in the same packages.
  renameSync(path.join(layer('node'), NOTEBOOK), path.join(target, 'javascript'));
  await mustExecute('rm', 'rm', ['-r', work]);
}

/** Debian's files without its maintainer scripts, over the folders of a merged /usr. @param debs where they are downloaded to */
export async function makeBase(folder, debs, names = DEBS) {
  mkdirSync(path.join(debs, 'partial'), { recursive: true });
  // With an empty list of what is installed, apt resolves the whole closure.
  const status = path.join(debs, 'status');
  writeFileSync(status, '');
  const locations = { 'Dir::State::status': status, 'Dir::Cache::archives': debs, 'Debug::NoLocking': '1' };
  const options = Object.entries(locations).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await aptInstall(names, [...options, '--download-only']);

  mkdirSync(path.join(folder, 'tmp'), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(path.join(folder, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, path.join(folder, name));
  }
  const unpack = 'dpkg-deb --fsys-tarfile "$0" | tar -x -C "$1" --keep-directory-symlink --no-same-owner';
  for (const name of readdirSync(debs).filter((each) => each.endsWith('.deb'))) {
    await mustExecute(`Unpacking ${name}`, 'bash', [
      '-o',
      'pipefail',
      '-c',
      unpack,
      path.join(debs, name),
      folder,
    ]);
  }
  for (const name of ['doc', 'man', 'locale', 'lintian', 'info']) {
    rmSync(path.join(folder, 'usr/share', name), { recursive: true, force: true });
  }
  const links = { python3: 'python3.11', python: 'python3.11', sh: 'dash' };
  for (const [name, to] of Object.entries(links)) {
    rmSync(path.join(folder, 'usr/bin', name), { force: true });
    symlinkSync(to, path.join(folder, 'usr/bin', name));
  }
  const users = 'root:x:0:0:root:/root:/bin/sh\nnb:x:1000:1000:nb:/work:/bin/sh\n';
  writeFileSync(path.join(folder, 'etc/passwd'), users);
  writeFileSync(path.join(folder, 'etc/group'), 'root:x:0:\nnb:x:1000:\n');
}

/** Debian's git as far as it fetches over http: without Perl, which other commands of it need, and larger than all the rest. */
export async function addGit(layer, base, debs) {
  const whole = `${layer}-whole`;
  await makeBase(whole, debs, ['git']);
  const core = ['git', 'git-remote-http', 'git-remote-https'].map((name) => `usr/lib/git-core/${name}`);
  const libraries = readdirSync(path.join(whole, 'usr/lib'), { recursive: true })
    .map((name) => path.join('usr/lib', name))
    .filter(
      (name) =>
        /-linux-gnu\/(?!libperl|libgdbm)[^/]+\.so[.\d]*$/.test(name) && !existsSync(path.join(base, name)),
    );
  for (const name of ['usr/bin/git', ...core, ...libraries]) {
    mkdirSync(path.dirname(path.join(layer, name)), { recursive: true });
    renameSync(path.join(whole, name), path.join(layer, name));
  }
  rmSync(whole, { recursive: true });
}

/** Resolved for the Python of this machine, as the local environment is: some packages differ between patch versions. */
async function installWheels(python, lock, layer, options = []) {
  const target = path.join(layer, PACKAGES);
  const uv = await ensureUv(python);
  const install = ['pip', 'install', '--quiet', '--python', python.path, '--target', target, ...options];
  install.push('--require-hashes', '--only-binary', ':all:', '-r', lock);
  await mustExecute(`Installing ${lock}`, uv, install, { env: { UV_PYTHON_DOWNLOADS: 'never' } });
  for (const name of ['bin', '.lock']) rmSync(path.join(target, name), { recursive: true, force: true });
  await mustExecute('find', 'find', [
    target,
    '-name',
    'tests',
    '-type',
    'd',
    '-prune',
    '-exec',
    'rm',
    '-rf',
    '{}',
    '+',
  ]);
}

/** Node itself is one of them. */
async function installPackages(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of PROJECT) copyFileSync(path.join(root, name), path.join(folder, path.basename(name)));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  await mustExecute('Installing the packages of the image with Node', 'npm', args);
}

function moveLibrary(from, to) {
  mkdirSync(path.join(to, PACKAGES), { recursive: true });
  const names = readdirSync(path.join(from, PACKAGES)).filter((name) => LIBRARY.test(name));
  for (const name of names) renameSync(path.join(from, PACKAGES, name), path.join(to, PACKAGES, name));
}

/** Valid whatever the times of the sources, which a layer sets to zero; else each import compiles again. */
async function compile(python, layer) {
  const folders = [path.join(layer, PACKAGES), path.join(layer, 'usr/lib/python3.11')];
  const args = [
    '-m',
    'compileall',
    '-q',
    '-j2',
    '--invalidation-mode',
    'unchecked-hash',
    '-s',
    layer,
    ...folders,
  ];
  // Some packages bring files that are templates and do not compile.
  await mustExecute('compileall', 'sh', ['-c', '"$0" "$@" >/dev/null 2>&1 || true', python.path, ...args]);
}
