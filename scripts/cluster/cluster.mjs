/** A real Kubernetes of one node on this machine, for tests. Nothing listens outside 127.0.0.1 and the pods' bridge. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execute, Failure, mustExecute, step } from '../lib/steps.mjs';
import { apiIsReady, defaultAccountIsThere, etcdIsHealthy, nodeIsReady, setGpus } from './api.mjs';
import { ensureBinaries } from './binaries.mjs';
import * as components from './components.mjs';
import { leftOnHost, prepareHost, restoreHost } from './host.mjs';
import { ensureImages, PREFIX } from './images.mjs';
import { at, CONTAINERD_SOCKET, kubeconfigOf, ROOT } from './layout.mjs';
import { makeCertificates } from './pki.mjs';
import { ensurePrograms, whatIsMissing } from './prerequisites.mjs';
import { crash, isRunning, kill, ourProcesses, stop, waitFor } from './processes.mjs';

const PROCESSES = [
  'kubelet',
  'kube-scheduler',
  'kube-controller-manager',
  'kube-apiserver',
  'etcd',
  'containerd',
];

const READY = at('ready.json');
const OWNER = at('owner.json');
const KEPT_LOGS = `${ROOT}-log`;

/**
 * @typedef {{ kubeconfig: string, image: string, imageOther: string, imageBare: string, imageGit: string, imageNode: string, javascript: string }} Cluster
 *   `kubeconfig`: the administrator's; the images by digest: Debian's Python with the packages of `demo-311`, the same with
 *   another scikit-learn, Python with nothing but pip, the first with git, and the first with Node and tslab; the folder with the packages of that.
 */

/** @throws {Failure} when this machine cannot run a cluster, or its programs and images cannot be had. */
export async function ensureParts() {
  const missing = await whatIsMissing();
  if (missing !== null) throw new Failure(`A cluster cannot run here: ${missing}.`);
  await ensurePrograms();
  const binaries = await ensureBinaries();
  return { binaries, images: await ensureImages(binaries) };
}

/**
 * Starts the cluster; what a crash has left of a former one is removed first.
 * @param {{ stays?: boolean }} options `stays`: it is meant to outlive this process.
 * @returns {Promise<Cluster>}
 * @throws {Failure} when it does not get ready, or another process uses it; what was started is removed again.
 */
export async function up({ stays = false } = {}) {
  const { binaries, images } = await ensureParts();
  const { archive, ...names } = images;
  await takeRoot();
  try {
    await step('Starting the test cluster', () => startAll(binaries, archive));
  } catch (error) {
    cpSync(at('log'), KEPT_LOGS, { recursive: true, force: true });
    await down();
    if (error instanceof Failure) error.message += `\nThe logs are in ${KEPT_LOGS}.`;
    throw error;
  }
  const cluster = { kubeconfig: kubeconfigOf('admin'), ...names };
  writeFileSync(READY, JSON.stringify(cluster));
  if (stays) rmSync(OWNER);
  return cluster;
}

/** @returns {Promise<Cluster | null>} the cluster that was started to stay, when it is up. */
export async function running() {
  if (!existsSync(READY) || existsSync(OWNER)) return null;
  if (!PROCESSES.every(isRunning) || !(await apiIsReady())) return null;
  return JSON.parse(readFileSync(READY, 'utf8'));
}

/**
 * Removes the cluster and everything it has changed on the machine, also after a crash.
 * @throws {Failure} naming what could not be removed.
 */
export async function down() {
  if (!existsSync(ROOT)) return;
  for (const name of PROCESSES.slice(0, -1)) await stop(name);
  if (isRunning('containerd')) await removeContainers();
  await stop('containerd');
  for (const { pid } of ourProcesses()) await kill(pid);
  await restoreHost();
  const left = [...ourProcesses().map(({ pid, command }) => `process ${pid} ${command}`), ...leftOnHost()];
  // Never through a mount: behind it are other people's files.
  if (left.length > 0) {
    throw new Failure(`The test cluster has left something behind; ${ROOT} was kept:\n${left.join('\n')}`);
  }
  rmSync(ROOT, { recursive: true });
}

export const gpus = setGpus;
export const killApiServer = () => crash('kube-apiserver');

export async function startApiServer() {
  components.startApiServer();
  await waitFor('the API server started', 60, 'kube-apiserver', apiIsReady);
}

/** SIGTERM, and a new process. @param {'kubelet' | 'containerd'} name */
export async function restart(name) {
  await stop(name);
  if (name === 'kubelet') return components.startKubelet();
  components.startContainerd();
  await waitFor('containerd started', 20, 'containerd', containerdAnswers);
}

/** The folder is the lock: making it succeeds for one process only. */
async function takeRoot() {
  if (existsSync(ROOT)) {
    const owner = livingOwner();
    if (owner !== null) throw new Failure(`Process ${owner} uses the test cluster in ${ROOT}.`);
    await down();
  }
  mkdirSync(ROOT);
  writeFileSync(OWNER, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
}

function livingOwner() {
  if (!existsSync(OWNER)) return null;
  const { pid, started } = JSON.parse(readFileSync(OWNER, 'utf8'));
  return startOf(pid) === started ? pid : null;
}

/** When a process began, in ticks since the machine did: with its number, an identity. */
function startOf(pid) {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) ? readFileSync(file, 'utf8').split(') ').at(-1).split(' ')[19] : null;
}

async function startAll(binaries, archive) {
  for (const name of ['run', 'log', 'etc', 'kubelet']) mkdirSync(at(name));
  mkdirSync(at('pki'), { mode: 0o700 });
  mkdirSync(at('c', 'root'), { recursive: true });
  symlinkSync(binaries, at('bin'));
  await makeCertificates();
  await prepareHost();
  // Importing the images writes 1.1 GB in small files: in memory it takes 10 s, on a slow disk a minute.
  await mustExecute('mount', 'mount', ['-t', 'tmpfs', '-o', 'size=3g', 'tmpfs', at('c', 'root')]);

  components.startEtcd();
  components.startContainerd();
  await waitFor('etcd started', 20, 'etcd', etcdIsHealthy);
  components.startApiServer();
  await waitFor('containerd started', 20, 'containerd', containerdAnswers);
  await mustExecute('Importing the images', 'ctr', [
    ...['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', 'images', 'import'],
    ...['--base-name', PREFIX, '--digests', archive],
  ]);
  await waitFor('the API server started', 60, 'kube-apiserver', apiIsReady);
  components.startControllerManager();
  components.startScheduler();
  components.startKubelet();
  await waitFor('the node got ready', 60, 'kubelet', nodeIsReady);
  await waitFor('the controllers started', 30, 'kube-controller-manager', defaultAccountIsThere);
  await setGpus(1);
}

async function containerdAnswers() {
  return (await execute('ctr', ['--address', CONTAINERD_SOCKET, 'version'])).code === 0;
}

async function removeContainers() {
  const ctr = (...args) => execute('ctr', ['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', ...args]);
  const names = async (kind) => (await ctr(kind, 'ls', '-q')).output.split('\n').filter(Boolean);
  for (const task of await names('tasks')) await ctr('tasks', 'rm', '-f', task);
  for (const container of await names('containers')) await ctr('containers', 'rm', container);
}
