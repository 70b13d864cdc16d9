import type { Editor } from '../editor';
import type { RunRef } from './followers';
import type { RowKind } from './rows';

/** The run that the command was invoked on, else the one that is picked. @param kinds those that it can be done with */
export async function chosenRun(
  editor: Editor,
  title: string,
  kinds?: readonly RowKind[],
): Promise<RunRef | undefined> {
  const invokedOn = editor.clusterRun();
  if (invokedOn !== undefined) return invokedOn;
  const rows = editor.clusterRuns.list().filter(({ kind }) => kinds === undefined || kinds.includes(kind));
  if (rows.length > 0) {
    return editor.pick(
      title,
      rows.map(({ label, description, run: detail, ...ref }) => ({
        label,
        description,
        detail,
        value: { root: ref.root, run: detail },
      })),
    );
  }
  await editor.notify('information', 'There is no such run of this workspace in a cluster.');
  return undefined;
}
