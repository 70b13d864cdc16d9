import type { Command } from '../editor';
import { chosenRun } from '../kubernetes/chosen';

/** Copies the id of a run that went to a cluster, for the command line. */
export const copyRunId: Command = {
  id: 'reprise.copyRunId',
  async run(editor) {
    const chosen = await chosenRun(editor, 'Copy the id of');
    if (chosen !== undefined) await editor.copy(chosen.run);
  },
};
