import type { Editor, NotebookFile } from './editor';
import type { RunState } from './follow/state';

/** The newest run of the notebook; undefined where there is none, and the user was offered to make one. */
export async function newestRun(
  editor: Editor,
): Promise<{ notebook: NotebookFile; run: RunState } | undefined> {
  const notebook = editor.notebookFile();
  if (notebook === undefined) return undefined;
  await editor.runs.refresh(notebook.uri);
  const { run } = editor.runs.stateOf(notebook.uri);
  if (run !== undefined) return { notebook, run };
  await offerRun(editor, `${notebook.name} has no recorded run yet.`);
  return undefined;
}

export async function offerRun(editor: Editor, message: string): Promise<void> {
  const button = 'Run and Record All';
  // In a workspace that is not trusted the command itself says why it does not run.
  if ((await editor.notify('information', message, button)) === button)
    await editor.execute('reprise.runAll');
}
