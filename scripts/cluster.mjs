/**
 * `node scripts/cluster.mjs up` starts a real one-node Kubernetes on this machine, as the tests use it, and `down`
 * removes all of it. Plain Node 20, no dependencies.
 */
import { down, gpus, killApiServer, restart, running, startApiServer, up } from './cluster/cluster.mjs';
import { Failure, runScript } from './lib/steps.mjs';

const USAGE = `Usage: node scripts/cluster.mjs COMMAND
  up                          starts it, and prints what to set to use it
  env                         prints the same of the one that is up
  down                        removes it, also after a crash
  gpus N                      lets its node say that it has N GPUs
  api-kill, api-start         ends its API server as a crash would; starts it again
  restart kubelet|containerd  ends one of them orderly, and starts it again`;

const COMMANDS = {
  up: async () => show((await running()) ?? (await up({ stays: true }))),
  env: async () => show(await running()),
  down,
  gpus: (count) => {
    if (!/^\d+$/.test(count ?? '')) throw new Failure(USAGE);
    return gpus(Number(count));
  },
  'api-kill': killApiServer,
  'api-start': startApiServer,
  restart: (name) => {
    if (!['kubelet', 'containerd'].includes(name)) throw new Failure(USAGE);
    return restart(name);
  },
};

await runScript(async () => {
  const [command, ...args] = process.argv.slice(2);
  if (!(command in COMMANDS)) throw new Failure(USAGE);
  await COMMANDS[command](...args);
});

/** To be read by a shell: `eval "$(node scripts/cluster.mjs env)"` */
function show(cluster) {
  if (cluster === null) throw new Failure('No cluster is up; node scripts/cluster.mjs up starts one.');
  const variables = {
    KUBECONFIG: cluster.kubeconfig,
    REPRISE_TEST_KUBECONFIG: cluster.kubeconfig,
    REPRISE_TEST_IMAGE: cluster.image,
    REPRISE_TEST_IMAGE_OTHER: cluster.imageOther,
    REPRISE_TEST_IMAGE_BARE: cluster.imageBare,
    REPRISE_TEST_IMAGE_GIT: cluster.imageGit,
    REPRISE_TEST_IMAGE_NODE: cluster.imageNode,
    REPRISE_TEST_NODE_PROJECT: cluster.javascript,
  };
  for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${value}`);
}
