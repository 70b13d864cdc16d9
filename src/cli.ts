/** Composition root of the terminal: commands, Ctrl-C, and the last line of every error. */
import { setMaxListeners } from 'node:events';
import { Command, CommanderError } from 'commander';
import manifest from '../package.json';
import { attachCommand } from './cli/cluster/attach';
import { cancelCommand } from './cli/cluster/cancel';
import { clustersCommand } from './cli/cluster/clusters';
import { deleteCommand } from './cli/cluster/delete';
import { replaysCommand } from './cli/cluster/replays';
import { batchCommand } from './cli/batch';
import { checkoutCommand } from './cli/checkout';
import { compareCommand } from './cli/compare';
import { costCommand } from './cli/cost';
import { doctorCommand } from './cli/doctor';
import { EXIT, problemOf } from './cli/exit';
import { Detached, NothingSent } from './replay/execution/target';
import { explainCommand } from './cli/explain';
import { verifyAttestationCommand } from './cli/exchange/attest';
import { exportCommand } from './cli/export';
import { gcCommand } from './cli/gc';
import { imageCommand } from './cli/image';
import { kernelCommand } from './cli/kernel';
import { lineageCommand } from './cli/lineage';
import { lintCommand } from './cli/lint';
import { pinCommand } from './cli/pin';
import { replayCommand } from './cli/replay';
import { restoreCommand } from './cli/restore';
import { runCommand } from './cli/run';
import { runsCommand } from './cli/runs';
import { sealCommand } from './cli/seal';
import { sessionCommand } from './cli/session';
import { statusCommand } from './cli/status';
import { harmless } from './cli/terminal';
import { verifyCommand } from './cli/verify';

const program = new Command('reprise')
  .description('Notebook results you can get again.')
  .version(manifest.version)
  .addHelpText('before', 'Example: reprise verify study/train.ipynb\n')
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      if (!wants('progress', 'ndjson')) write(text);
    },
  });

const interruption = new AbortController();
// Every request that is under way listens to it, and a preflight has many.
setMaxListeners(0, interruption.signal);
process.on('SIGINT', () => interruption.abort());
process.on('SIGTERM', () => interruption.abort());
// A reader that went away (`reprise runs | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 0 : EXIT.infrastructure),
);

const commands = [
  runCommand, replayCommand, verifyCommand, compareCommand, explainCommand, runsCommand, gcCommand, checkoutCommand, lineageCommand, lintCommand, pinCommand, restoreCommand, sealCommand, sessionCommand, statusCommand, costCommand, batchCommand, exportCommand, verifyAttestationCommand, imageCommand, kernelCommand, clustersCommand, replaysCommand, attachCommand, cancelCommand, deleteCommand, doctorCommand,
]; // prettier-ignore
for (const command of commands) command(program, interruption.signal, (code) => (process.exitCode = code));
for (const command of program.commands) command.exitOverride();

program.parseAsync().catch((error: unknown) => {
  process.exitCode = end(error);
});

function end(error: unknown): number {
  if (error instanceof NothingSent) return EXIT.good;
  if (error instanceof Detached) {
    const { run } = error;
    if (wants('format', 'json')) print({ schema: 'reprise/submitted/0', run });
    else process.stdout.write(`${error.message} Come back to it: reprise attach ${run}\n`);
    return EXIT.good;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.good;
    const message = error.message.replace(/^error: /, '');
    if (wants('progress', 'ndjson')) complain('usage', message);
    if (wants('format', 'json')) print({ schema: 'reprise/error/0', reason: 'usage', message });
    return EXIT.usage;
  }
  const problem = problemOf(error);
  if (problem === undefined) {
    const what = error instanceof Error ? error.message : String(error);
    complain('defect', `Reprise failed: ${what}\nThis is a defect of Reprise; what was recorded is kept.`);
    if (process.env.REPRISE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return EXIT.infrastructure;
  }
  const { reason, message } = problem;
  complain(reason, message);
  if (wants('format', 'json')) print({ schema: 'reprise/error/0', reason, message });
  return interruption.signal.aborted ? EXIT.interrupted : problem.code;
}

/** Asked of the words themselves, as what could not be parsed has no options. */
function wants(option: 'format' | 'progress', value: string): boolean {
  return process.argv.some(
    (word, i) => word === `--${option}=${value}` || (word === value && process.argv[i - 1] === `--${option}`),
  );
}

/** The last line on stderr. */
function complain(reason: string, message: string): void {
  const line = wants('progress', 'ndjson') ? JSON.stringify({ event: 'error', reason, message }) : message;
  process.stderr.write(`${harmless(line)}\n`);
}

function print(document: object): void {
  process.stdout.write(JSON.stringify(document, null, 2) + '\n');
}
