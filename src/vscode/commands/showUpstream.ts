import type { Command } from '../editor';
import { showFlow } from '../flow';

/** Lists why a cell is stale and which cells its values came from; each entry leads there. */
export const showUpstream: Command = {
  id: 'reprise.showUpstream',
  run: (editor) => showFlow(editor, 'upstream'),
};
