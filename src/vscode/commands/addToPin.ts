import type { Command, Editor, NotebookFile } from '../editor';
import { add } from '../pinning';

/** Locks packages besides those that the notebook is pinned to, and builds the new environment. */
export const addToPin: Command = {
  id: 'reprise.addToPin',
  runsCode: true,
  async run(editor) {
    const notebook = await editor.savedNotebook();
    if (notebook === undefined) return;
    if (notebook.javascript !== undefined) return offerAgain(editor, notebook);
    if (editor.runs.stateOf(notebook.uri).pin === undefined) return offerPin(editor, notebook);
    const given = editor.packages();
    const packages = given.length > 0 ? given : await ask(editor, notebook);
    if (packages.length > 0) await add(editor, notebook, packages);
  },
};

async function offerAgain(editor: Editor, { name }: NotebookFile): Promise<void> {
  const button = 'Pin Again';
  const message =
    `What ${name} needs is said in the package.json of its project, as it is in JavaScript: ` +
    'npm install --ignore-scripts NAME there, and pin again.';
  if ((await editor.notify('information', message, button)) === button) await editor.execute('reprise.pin');
}

async function offerPin(editor: Editor, { name }: NotebookFile): Promise<void> {
  const button = 'Pin Environment…';
  const message = `${name} has no pin to add to.`;
  if ((await editor.notify('information', message, button)) === button) await editor.execute('reprise.pin');
}

async function ask(editor: Editor, { name }: NotebookFile): Promise<string[]> {
  const typed = await editor.input({
    title: `Add to the pin of ${name}`,
    prompt: 'Packages, as pip takes them: requests, or "polars>=1.2" scikit-learn==1.7.0',
    value: '',
    problem: (text) => (wordsIn(text).every(isRequirement) ? undefined : 'Type the names of packages.'),
  });
  return wordsIn(typed ?? '');
}

function wordsIn(text: string): string[] {
  return text
    .split(/[\s"']+/)
    .map((word) => word.replace(/,$/, ''))
    .filter((word) => word !== '');
}

function isRequirement(word: string): boolean {
  return /^[A-Za-z0-9][\w.-]*(\[[\w,-]*\])?([<>=!~].*)?$/.test(word);
}
