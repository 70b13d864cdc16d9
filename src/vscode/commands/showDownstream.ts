import type { Command } from '../editor';
import { showFlow } from '../flow';

/** Lists the cells that depend on what a cell wrote; each entry leads there. */
export const showDownstream: Command = {
  id: 'reprise.showDownstream',
  run: (editor) => showFlow(editor, 'downstream'),
};
