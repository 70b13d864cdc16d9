import type { Command } from '../editor';
import { newestRun } from '../newest';

/** Shows the graph of what each cell read and wrote in the newest run. */
export const showLineage: Command = {
  id: 'reprise.showLineage',
  async run(editor) {
    const found = await newestRun(editor);
    if (found !== undefined) editor.lineage.show(found.notebook);
  },
};
