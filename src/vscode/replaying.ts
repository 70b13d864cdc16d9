/** Replays one run of a notebook, where it can be replayed. */
import type { Editor, NotebookFile } from './editor';
import type { RunState } from './follow/state';
import { judge } from './judging';
import { offerRun } from './newest';
import { diedWords } from './status/words';

export async function replay(editor: Editor, notebook: NotebookFile, run: RunState): Promise<void> {
  if (await canReplay(editor, notebook, run)) await replayRun(editor, notebook, run.run);
}

/** Where it cannot be replayed now, the user was told why. */
export async function canReplay(editor: Editor, notebook: NotebookFile, run: RunState): Promise<boolean> {
  const hindrance = whyNot(run);
  if (hindrance === undefined) return !(await isBusy(editor, notebook, run));
  await offerRun(editor, `${notebook.name}: ${hindrance} Its record is kept; run the notebook again.`);
  return false;
}

/** @param run id of a run that has ended, or of a live one between two cells */
export async function replayRun(editor: Editor, notebook: NotebookFile, run: string): Promise<void> {
  await judge(editor, notebook, {
    title: `Replaying ${notebook.name}`,
    args: ['replay', run],
    folder: notebook.root,
    executions: ['replaying'],
  });
}

/** A run that did not come to its own end shows no result that could be had again. */
function whyNot(run: RunState): string | undefined {
  if (run.status === 'died') return `the last run cannot be replayed (${diedWords(run)}).`;
  if (run.status === 'cancelled') return 'the last run was cancelled, so there is no whole result to replay.';
  // A kernel of another front end may end without a summary, and its cells are whole all the same.
  return run.status === 'incomplete' && run.header?.starter === 'runner'
    ? 'the last run was ended before it was whole.'
    : undefined;
}

async function isBusy(editor: Editor, { uri, name, root }: NotebookFile, run: RunState): Promise<boolean> {
  const { kernels } = editor;
  if (run.run === kernels.liveRunOf(uri)) {
    if (!kernels.isBusy(uri)) return false;
    const message = `Cells of ${name} are still running. Replay when they have ended.`;
    if ((await editor.notify('information', message, 'Interrupt')) !== undefined)
      await kernels.interrupt(uri);
    return true;
  }
  if (run.status !== 'running' || run.header?.starter !== 'runner') return false;
  const message = `A run of ${name} is still going on in another window or terminal. Replay when it has ended.`;
  const pressed = await editor.notify('information', message, 'Open Record');
  if (pressed !== undefined) await editor.openRecord(root, run.run);
  return true;
}
