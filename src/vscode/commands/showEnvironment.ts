import type { Command } from '../editor';
import type { CommandId } from './ids';
import { environmentText } from '../environments/text';

/** Shows the notebook's packages, those marked that differ from its pin, and the machine of its newest run. */
export const showEnvironment: Command = {
  id: 'reprise.showEnvironment',
  async run(editor) {
    const notebook = editor.notebookFile();
    if (notebook === undefined) return;
    await editor.runs.refresh(notebook.uri);
    const { pin, run } = editor.runs.stateOf(notebook.uri);
    const text = environmentText({ name: notebook.name, pin, header: run?.header });
    const again = pin === undefined ? 'Pin…' : 'Pin Again…';
    const actions: [string, CommandId][] = [
      ['Compare With…', 'reprise.compareEnvironments'],
      [again, 'reprise.pin'],
      ...(pin === undefined ? [] : [['Restore', 'reprise.restore'] as [string, CommandId]]),
    ];
    await editor.showText(
      `Environment of ${notebook.name}`,
      text,
      actions.map(([label, command]) => ({ label, command, notebook: notebook.uri })),
    );
  },
};
