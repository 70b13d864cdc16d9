import type { Command } from '../editor';
import { chosenRun } from '../kubernetes/chosen';

/** Ends a run in a cluster and takes away what it has there. */
export const cancelRun: Command = {
  id: 'reprise.cancelRun',
  runsCode: true,
  async run(editor) {
    const chosen = await chosenRun(editor, 'Cancel', ['followed', 'open']);
    if (chosen === undefined) return;
    const question = `Cancel run ${chosen.run}?`;
    const detail = 'It ends in the cluster, and what it computed so far is lost. Its sources are kept here.';
    if (await editor.confirm(question, detail, 'Cancel Run')) await editor.clusterRuns.cancel(chosen);
  },
};
