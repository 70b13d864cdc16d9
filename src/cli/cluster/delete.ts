import type { Command } from 'commander';
import { EXIT } from '../exit';
import { type OutputFlags, outputOptions, storeHere, terminalOf } from '../shared';
import { loadCluster } from './load';
import { placeOptions } from './options';

type Flags = OutputFlags & { kubeconfig?: string; context?: string; namespace?: string };

export function deleteCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  placeOptions(outputOptions(program.command('delete <run>')))
    .description('take away what a run has in a cluster; what is here of it stays')
    .addHelpText('before', 'Example: reprise delete 20261126-101500-3fa2c1\n')
    .action(async (run: string, flags: Flags) => {
      const terminal = terminalOf(flags);
      const { connect, readState, takeAway } = await loadCluster();
      const store = storeHere(terminal);
      const state = readState(store, run);
      const { context = state.context, namespace = state.namespace, kubeconfig } = flags;
      const isThere = await takeAway(await connect({ kubeconfig, context, namespace }), store, state);
      if (isThere !== undefined) terminal.warn(isThere);
      terminal.document({ schema: 'reprise/delete/0', run });
      terminal.say(`Nothing of run ${run} is left in namespace ${namespace}.`);
      done(EXIT.good);
    });
}
