import type { Command } from '../editor';
import { newestRun } from '../newest';
import { replay } from '../replaying';

/** Replays the notebook's newest run, live or headless, from an empty kernel, and says whether it is the same. */
export const replayHere: Command = {
  id: 'reprise.replayHere',
  runsCode: true,
  async run(editor) {
    const found = await newestRun(editor);
    if (found !== undefined) await replay(editor, found.notebook, found.run);
  },
};
