import type { Command } from 'commander';
import { listRuns, type ListedRun } from '../lineage/runs';
import { plainName } from '../git/words';
import { VERDICT_WORDS } from '../replay/words';
import { EXIT } from './exit';
import { type OutputFlags, outputOptions, storeHere, terminalOf } from './shared';
import type { Terminal } from './terminal';

type Flags = OutputFlags & { notebook?: string };

export function runsCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('runs'))
    .description('the runs recorded here, newest first')
    .addHelpText('before', 'Example: reprise runs --notebook study/train.ipynb\n')
    .option('--notebook <notebook>', 'only of this notebook (path from the root)')
    .action((flags: Flags) => {
      const terminal = terminalOf(flags);
      const runs = listRuns(storeHere(terminal), flags.notebook || undefined);
      terminal.document({ schema: 'reprise/runs/0', runs });
      tellRuns(terminal, runs);
      done(EXIT.good);
    });
}

function tellRuns(terminal: Terminal, runs: ListedRun[]): void {
  if (runs.length === 0) terminal.say('Nothing has been recorded here. Begin with: reprise run NOTEBOOK');
  for (const run of runs) {
    const verdict =
      run.verdict && run.verdict in VERDICT_WORDS
        ? VERDICT_WORDS[run.verdict as keyof typeof VERDICT_WORDS]
        : '';
    const of = run.replayOf
      ? `replay of ${plainName(run.replayOf)}${verdict ? `: ${verdict}` : ''}`
      : `${run.policy ?? ''}, seed ${run.seed?.from ?? '?'}`;
    const cells = `${run.cells} ${run.cells === 1 ? 'cell' : 'cells'}`;
    terminal.say(
      `${run.run}  ${plainName(run.status).padEnd(10)} ${cells.padEnd(10)} ${plainName(run.notebook ?? '?')}  ${terminal.dim(of)}`,
    );
  }
}
