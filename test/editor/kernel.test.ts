/** Cells on the Reprise kernel in a real VS Code: what a person sees when they are run, interrupted and restarted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PYTHON, type Cell } from '../cli/support';
import { Editor } from './support/editor';
import { folderWith } from './support/folders';
import { NotebookPage } from './support/notebook';
import type { Window } from './support/window';

let editor: Editor;
let window: Window;
let folder: string;
beforeAll(async () => {
  editor = await Editor.start({
    settings: { 'reprise.python': PYTHON },
    env: { REPRISE_LEASE_SECONDS: '4' },
  });
  folder = folderWith();
  window = await editor.openWindow(folder);
});
afterAll(async () => {
  expect(await editor.stop()).toEqual([]);
});

const open = (name: string, cells: Cell[]) => NotebookPage.open(window, folder, name, cells);

describe('cells', () => {
  it('run in order, with numbers, streams, results, rich outputs and errors', async () => {
    const notebook = await open('all.ipynb', [
      'import random, sys\nx = 6',
      'print("out"); print("err", file=sys.stderr); x * 7',
      'from IPython.display import HTML, display\ndisplay(HTML("<b>bold</b>"))',
      '',
      '1 / 0',
      'print("never")',
    ]);
    await notebook.runAll();
    const cells = await notebook.outputs();
    expect(cells.map(({ order, success }) => [order, success])).toEqual([
      [1, true],
      [2, true],
      [3, true],
      [undefined, true],
      [4, false],
      [undefined, undefined],
    ]);
    expect(await notebook.texts()).toEqual([
      '',
      'out\nerr\n42',
      '<IPython.core.display.HTML object>',
      '',
      'ZeroDivisionError: division by zero',
      '',
    ]);
    expect(cells[2]!.outputs[0]!['text/html']).toBe('<b>bold</b>');
  });
});
