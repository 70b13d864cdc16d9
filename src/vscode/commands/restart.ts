import type { Command } from '../editor';

/** Starts the notebook's kernel anew, under its present settings; asks first where variables would be lost. */
export const restart: Command = {
  id: 'reprise.restart',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebook();
    if (notebook === undefined) return;
    const { kernels } = editor;
    const isLive = kernels.liveRunOf(notebook.uri) !== undefined;
    const question = `Restart the kernel of ${notebook.name}?`;
    const detail = 'Its variables are lost. Outputs and the record stay.';
    if (isLive && !(await editor.confirm(question, detail, 'Restart'))) return;
    await kernels.restart(notebook.uri);
  },
};
