import type { Command } from '../editor';

/** Chooses the Python that runs the notebook. */
export const selectInterpreter: Command = {
  id: 'reprise.selectInterpreter',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebook();
    if (notebook !== undefined) await editor.kernels.selectInterpreter(notebook.uri);
  },
};
