/** Where a run could go: what the kubeconfig names, and what the cluster lets this user see of itself. */
import { Failure } from '../notebook/failure';
import type { Api } from './api';
import { explained } from './errors';
import { loadKubeconfig } from './connect';
import type { Profile } from './profile/profile';
import { plain } from './words/observed';

export type KnownContext = { name: string; cluster: string; namespace: string; current: boolean };

/** What may be listed there, or in words why it may not: a run needs none of these rights. */
export type Places = {
  context: string;
  namespaces: { names: string[] } | { why: string };
  gpus: { products: GpuProduct[] } | { why: string };
};

/** `most` is how many one node has; a run is on one node. */
export type GpuProduct = { product: string; most: number; nodes: number };

/** What a notebook brings along to choose from. */
export type OwnPlaces = {
  /** By digest, as its sidecar has it. */
  image?: string;
  /** The default one first. */
  profiles: ({ name: string } & Pick<Profile, 'context' | 'namespace' | 'image' | 'gpu'>)[];
};

/** What `reprise clusters` prints for programs. */
export type ClustersDocument = {
  schema: 'reprise/clusters/0';
  contexts: KnownContext[];
  places?: Places;
  notebook?: OwnPlaces;
};

/** The current one first. @throws Failure `no-kubeconfig` */
export async function contextsOf(kubeconfig?: string): Promise<KnownContext[]> {
  const config = await loadKubeconfig(kubeconfig);
  const current = config.getCurrentContext();
  const contexts = config.getContexts().map(({ name, cluster, namespace = 'default' }) => ({
    name,
    cluster,
    namespace,
    current: name === current,
  }));
  return contexts.sort((a, b) => Number(b.current) - Number(a.current));
}

/** @throws Failure where the cluster does not answer, or does not know the user */
export async function placesOf(api: Api, signal?: AbortSignal): Promise<Places> {
  const [namespaces, nodes] = await Promise.all([
    seen<Named>(api, '/api/v1/namespaces', signal),
    seen<Node>(api, '/api/v1/nodes', signal),
  ]);
  return {
    context: api.config.getCurrentContext(),
    namespaces:
      'why' in namespaces
        ? namespaces
        : { names: namespaces.items.map(({ metadata }) => metadata?.name ?? '').sort() },
    gpus: 'why' in nodes ? nodes : { products: productsOf(nodes.items) },
  };
}

type Named = { metadata?: { name?: string } };
type Node = {
  metadata?: { labels?: { [name: string]: string } };
  status?: { allocatable?: { [resource: string]: string } };
};

async function seen<T>(
  api: Api,
  path: string,
  signal?: AbortSignal,
): Promise<{ items: T[] } | { why: string }> {
  try {
    const { items = [] } = (await api.ask<{ items?: T[] }>(path, { signal })).body;
    return { items };
  } catch (error) {
    const failure = explained(error, `list ${path.split('/').at(-1)}`);
    if (failure instanceof Failure && failure.reason === 'forbidden') return { why: failure.message };
    throw failure;
  }
}

/** By the labels of NVIDIA's feature discovery; nodes without them have GPUs that no product names. */
function productsOf(nodes: readonly Node[]): GpuProduct[] {
  const products = new Map<string, GpuProduct>();
  for (const { metadata, status } of nodes) {
    const product = plain(metadata?.labels?.['nvidia.com/gpu.product'] ?? '');
    const count = Number(status?.allocatable?.['nvidia.com/gpu'] ?? 0);
    if (product === '' || !Number.isInteger(count) || count < 1) continue;
    const known = products.get(product) ?? { product, most: 0, nodes: 0 };
    products.set(product, { product, most: Math.max(known.most, count), nodes: known.nodes + 1 });
  }
  return [...products.values()].sort((a, b) => a.product.localeCompare(b.product));
}
