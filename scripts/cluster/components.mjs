/** How each process of the cluster is started. */
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  at,
  BRIDGE,
  certificateOf,
  CGROUP,
  CONTAINERD_SOCKET,
  DNS_IP,
  keyOf,
  kubeconfigOf,
  NODE,
  NODE_IP,
  POD_SUBNET,
  PORTS,
  SERVICE_SUBNET,
} from './layout.mjs';
import { start } from './processes.mjs';

const ETCD = `http://127.0.0.1:${PORTS.etcd}`;
const ETCD_PEER = `http://127.0.0.1:${PORTS.etcdPeer}`;

/** kubelet and the controller manager would make a folder under /usr. */
const VOLUME_PLUGINS = at('kubelet', 'volume-plugins');

const program = (name) => at('bin', name);

export function startEtcd() {
  start('etcd', [
    program('etcd'),
    ...[`--data-dir=${at('etcd')}`, '--unsafe-no-fsync', '--log-level=warn'],
    ...[`--listen-client-urls=${ETCD}`, `--advertise-client-urls=${ETCD}`],
    ...[`--listen-peer-urls=${ETCD_PEER}`, `--initial-advertise-peer-urls=${ETCD_PEER}`],
    `--initial-cluster=default=${ETCD_PEER}`,
  ]);
}

export function startApiServer() {
  start('kube-apiserver', [
    program('kube-apiserver'),
    `--etcd-servers=${ETCD}`,
    ...['--bind-address=127.0.0.1', `--secure-port=${PORTS.api}`, `--advertise-address=${NODE_IP}`],
    '--endpoint-reconciler-type=none',
    ...[`--tls-cert-file=${certificateOf('apiserver')}`, `--tls-private-key-file=${keyOf('apiserver')}`],
    `--client-ca-file=${certificateOf('ca')}`,
    ...[
      '--authorization-mode=Node,RBAC',
      '--anonymous-auth=false',
      '--enable-admission-plugins=NodeRestriction',
    ],
    ...['--allow-privileged=true', `--service-cluster-ip-range=${SERVICE_SUBNET}`, '--profiling=false'],
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at('pki', 'sa.pub')}`,
    `--service-account-signing-key-file=${keyOf('sa')}`,
    `--kubelet-certificate-authority=${certificateOf('ca')}`,
    `--kubelet-client-certificate=${certificateOf('apiserver-kubelet-client')}`,
    `--kubelet-client-key=${keyOf('apiserver-kubelet-client')}`,
    '--kubelet-preferred-address-types=InternalIP',
  ]);
}

export function startControllerManager() {
  start('kube-controller-manager', [
    program('kube-controller-manager'),
    `--kubeconfig=${kubeconfigOf('controller-manager')}`,
    ...['--bind-address=127.0.0.1', '--leader-elect=false', '--profiling=false'],
    // With the default of 20 a second its controllers start one by one, for five seconds.
    ...['--kube-api-qps=200', '--kube-api-burst=400'],
    ...['--use-service-account-credentials=true', `--service-account-private-key-file=${keyOf('sa')}`],
    ...[`--root-ca-file=${certificateOf('ca')}`, `--flex-volume-plugin-dir=${VOLUME_PLUGINS}`],
  ]);
}

export function startScheduler() {
  start('kube-scheduler', [
    program('kube-scheduler'),
    `--kubeconfig=${kubeconfigOf('scheduler')}`,
    ...['--bind-address=127.0.0.1', '--leader-elect=false', '--profiling=false'],
  ]);
}

export function startContainerd() {
  writeFileSync(at('etc', 'containerd.toml'), containerdConfig());
  mkdirSync(at('etc', 'cni'), { recursive: true });
  writeFileSync(at('etc', 'cni', 'pods.conflist'), JSON.stringify(podNetwork()));
  start('containerd', ['containerd', '--config', at('etc', 'containerd.toml'), '--log-level', 'info']);
}

export function startKubelet() {
  writeFileSync(at('etc', 'kubelet.yaml'), JSON.stringify(kubeletConfig()));
  start('kubelet', [
    program('kubelet'),
    ...['--config', at('etc', 'kubelet.yaml'), '--kubeconfig', kubeconfigOf('kubelet')],
    ...['--root-dir', at('kubelet'), '--hostname-override', NODE, '--node-ip', NODE_IP],
  ]);
}

function containerdConfig() {
  const unused = [
    'snapshotter.v1.aufs',
    'snapshotter.v1.btrfs',
    'snapshotter.v1.devmapper',
    'snapshotter.v1.zfs',
  ];
  unused.push('internal.v1.tracing', 'tracing.processor.v1.otlp');
  return `version = 2
root = "${at('c', 'root')}"
state = "${at('c', 'state')}"
disabled_plugins = [${unused.map((name) => `"io.containerd.${name}"`).join(', ')}]
[grpc]
address = "${CONTAINERD_SOCKET}"
[ttrpc]
address = "${CONTAINERD_SOCKET}.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
path = "${at('c', 'opt')}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "localhost/pause:3.9"
# Without CAP_SYS_RESOURCE no process may lower its score, and no pod would start.
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
stream_server_address = "127.0.0.1"
stream_server_port = "0"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "${at('etc', 'cni')}"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
discard_unpacked_layers = false
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`;
}

/** Pods reach the node and each other and nothing else: there is no gateway, and no rule of iptables is made. */
function podNetwork() {
  const ranges = [[{ subnet: POD_SUBNET, gateway: NODE_IP }]];
  const ipam = { type: 'host-local', dataDir: at('ipam'), ranges };
  return { cniVersion: '1.0.0', name: 'reprise-test', plugins: [{ type: 'bridge', bridge: BRIDGE, ipam }] };
}

/** JSON, which is YAML. */
function kubeletConfig() {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_IP,
    port: PORTS.kubelet,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: PORTS.kubeletHealth,
    tlsCertFile: certificateOf('kubelet'),
    tlsPrivateKeyFile: keyOf('kubelet'),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificateOf('ca') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupRoot: `/${CGROUP}`,
    // containerd 1.6 cannot be asked which driver it uses.
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    oomScoreAdj: 0,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    seccompDefault: true,
    podLogsDir: at('log', 'pods'),
    volumePluginDir: VOLUME_PLUGINS,
    resolvConf: '',
    // Nothing listens there; without it every pod gets an event MissingClusterDNS.
    clusterDNS: [DNS_IP],
    // Images are imported and could not be pulled again.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    nodeStatusUpdateFrequency: '5s',
    shutdownGracePeriod: '0s',
  };
}
