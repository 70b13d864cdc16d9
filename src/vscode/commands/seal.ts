import type { Command } from '../editor';
import { judge } from '../judging';

/** Keeps a good verdict beside the notebook, for everybody to verify against; verifies first where there is none. */
export const sealResult: Command = {
  id: 'reprise.seal',
  runsCode: true,
  async run(editor) {
    const notebook = await editor.savedNotebook();
    if (notebook === undefined) return;
    await judge(editor, notebook, {
      title: `Sealing ${notebook.name}`,
      args: ['seal', notebook.path],
      folder: notebook.folder,
      executions: ['running', 'replaying'],
    });
  },
};
