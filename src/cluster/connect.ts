/** Finds the cluster that is meant: a kubeconfig's context and a namespace. */
import type { KubeConfig } from '@kubernetes/client-node';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../notebook/failure';
import { Api } from './api';

const GUESS = 'http://localhost:8080';

export type Place = { kubeconfig?: string; context?: string; namespace?: string };

/** @throws Failure `no-kubeconfig` */
export async function loadKubeconfig(kubeconfig?: string): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  // One for each connection: its cache of tokens goes by user name alone, and kubeconfigs share those.
  const config = new KubeConfig();
  const named = kubeconfig ?? process.env['KUBECONFIG'];
  if (named && !named.split(path.delimiter).some((file) => existsSync(file)))
    throw new Failure('usage', 'no-kubeconfig', `There is no kubeconfig at ${named}.`);
  try {
    if (kubeconfig !== undefined) config.loadFromFile(kubeconfig);
    else config.loadFromDefault();
  } catch (error) {
    throw new Failure(
      'usage',
      'no-kubeconfig',
      `The kubeconfig${named === undefined ? '' : ` ${named}`} cannot be read: ${(error as Error).message.split('\n')[0]}`,
    );
  }
  // The library's own guess where there is no file, and nothing that anybody set up.
  if (config.getCurrentContext() === 'loaded-context' && config.getCurrentCluster()?.server === GUESS)
    throw noCluster();
  return config;
}

/** @throws Failure `no-kubeconfig`, `no-context` */
export async function connect({ kubeconfig, context, namespace }: Place): Promise<Api> {
  const config = await loadKubeconfig(kubeconfig);
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      const known = names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}.`;
      throw new Failure('usage', 'no-context', `The kubeconfig has no context ${context}. ${known}`);
    }
    config.setCurrentContext(context);
  }
  const current = config.getContextObject(config.getCurrentContext());
  if (!config.getCurrentCluster()) {
    throw noCluster();
  }
  return new Api(config, namespace ?? current?.namespace ?? 'default');
}

function noCluster(): Failure {
  return new Failure(
    'usage',
    'no-kubeconfig',
    'No cluster is set up on this machine: there is no kubeconfig with a current context (~/.kube/config, or KUBECONFIG).',
  );
}
