import type { Command } from '../editor';
import { runUntilClean } from '../runningStale';

/** Runs every stale cell, and the cells without which they would read something else, until all are clean. */
export const runStale: Command = {
  id: 'reprise.runStale',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebook();
    if (notebook === undefined) return;
    await runUntilClean(editor, notebook, () => editor.stale.staleOf(notebook.uri), {
      nothing: `No cell of ${notebook.name} is stale.`,
    });
  },
};
