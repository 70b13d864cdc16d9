import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ClustersDocument, KnownContext, OwnPlaces, Places } from '../../cluster/places';
import { Failure } from '../../notebook/failure';
import { findRoot } from '../../notebook/root';
import { sidecarBeside } from '../../notebook/sidecarFile';
import { EXIT } from '../exit';
import { type OutputFlags, outputOptions, terminalOf } from '../shared';
import type { Terminal } from '../terminal';
import { loadCluster } from './load';

type Flags = OutputFlags & { kubeconfig?: string; context?: string };

export function clustersCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('clusters [notebook]'))
    .description('where a run could go: contexts, namespaces and GPUs; profiles of a notebook')
    .addHelpText('before', 'Example: reprise clusters --context lab\n')
    .option('--context <name>', 'of the kubeconfig: also the namespaces and GPUs that you may see there')
    .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config')
    .action(async (notebook: string | undefined, flags: Flags) => {
      const terminal = terminalOf(flags);
      const { connect, contextsOf, placesOf } = await loadCluster();
      const { kubeconfig, context } = flags;
      const contexts = await contextsOf(kubeconfig);
      const places =
        context === undefined ? undefined : await placesOf(await connect({ kubeconfig, context }), signal);
      const own = notebook === undefined ? undefined : await ownPlaces(notebook);
      const document: ClustersDocument = {
        schema: 'reprise/clusters/0',
        contexts,
        ...(places ? { places } : {}),
        ...(own ? { notebook: own } : {}),
      };
      terminal.document(document);
      tell(terminal, contexts, places, own);
      done(EXIT.good);
    });
}

/** @throws Failure `no-notebook`; ProfileError; SidecarError */
async function ownPlaces(given: string): Promise<OwnPlaces> {
  const { findProfiles, loadProfiles } = await loadCluster();
  const path = resolve(given);
  if (!existsSync(path)) throw new Failure('usage', 'no-notebook', `There is no notebook at ${given}.`);
  const image = sidecarBeside(path)?.settings.image;
  const file = findProfiles(path, findRoot(path));
  const { default: first, profiles } = file === undefined ? { profiles: {} } : loadProfiles(file);
  const names = Object.keys(profiles).sort((a, b) => Number(b === first) - Number(a === first));
  return {
    ...(image === undefined ? {} : { image }),
    profiles: names.map((name) => {
      const { context, namespace, image, gpu } = profiles[name]!;
      return { name, ...defined({ context, namespace, image, gpu }) };
    }),
  };
}

function tell(terminal: Terminal, contexts: KnownContext[], places?: Places, own?: OwnPlaces): void {
  for (const { name, image = 'no image' } of own?.profiles ?? [])
    terminal.say(`profile ${name}  ${terminal.dim(image)}`);
  if (contexts.length === 0) terminal.say('The kubeconfig has no context.');
  for (const { name, cluster, namespace, current } of contexts) {
    const of = `cluster ${cluster}, namespace ${namespace}${current ? ', current' : ''}`;
    terminal.say(`${name}  ${terminal.dim(of)}`);
  }
  if (places === undefined) return;
  const { namespaces, gpus } = places;
  terminal.say('why' in namespaces ? namespaces.why : `Namespaces: ${namespaces.names.join(', ')}`);
  if ('why' in gpus) return terminal.say(gpus.why);
  if (gpus.products.length === 0) terminal.say('No node names its GPUs.');
  for (const { product, most, nodes } of gpus.products)
    terminal.say(`${product}: up to ${most} on a node, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`);
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
