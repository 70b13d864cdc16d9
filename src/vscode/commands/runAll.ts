import type { Command } from '../editor';

/** Runs every cell on the notebook's live kernel, which records them. */
export const runAll: Command = {
  id: 'reprise.runAll',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebook();
    if (notebook !== undefined) await editor.kernels.runAll(notebook.uri);
  },
};
