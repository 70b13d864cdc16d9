import type { Command } from '../editor';
import { runUntilClean } from '../runningStale';

/** Runs the stale cells that a cell rests on, and then the cell. */
export const runUpstream: Command = {
  id: 'reprise.runUpstream',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebook();
    const cell = editor.cell();
    if (notebook === undefined || cell === undefined) return;
    const isStale = (): boolean => editor.stale.staleOf(notebook.uri).includes(cell.id);
    await runUntilClean(editor, notebook, () => (isStale() ? [cell.id] : []), {
      nothing: `Cell ${cell.index} and what it came from are not stale.`,
    });
  },
};
