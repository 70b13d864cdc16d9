import type { Command } from '../editor';
import { outcomeOf } from '../outcome';

/** Puts the notebook's kernel where every Jupyter front end finds it, Microsoft's extension included. */
export const installKernelspec: Command = {
  id: 'reprise.installKernelspec',
  runsCode: true,
  async run(editor) {
    const notebook = editor.notebookFile();
    if (notebook === undefined) return;
    const { commandLine, kernels, log, settings } = editor;
    const python = kernels.pythonOf(notebook.uri) ?? settings.python(notebook.uri);
    const chosen = python === undefined ? [] : ['--python', python];
    const args = ['kernel', notebook.path, '--install', ...chosen];
    log.info(`reprise ${args.join(' ')}`);
    const ended = await commandLine.run({ args, folder: notebook.folder, onSaid: (line) => log.info(line) });
    const title = titleIn(ended.document);
    if (ended.code !== 0 || title === undefined) {
      const { severity, message } = outcomeOf(ended);
      const pressed = await editor.notify(severity, `${notebook.name}: ${message}`, 'Show Log');
      if (pressed !== undefined) log.show();
      return;
    }
    const message = `Installed as "${title}" for every Jupyter front end. Choose it as the kernel of ${notebook.name}; each of its runs is recorded.`;
    const pressed = await editor.notify('information', message, 'Select Kernel');
    if (pressed !== undefined) await editor.execute('notebook.selectKernel');
  },
};

/** The name that front ends show, from the command's document. */
function titleIn(document: unknown): string | undefined {
  const name = (document as { spec?: { display_name?: unknown } } | undefined)?.spec?.display_name;
  return typeof name === 'string' ? name : undefined;
}
