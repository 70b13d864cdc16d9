/**
 * Kubernetes and etcd, built from the Go module proxy into `${XDG_CACHE_HOME:-~/.cache}/reprise-test`. The versions are
 * those of go.mod: Kubernetes 1.34 is the last that starts on cgroup v1 by default and works with Debian 12's containerd.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../lib/checkout.mjs';
import { mustExecute, step } from '../lib/steps.mjs';
import { cached } from './cached.mjs';

const FOLDER = path.join(root, 'scripts', 'cluster');
const INPUTS = ['go.mod', 'go.sum', 'tools.go', 'pause/main.go'];

/** Package → what the program is called here. */
const PACKAGES = {
  'k8s.io/kubernetes/cmd/kube-apiserver': 'kube-apiserver',
  'k8s.io/kubernetes/cmd/kube-controller-manager': 'kube-controller-manager',
  'k8s.io/kubernetes/cmd/kube-scheduler': 'kube-scheduler',
  'k8s.io/kubernetes/cmd/kubelet': 'kubelet',
  'go.etcd.io/etcd/server/v3': 'etcd',
  './pause': 'pause',
};

const ENVIRONMENT = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -trimpath -buildvcs=false' };

/** What tells Kubernetes its version; without them it takes itself for v0.0.0. */
const STAMPS = {
  gitVersion: `v${kubernetesVersion()}`,
  gitMajor: '1',
  gitMinor: '34',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
};
const LDFLAGS = Object.entries(STAMPS)
  .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  .join(' ');
const OPTIONS = ['-tags', 'selinux,notest,grpcnotrace', '-ldflags', `-s -w ${LDFLAGS}`];

/** @returns {Promise<string>} the folder that holds the programs. Takes about six minutes on two cores the first time. */
export async function ensureBinaries() {
  const hash = createHash('sha256').update(JSON.stringify([PACKAGES, ENVIRONMENT, OPTIONS, process.arch]));
  for (const name of INPUTS) hash.update(readFileSync(path.join(FOLDER, name)));
  return cached('kubernetes', hash, (folder) =>
    step(`Building Kubernetes ${kubernetesVersion()} (minutes, once)`, () => build(folder)),
  );
}

/** One command, so that all programs share what they have in common. */
async function build(folder) {
  const env = { ...ENVIRONMENT, GOWORK: 'off' };
  // Each main package becomes a program named after its folder, or, for a `/v3`, after the folder above.
  const args = ['-C', FOLDER, 'build', '-o', `${folder}/`, ...OPTIONS, ...Object.keys(PACKAGES)];
  await mustExecute('go build', 'go', args, { env });
  await mustExecute('mv', 'mv', [path.join(folder, 'server'), path.join(folder, 'etcd')]);
  const lacking = Object.values(PACKAGES).filter((name) => !existsSync(path.join(folder, name)));
  if (lacking.length > 0) throw new Error(`go build made no ${lacking.join(', ')}`);
}

function kubernetesVersion() {
  const [, version] = readFileSync(path.join(FOLDER, 'go.mod'), 'utf8').match(/k8s\.io\/kubernetes v(\S+)/);
  return version;
}
