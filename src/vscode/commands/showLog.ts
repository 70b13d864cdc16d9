import type { Command } from '../editor';

export const showLog: Command = {
  id: 'reprise.showLog',
  run(editor) {
    editor.log.show();
    return Promise.resolve();
  },
};
