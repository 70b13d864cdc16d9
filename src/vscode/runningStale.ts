/** Runs stale cells and what they rest on, again where the first time shows that more is to be run, until they are clean. */
import type { Editor, NotebookRef } from './editor';
import { offerRun } from './newest';
import { NOT_OBSERVED } from './stale/words';

const RUN_ALL = 'Run and Record All';
const SHOW_LINEAGE = 'Show Lineage';

/**
 * @param targets ids of the cells that are to be clean and are not yet, as it is known at the moment
 * @param words what is said where there are none
 */
export async function runUntilClean(
  editor: Editor,
  notebook: NotebookRef,
  targets: () => string[],
  words: { nothing: string },
): Promise<void> {
  const { uri, name } = notebook;
  if (notebook.javascript !== undefined)
    return offerRun(editor, `Which cells of ${name} are stale is not observed: ${NOT_OBSERVED}.`);
  await refresh(editor, uri);
  if (editor.stale.stateOf(uri) === undefined)
    return offerRun(editor, `No cell of ${name} has run in a kernel yet, so which are stale is not known.`);
  if (targets().length === 0) return offerLineage(editor, words.nothing);
  const tried = new Set<string>();
  for (let left = targets(); left.length > 0; left = targets()) {
    const plan = editor.stale.planFor(uri, left);
    const trial = JSON.stringify(plan);
    if (plan === undefined || tried.has(trial)) return offerAll(editor, notebook, left);
    tried.add(trial);
    if (plan.empty !== false && !(await restarted(editor, notebook))) return;
    const ended = await editor.kernels.runCells(uri, plan.cells);
    await refresh(editor, uri);
    // What a cell raised stands below it.
    if (!ended) return;
  }
}

async function refresh(editor: Editor, uri: string): Promise<void> {
  await editor.runs.refresh(uri);
  await editor.stale.refresh(uri);
}

async function restarted(editor: Editor, { uri, name }: NotebookRef): Promise<boolean> {
  const question = `Restart the kernel of ${name} first?`;
  const detail =
    'Only in an empty kernel do the stale cells find what a run from the top finds. Variables are lost; outputs and the record stay.';
  if (!(await editor.confirm(question, detail, 'Restart and Run'))) return false;
  await editor.kernels.restart(uri);
  await refresh(editor, uri);
  return true;
}

async function offerLineage(editor: Editor, message: string): Promise<void> {
  if ((await editor.notify('information', message, SHOW_LINEAGE)) === SHOW_LINEAGE)
    await editor.execute('reprise.showLineage');
}

async function offerAll(editor: Editor, { uri, name }: NotebookRef, left: string[]): Promise<void> {
  const order = editor.stale.stateOf(uri)?.order ?? [];
  const cells = left.map((id) => `cell ${order.indexOf(id)}`).join(', ');
  const message = `${name}: still stale after they ran: ${cells}. A run of all cells from an empty kernel settles it.`;
  if ((await editor.notify('warning', message, RUN_ALL)) === RUN_ALL) await editor.execute('reprise.runAll');
}
