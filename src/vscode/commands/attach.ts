import type { Command } from '../editor';
import { chosenRun } from '../kubernetes/chosen';

/** Takes up a run that goes on in a cluster: the tree shows how it gets on, and the verdict comes at its end. */
export const attach: Command = {
  id: 'reprise.attach',
  runsCode: true,
  async run(editor) {
    const chosen = await chosenRun(editor, 'Attach to', ['open']);
    if (chosen !== undefined) await editor.clusterRuns.follow(chosen);
  },
};
