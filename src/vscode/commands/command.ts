import type { CommandLine } from '../commandLine';
import { outcomeOf } from '../outcome';
import type { Workbench } from '../workbench';

export type Command = (workbench: Workbench, commandLine: Pick<CommandLine, 'run'>) => Promise<void>;

/** A command that runs `reprise SUBCOMMAND` on the notebook in front and tells what came of it. */
export function onNotebook(subcommand: string, doing: string): Command {
  return async (workbench, commandLine) => {
    const notebook = await workbench.savedNotebook();
    if (notebook === undefined) return;
    const ended = await workbench.withProgress(`${doing} ${notebook.name}`, (report, signal) => {
      workbench.write(`\n> reprise ${subcommand} ${notebook.name}\n`);
      const show = (line: string) => {
        workbench.write(`${line}\n`);
        report(line.trim());
      };
      return commandLine.run([subcommand, notebook.path], notebook.folder, show, signal);
    });
    const { severity, message } = outcomeOf(ended);
    workbench.notify(severity, `${notebook.name}: ${message}`);
  };
}
