import type { Command } from '../editor';
import { restore } from '../pinning';

/** Builds the environment that the notebook is pinned to. */
export const restoreEnvironment: Command = {
  id: 'reprise.restore',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebookFile();
    if (notebook === undefined) return;
    if (editor.runs.stateOf(notebook.uri).pin !== undefined) return void (await restore(editor, notebook));
    const button = 'Pin Environment…';
    const message = `${notebook.name} has no pin to restore.`;
    if ((await editor.notify('information', message, button)) === button) await editor.execute('reprise.pin');
  },
};
