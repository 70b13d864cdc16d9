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
      for (const replay of replays) {
        const { run, notebook, namespace, replayOf } = replay;
        const of = replayOf ? `replay of ${replayOf}` : 'run';
        terminal.say(
          `${run}  ${wordsOf(replay).padEnd(15)} ${notebook}  ${terminal.dim(`${of}, namespace ${namespace}`)}`,
        );
      }
      done(EXIT.good);
    });
}

function wordsOf({ stage, failure, cancelled }: Listed): string {
  const isHere = stage === 'collected' || stage === 'cleaned';
  if (cancelled) return isHere && failure === undefined ? 'here, cancelled' : STAGE_WORDS.cancelled;
  return failure !== undefined && stage !== 'cancelled' ? 'came to nothing' : STAGE_WORDS[stage];
}
