import type { Command } from 'commander';
import type { Listed } from '../../cluster/listing';
import { loadCluster } from './load';
import { EXIT } from '../exit';
import { type OutputFlags, outputOptions, storeHere, terminalOf } from '../shared';

const STAGE_WORDS: Record<Listed['stage'], string> = {
  submitting: 'being sent',
  submitted: 'in the cluster',
  followed: 'ended there',
  collected: 'here',
  cleaned: 'here',
  cancelled: 'cancelled',
};

export function replaysCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('replays'))
    .description('the runs and replays that went to a cluster from here, newest first')
    .addHelpText('before', 'Example: reprise replays\n')
    .action(async (flags: OutputFlags) => {
      const terminal = terminalOf(flags);
      const { listed } = await loadCluster();
      const replays = listed(storeHere(terminal));
      terminal.document({ schema: 'reprise/replays/0', replays });
      if (replays.length === 0)
        terminal.say(
          'Nothing went to a cluster from here. Begin with: reprise run NOTEBOOK --target kubernetes',
        );
      for (const { run, stage, notebook, namespace, replayOf, failure } of replays) {
        const of = replayOf ? `replay of ${replayOf}` : 'run';
        terminal.say(
          `${run}  ${(failure ? 'came to nothing' : STAGE_WORDS[stage]).padEnd(15)} ${notebook}  ${terminal.dim(`${of}, namespace ${namespace}`)}`,
        );
      }
      done(EXIT.good);
    });
}
