import type { Command } from '../editor';

/** Applies every safe fix of lint to the notebook, as one step that one undo takes back. */
export const fixAll: Command = {
  id: 'reprise.fixAll',
  async run(editor) {
    const notebook = editor.notebook();
    if (notebook === undefined || (await editor.lint.fixAll(notebook.uri))) return;
    const left = editor.lint.listOf(notebook.uri).length;
    const message =
      left === 0
        ? `${notebook.name} has no unseeded randomness.`
        : `Nothing in ${notebook.name} can be fixed without a change of what it does.`;
    const buttons = left === 0 ? [] : ['Show Randomness'];
    if ((await editor.notify('information', message, ...buttons)) !== undefined)
      await editor.execute('reprise.showRandomness');
  },
};
