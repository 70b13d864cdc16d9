import type { Command } from '../editor';
import { chosenRun } from '../kubernetes/chosen';
import { eventsText } from '../kubernetes/eventsText';
import { targetOf } from '../kubernetes/states';

/** Shows where a run went, and what the cluster said of it. */
export const showRunEvents: Command = {
  id: 'reprise.showRunEvents',
  async run(editor) {
    const chosen = await chosenRun(editor, 'Events of');
    if (chosen === undefined) return;
    await editor.showText(`Run ${chosen.run}`, eventsText(chosen.run, targetOf(chosen) ?? {}));
  },
};
