import type { Command } from '../editor';
import { send } from '../kubernetes/sending';

/** Runs the notebook as it is on the disk in a cluster, and records it. */
export const runOnKubernetes: Command = {
  id: 'reprise.runOnKubernetes',
  runsCode: true,
  async run(editor) {
    const notebook = await editor.savedNotebook();
    if (notebook === undefined) return;
    const { path, folder } = notebook;
    await send(editor, notebook, { command: runOnKubernetes.id, args: ['run', path], folder });
  },
};
