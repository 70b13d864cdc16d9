import type { Command } from '../editor';
import { send } from '../kubernetes/sending';
import { newestRun } from '../newest';
import { canReplay } from '../replaying';

/** Replays the notebook's newest run in a cluster, and says whether it is the same. */
export const replayOnKubernetes: Command = {
  id: 'reprise.replayOnKubernetes',
  runsCode: true,
  async run(editor) {
    const found = await newestRun(editor);
    if (found === undefined || !(await canReplay(editor, found.notebook, found.run))) return;
    const { notebook, run } = found;
    const args = ['replay', run.run];
    await send(editor, notebook, { command: replayOnKubernetes.id, args, folder: notebook.root });
  },
};
