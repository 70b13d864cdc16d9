import type { Command } from '../editor';
import { chosenRun } from '../kubernetes/chosen';

/** Shows the verdict on a replay that ran in a cluster, or what a run there recorded. */
export const openClusterReport: Command = {
  id: 'reprise.openClusterReport',
  async run(editor) {
    const chosen = await chosenRun(editor, 'Report of', ['judged']);
    if (chosen !== undefined) editor.reports.show(chosen.root, chosen.run);
  },
};
