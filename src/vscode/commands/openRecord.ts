import type { Command } from '../editor';
import { newestRun } from '../newest';

/** Shows the newest run's record as it is on the disk, laid out for reading. */
export const openRecord: Command = {
  id: 'reprise.openRecord',
  async run(editor) {
    const found = await newestRun(editor);
    if (found !== undefined) await editor.openRecord(found.notebook.root, found.run.run);
  },
};
