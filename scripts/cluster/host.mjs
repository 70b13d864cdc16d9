/** What the cluster changes on the machine outside its own folder, and how that is put back. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { execute, mustExecute } from '../lib/steps.mjs';
import { at, BRIDGE, CGROUP, NODE_IP, ROOT } from './layout.mjs';

/** Built into kubelet, containerd's shim and the CNI plugins: what was not there before is removed. */
const FIXED_PATHS = ['/var/lib/kubelet', '/run/containerd', '/var/lib/cni', '/var/log/containers'];

/** kubelet sets these. */
const SYSCTLS = [
  ...['vm.overcommit_memory', 'vm.panic_on_oom', 'kernel.panic', 'kernel.panic_on_oops'],
  ...['kernel.keys.root_maxkeys', 'kernel.keys.root_maxbytes', 'net.ipv4.conf.all.route_localnet'],
];

const CGROUPS = '/sys/fs/cgroup';
const found = at('found.json');

export async function prepareHost() {
  const sysctls = Object.fromEntries(
    SYSCTLS.map((name) => [name, sysctl(name)]).filter(([, value]) => value),
  );
  const absent = FIXED_PATHS.filter((file) => !existsSync(file));
  writeFileSync(found, JSON.stringify({ sysctls, absent }));
  for (const folder of cgroups()) if (isV1(path.dirname(folder))) mkdirSync(folder);
  const ip = (...args) => mustExecute(`ip ${args.join(' ')}`, 'ip', args);
  await ip('link', 'add', BRIDGE, 'type', 'bridge');
  await ip('addr', 'add', `${NODE_IP}/24`, 'dev', BRIDGE);
  await ip('link', 'set', BRIDGE, 'up');
}

/** Once the cluster's own processes have ended: kills what runs in its pods, and takes back what `prepareHost` did. */
export async function restoreHost() {
  killPods();
  for (const mount of mounts()) await execute('umount', ['-l', mount]);
  await execute('ip', ['link', 'del', BRIDGE]);
  for (const folder of cgroups()) await removeCgroup(folder);
  removeLogLinks();
  if (!existsSync(found)) return;
  const { sysctls, absent } = JSON.parse(readFileSync(found, 'utf8'));
  for (const [name, value] of Object.entries(sysctls)) {
    if (sysctl(name) !== value) writeFileSync(sysctlFile(name), value);
  }
  for (const file of absent) rmSync(file, { recursive: true, force: true });
}

/** @returns {string[]} what `restoreHost` could not take back, in words. */
export function leftOnHost() {
  const { sysctls, absent } = existsSync(found)
    ? JSON.parse(readFileSync(found, 'utf8'))
    : { sysctls: {}, absent: [] };
  return [
    ...mounts().map((mount) => `mount ${mount}`),
    ...(existsSync(`/sys/class/net/${BRIDGE}`) ? [`network interface ${BRIDGE}`] : []),
    ...cgroups()
      .filter((folder) => existsSync(folder))
      .map((folder) => `cgroup ${folder}`),
    ...absent.filter((file) => existsSync(file)).map((file) => `path ${file}`),
    ...Object.keys(sysctls)
      .filter((name) => sysctl(name) !== sysctls[name])
      .map((name) => `sysctl ${name}`),
  ];
}

/** One folder in each controller of cgroup v1; in the mounted v2, which has none, runc makes one of its own accord. */
function cgroups() {
  return readdirSync(CGROUPS)
    .map((controller) => path.join(CGROUPS, controller))
    .filter((controller) => !lstatSync(controller).isSymbolicLink())
    .map((controller) => path.join(controller, CGROUP));
}

function isV1(controller) {
  return existsSync(path.join(controller, 'tasks'));
}

function killPods() {
  for (const pid of new Set(cgroups().flatMap(pidsBelow))) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function pidsBelow(folder) {
  if (!existsSync(folder)) return [];
  const own = readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  return [...own, ...subfolders(folder).flatMap(pidsBelow)];
}

/** From the innermost outwards. A cgroup can go when its last process is gone, which takes a moment after a SIGKILL. */
async function removeCgroup(folder) {
  if (!existsSync(folder)) return;
  for (const inner of subfolders(folder)) await removeCgroup(inner);
  for (let tries = 0; existsSync(folder) && tries < 50; tries++) {
    try {
      rmdirSync(folder);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function subfolders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name));
}

/** Innermost first. */
function mounts() {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((mount) => mount.startsWith(`${ROOT}/`))
    .sort()
    .reverse();
}

function removeLogLinks() {
  const folder = '/var/log/containers';
  if (!existsSync(folder)) return;
  const links = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  for (const { name } of links) {
    const link = path.join(folder, name);
    if (readlinkSync(link).startsWith(`${ROOT}/`)) rmSync(link);
  }
}

function sysctl(name) {
  const file = sysctlFile(name);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function sysctlFile(name) {
  return path.join('/proc/sys', name.replaceAll('.', '/'));
}
