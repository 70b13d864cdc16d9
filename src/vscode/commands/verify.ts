import type { Command } from '../editor';
import { judge } from '../judging';

/** Runs the notebook as it is on the disk from an empty kernel, replays that run, and says whether they are the same. */
export const verify: Command = {
  id: 'reprise.verify',
  runsCode: true,
  async run(editor) {
    const notebook = await editor.savedNotebook();
    if (notebook === undefined) return;
    await judge(editor, notebook, {
      title: `Verifying ${notebook.name}`,
      args: ['verify', notebook.path],
      folder: notebook.folder,
      executions: ['running', 'replaying'],
    });
  },
};
