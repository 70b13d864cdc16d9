/** Once for all tests on a cluster: a real control plane and node, removed again; or the one that is named or up. */
import { spawnSync } from 'node:child_process';
import { down, running, up } from '../../../scripts/cluster/cluster.mjs';
import { kubeconfigOf, NODE_IP } from '../../../scripts/cluster/layout.mjs';
import { root } from '../../../scripts/lib/checkout.mjs';

export default async function setup() {
  if (process.env.REPRISE_TEST_KUBECONFIG) {
    markOwn(process.env.REPRISE_TEST_KUBECONFIG);
    return;
  }
  const standing = await running();
  const cluster = standing ?? (await up());
  const { kubeconfig, image, imageOther, imageBare, imageGit, imageNode, javascript } = cluster;
  process.env.REPRISE_TEST_KUBECONFIG = kubeconfig;
  process.env.REPRISE_TEST_IMAGE = image;
  process.env.REPRISE_TEST_IMAGE_OTHER = imageOther;
  process.env.REPRISE_TEST_IMAGE_BARE = imageBare;
  process.env.REPRISE_TEST_IMAGE_GIT = imageGit;
  process.env.REPRISE_TEST_IMAGE_NODE = imageNode;
  process.env.REPRISE_TEST_NODE_PROJECT = javascript;
  markOwn(kubeconfig);
  if (standing === null) return removal();
}

/** Parts of a cluster that was not made here cannot be killed. */
function markOwn(kubeconfig) {
  if (kubeconfig !== kubeconfigOf('admin')) return;
  process.env.REPRISE_TEST_CLUSTER_OWN = '1';
  process.env.REPRISE_TEST_NODE_IP = NODE_IP;
}

/** The teardown, which Ctrl-C leaves out. */
function removal() {
  const removeAtOnce = () =>
    spawnSync(process.execPath, ['scripts/cluster.mjs', 'down'], { cwd: root, stdio: 'inherit' });
  const end = () => process.exit(130);
  process.once('exit', removeAtOnce);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
  return async () => {
    await down();
    process.off('exit', removeAtOnce);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, end);
  };
}
