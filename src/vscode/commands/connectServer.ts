import type { Command } from '../editor';

/** Runs kernels on a Jupyter Server that is there already, instead of one of our own. */
export const connectServer: Command = {
  id: 'reprise.connectServer',
  runsCode: true,
  run: (editor) => editor.kernels.connectServer(),
};
