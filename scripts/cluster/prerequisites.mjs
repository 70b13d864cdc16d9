/** What a machine must have for a cluster of its own, and the Debian packages that are installed where they may be. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execute, Failure, mustExecute, step } from '../lib/steps.mjs';

/** Program → the package of Debian 12 that has it. */
const PROGRAMS = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  openssl: 'openssl',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  '/usr/lib/cni/host-local': 'containernetworking-plugins',
};

const CAP_NET_ADMIN = 12n;
const CAP_SYS_ADMIN = 21n;

/** @returns {Promise<string | null>} what this machine lacks, in words; null when a cluster can run here. */
export async function whatIsMissing() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x86-64';
  if (process.getuid() !== 0 || !has(CAP_NET_ADMIN) || !has(CAP_SYS_ADMIN)) {
    return 'it needs root with CAP_SYS_ADMIN and CAP_NET_ADMIN';
  }
  if (!isBookworm()) return 'it needs Debian 12, whose packages it installs and makes its images from';
  if (!existsSync('/sys/fs/cgroup/memory/tasks')) return 'it needs cgroup v1; nobody has tried it on v2';
  if (!(await hasOverlay())) return 'it needs the file system overlay';
  if ((await execute('go', ['version'])).code !== 0)
    return 'it needs Go 1.24 or later, and there is no go on the PATH';
  return null;
}

/** @throws {Failure} when a program is missing and cannot be had. */
export async function ensurePrograms() {
  const packages = [...new Set(absent().map((program) => PROGRAMS[program]))];
  if (packages.length === 0) return;
  await step(`Installing ${packages.join(', ')} (apt-get install)`, () => aptInstall(packages));
  const still = absent();
  if (still.length > 0) throw new Failure(`${still.join(', ')} did not come with ${packages.join(', ')}.`);
}

/** Packages of Debian; the lists are fetched anew only when the present ones do not do. */
export async function aptInstall(packages, options = []) {
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...options, ...packages];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if ((await execute('apt-get', install, { env })).code === 0) return;
  await mustExecute('apt-get update', 'apt-get', ['update', '-qq']);
  await mustExecute(`apt-get install ${packages.join(' ')}`, 'apt-get', install, { env });
}

function absent() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/sbin', '/sbin');
  const isThere = (program) =>
    path.isAbsolute(program)
      ? existsSync(program)
      : folders.some((folder) => existsSync(path.join(folder, program)));
  return Object.keys(PROGRAMS).filter((program) => !isThere(program));
}

function has(capability) {
  const [, effective] = readFileSync('/proc/self/status', 'utf8').match(/^CapEff:\s*(\w+)/m);
  return ((BigInt(`0x${effective}`) >> capability) & 1n) === 1n;
}

function isBookworm() {
  const file = '/etc/os-release';
  return existsSync(file) && /^VERSION_CODENAME=bookworm$/m.test(readFileSync(file, 'utf8'));
}

async function hasOverlay() {
  const known = () => /\boverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));
  if (!known()) await execute('modprobe', ['overlay']);
  return known();
}
