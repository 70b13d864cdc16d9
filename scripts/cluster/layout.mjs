/** Names, places and ports of the test cluster. There is one on a machine: kubelet has paths of its own built in. */
import path from 'node:path';

/** Holds everything the cluster writes, and is short: the path of a Unix socket ends at 107 bytes. */
export const ROOT = '/tmp/rk';
export const at = (...names) => path.join(ROOT, ...names);

export const NODE = 'node-a';
export const BRIDGE = 'rk0';
export const CGROUP = 'rk';
export const CONTAINERD_SOCKET = at('c.sock');

const NETWORK = '10.244.0';
export const POD_SUBNET = `${NETWORK}.0/24`;
/** The node's address is the bridge's: kubelet takes none of the loopback's. */
export const NODE_IP = `${NETWORK}.1`;
export const SERVICE_SUBNET = '10.96.0.0/24';
export const KUBERNETES_IP = '10.96.0.1';
export const DNS_IP = '10.96.0.10';

export const PORTS = { api: 16443, etcd: 12379, etcdPeer: 12380, kubelet: 10250, kubeletHealth: 10248 };

export const kubeconfigOf = (user) => at('etc', `${user}.kubeconfig`);
export const certificateOf = (name) => at('pki', `${name}.crt`);
export const keyOf = (name) => at('pki', `${name}.key`);
