import type { Command } from '../editor';

/** Makes Reprise the notebook's kernel, also where another extension offers one. */
export const useKernel: Command = {
  id: 'reprise.useKernel',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebook();
    if (notebook !== undefined) await editor.kernels.useReprise(notebook.uri);
  },
};
