import type { Command } from '../editor';
import { chosenRun } from '../kubernetes/chosen';

/** Takes away what an ended run still has in a cluster; what is here of it stays. */
export const deleteRun: Command = {
  id: 'reprise.deleteRun',
  runsCode: true,
  async run(editor) {
    const chosen = await chosenRun(editor, 'Take away from the cluster', ['ended', 'judged']);
    if (chosen !== undefined) await editor.clusterRuns.takeAway(chosen);
  },
};
