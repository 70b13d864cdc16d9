import type { Command } from '../editor';
import { pin, sourcesFor } from '../pinning';

/** Locks the environment of the notebook, from what is installed or from a file that says what it needs. */
export const pinEnvironment: Command = {
  id: 'reprise.pin',
  runsCode: true,
  async run(editor) {
    const notebook = await editor.savedNotebook();
    if (notebook === undefined) return;
    const python = await editor.kernels.pythonWithoutPin(notebook.uri);
    // A project in JavaScript has one lock, its own.
    if (notebook.javascript !== undefined) return void (await pin(editor, notebook, ['--python', python]));
    const sources = sourcesFor(notebook, python, editor.installation.home);
    const source = await editor.pick(`Pin the environment of ${notebook.name} from`, sources);
    if (source === undefined) return;
    const from = 'from' in source ? ['--from', source.from] : [];
    await pin(editor, notebook, ['--python', source.python, ...from]);
  },
};
