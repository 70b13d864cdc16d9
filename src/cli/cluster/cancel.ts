import type { Command } from 'commander';
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
      const state = readState(storeHere(terminal), run);
      const { context = state.context, namespace = state.namespace, kubeconfig } = flags;
      await cancel(await connect({ kubeconfig, context, namespace }), state);
      terminal.document({ schema: 'reprise/cancel/0', run });
      terminal.say(`Cancelled: ${state.name} is suspended in namespace ${namespace}, and its pod is gone.`);
      terminal.say(terminal.dim(`Take it away: reprise delete ${run}`));
      done(EXIT.good);
    });
}
