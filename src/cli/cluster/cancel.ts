import type { Command } from 'commander';
import type { CancelEnd } from '../../cluster/cancel';
import { EXIT } from '../exit';
import { type OutputFlags, outputOptions, storeHere, terminalOf } from '../shared';
import { loadCluster } from './load';
import { placeOptions } from './options';

type Flags = OutputFlags & { kubeconfig?: string; context?: string; namespace?: string };

export function cancelCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  placeOptions(outputOptions(program.command('cancel <run>')))
    .description('end a run in a cluster; what it was given stays there')
    .addHelpText('before', 'Example: reprise cancel 20261126-101500-3fa2c1\n')
    .action(async (run: string, flags: Flags) => {
      const terminal = terminalOf(flags);
      const { cancel, connect, readState } = await loadCluster();
      const store = storeHere(terminal);
      const state = readState(store, run);
      const { context = state.context, namespace = state.namespace, kubeconfig } = flags;
      const end = await cancel(await connect({ kubeconfig, context, namespace }), store, state);
      terminal.document({ schema: 'reprise/cancel/0', run, ended: end.ended });
      terminal.say(
        sentenceOf(end, `${state.name} is suspended in namespace ${namespace}, and its pod is gone`),
      );
      terminal.say(terminal.dim(`${whatNow(end, run)}Take it away: reprise delete ${run}`));
      done(EXIT.good);
    });
}

function sentenceOf({ ended, lacks }: CancelEnd, suspended: string): string {
  if (ended === 'suspended') return `Cancelled: ${suspended}.`;
  if (ended === 'left-queue') return `Cancelled: ${suspended}; its queue will not start it again.`;
  const why =
    lacks === undefined
      ? 'Kueue has not taken it up yet, so it cannot be taken out of the queue'
      : `to take it out of the queue you need the right to ${lacks} workloads (kueue.x-k8s.io), which deploy/components/kueue grants`;
  return `Not cancelled for good: ${suspended}, but its queue will start it again. ${why[0]!.toUpperCase()}${why.slice(1)}.`;
}

function whatNow({ ended }: CancelEnd, run: string): string {
  return ended === 'starts-again' ? '' : `See what it left: reprise attach ${run}. `;
}
