import type { Command } from '../editor';
import { newestRun } from '../newest';

/** Shows what the newest run recorded, and the verdict on it. */
export const showReport: Command = {
  id: 'reprise.showReport',
  async run(editor) {
    const found = await newestRun(editor);
    if (found !== undefined) editor.reports.show(found.notebook.root, found.run.run);
  },
};
