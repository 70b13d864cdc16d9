import type { Choice, Command, Editor, NotebookFile } from '../editor';
import { environmentsOf } from '../environments/known';
import type { Side } from '../environments/side';
import { comparisonText } from '../environments/text';

/** Shows what differs between two pins, two runs, or a pin and a run, and what each difference can change. */
export const compareEnvironments: Command = {
  id: 'reprise.compareEnvironments',
  async run(editor) {
    const notebook = editor.notebookFile();
    if (notebook === undefined) return;
    if (notebook.javascript !== undefined) return tellOfStatus(editor, notebook);
    await editor.runs.refresh(notebook.uri);
    const known = environmentsOf(notebook, editor.runs.stateOf(notebook.uri).pin);
    if (known.length < 2) return offerMore(editor, notebook, known.length === 1);
    const before = await editor.pick('Compare this environment', known);
    if (before === undefined) return;
    const others: Choice<Side>[] = known.filter(({ value }) => value !== before);
    const after = await editor.pick(`Compare ${before.title} with`, others);
    if (after === undefined) return;
    await editor.showText('Environments compared', comparisonText(before, after));
  },
};

async function tellOfStatus(editor: Editor, { name }: NotebookFile): Promise<void> {
  await editor.notify(
    'information',
    `${name} is in JavaScript, whose runs record their kernel and TensorFlow.js and no other package, so none are compared. ` +
      `How what is installed differs from the pin says: reprise status ${name}`,
  );
}

async function offerMore(editor: Editor, { name }: NotebookFile, hasOne: boolean): Promise<void> {
  const what = hasOne ? 'only one environment is known' : 'no environment is known yet';
  const button = 'Pin Environment…';
  const message = `${name}: ${what}. Pin it, or run it, and there is something to compare.`;
  if ((await editor.notify('information', message, button)) === button) await editor.execute('reprise.pin');
}
