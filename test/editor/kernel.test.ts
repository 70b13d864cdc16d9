/** Cells on the Reprise kernel in a real VS Code: what a person sees when they are run, interrupted and restarted. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from '../cli/support';
import type { Editor } from './support/editor';
import { folderWith } from './support/folders';
import { closeAndCount, startEditor } from './support/kernels';
import { NotebookPage } from './support/notebook';
import type { Window } from './support/window';

let editor: Editor;
let window: Window;
let folder: string;
beforeAll(async () => {
  editor = await startEditor();
  folder = folderWith();
  window = await editor.openWindow(folder);
});
afterAll(() => closeAndCount(editor, folder));

const open = (name: string, cells: Cell[]) => NotebookPage.open(window, folder, name, cells);

it('runs cells in order, with numbers, streams, results, rich outputs and errors, and stops at the error', async () => {
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

it('goes on behind an error that its cell may raise', async () => {
  const notebook = await open('raises.ipynb', [
    { source: '1 / 0', metadata: { tags: ['raises-exception'] } },
    'print("on")',
  ]);
  await notebook.runAll();
  expect(await notebook.texts()).toEqual(['ZeroDivisionError: division by zero', 'on\n']);
});

describe('what cells show', () => {
  let notebook: NotebookPage;
  beforeAll(async () => {
    notebook = await open('shows.ipynb', [
      'import time\nfor i in range(0, 101, 20):\n    print(f"\\r{i:3d} %", end="", flush=True)\n    time.sleep(0.05)',
      'print("abcx\\by\\n", end="")',
      'from IPython.display import display, clear_output\nh = display("old", display_id=True)',
      'h.update("new")',
      'for i in range(3):\n    clear_output(wait=True)\n    print(i)',
      'import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()',
      'import threading\ndef later():\n    time.sleep(0.5)\n    print("later")\nt = threading.Thread(target=later); t.start()\nprint("now")',
    ]);
    await notebook.runAll();
  });

  it.each([
    [0, /^100 %$/, 'a line that was redrawn'],
    [1, /^abcy\n$/, 'a backspace'],
    [2, /^'new'$/, 'a display that a later cell updated'],
    [4, /^2\n$/, 'only what came after the last clearing'],
  ])('in cell %i is %s: %s', async (index, text) => {
    expect((await notebook.texts())[index]).toMatch(text);
  });

  it('comes from threads after the cell has ended too, under its number', async () => {
    await notebook.until(
      'the thread has printed',
      (cells, texts) => texts[6] === 'now\nlater\n' && cells[6]!.success === true,
    );
    expect((await notebook.outputs())[6]!.order).toBe(7);
  });

  it('is a picture', async () => {
    const png = (await notebook.outputs())[5]!.outputs.find((items) => 'image/png' in items);
    expect(Buffer.from(png!['image/png']!, 'base64').subarray(1, 4).toString()).toBe('PNG');
  });
});

it('asks for input and for a password where a person sees it, and takes Escape for an interrupt', async () => {
  const notebook = await open('asks.ipynb', [
    'name = input("Your name? ")\nprint("Hello", name)',
    'import getpass\nprint(len(getpass.getpass("Secret: ")))',
    'input("Never answered")',
  ]);
  const box = window.page.locator('.quick-input-widget input').first();
  const question = (prompt: string) => window.page.locator('.quick-input-widget').getByText(prompt);
  const answer = async (index: number, prompt: string, text: string) => {
    await notebook.start(index);
    await question(prompt).waitFor();
    await box.fill(text);
    await box.press('Enter');
    await notebook.ended(index);
  };
  await answer(0, 'Your name?', 'Ada');
  await notebook.start(1);
  await question('Secret:').waitFor();
  expect(await box.getAttribute('type')).toBe('password');
  await box.fill('12345');
  await box.press('Enter');
  await notebook.ended(1);
  await notebook.start(2);
  await question('Never answered').waitFor();
  await box.press('Escape');
  await notebook.ended(2);
  const [first, second, third] = await notebook.texts();
  expect(first).toContain('Hello Ada\n');
  expect(second).toMatch(/5\n$/);
  expect(third).toMatch(/KeyboardInterrupt/);
});

it('interrupts an endless loop, and drops the cells behind it', async () => {
  const notebook = await open('endless.ipynb', ['print("begun")\nwhile True: pass', 'print("never")']);
  const all = notebook.runAll();
  await notebook.until('it has begun', (_, texts) => texts[0] === 'begun\n');
  await window.command('notebook.cancelExecution');
  await all;
  const [loop, never] = await notebook.outputs();
  expect((await notebook.texts())[0]).toMatch(/^begun\n[^]*KeyboardInterrupt/);
  expect([loop!.success, never!.success]).toEqual([false, undefined]);
});

it('interrupts twice a loop that catches the first, and offers a restart for one that never stops', async () => {
  const notebook = await open('stubborn.ipynb', [
    'import time\ncaught = 0\nprint("begun")\nwhile caught < 2:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        caught += 1\nprint(caught)',
    'print("begun")\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass',
    'print("caught" in globals())',
  ]);
  await notebook.start(0);
  await notebook.until('it has begun', (_, texts) => texts[0] === 'begun\n');
  await window.command('notebook.cancelExecution');
  await notebook.ended(0);
  expect((await notebook.texts())[0]).toBe('begun\n2\n');
  await notebook.start(1);
  await notebook.until('it has begun', (_, texts) => texts[1] === 'begun\n');
  await window.command('notebook.cancelExecution');
  await window.page.getByRole('button', { name: 'Restart Kernel' }).click({ timeout: 20_000 });
  expect(await notebook.run(2)).toBe('False\n');
});

it('restarts with an empty namespace and another run', async () => {
  const notebook = await open('restart.ipynb', ['x = 1', 'print("x" in globals())']);
  await notebook.runAll();
  expect((await notebook.texts())[1]).toBe('True\n');
  const restarting = window.command('reprise.restart');
  await window.page.getByRole('dialog').getByRole('button', { name: 'Restart', exact: true }).click();
  await restarting;
  expect(await notebook.run(1)).toBe('False\n');
  expect((await notebook.outputs())[1]!.order).toBe(1);
});

it('runs every cell from an empty kernel by Run and Record All, and changes nothing but outputs', async () => {
  const notebook = await open('record.ipynb', [
    'import os\nprint(os.path.basename(os.getcwd()))',
    'x = 1\nx + 1',
  ]);
  const before = JSON.parse(readFileSync(notebook.file, 'utf8')) as {
    metadata: object;
    cells: { source: string }[];
  };
  await notebook.run(1);
  await window.command('reprise.runAll');
  const cells = await notebook.outputs();
  expect(cells.map(({ order }) => order)).toEqual([1, 2]);
  expect((await notebook.texts())[0]).toBe(`${folder.split('/').at(-1)}\n`);
  await window.command('workbench.action.files.save');
  const after = JSON.parse(readFileSync(notebook.file, 'utf8')) as {
    metadata: object;
    cells: { id: string; metadata: object; outputs: object[] }[];
  };
  expect(after.metadata).toEqual(before.metadata);
  expect(after.cells.map(({ id, metadata }) => [id, metadata])).toEqual([
    ['c0', {}],
    ['c1', {}],
  ]);
  expect(after.cells[1]!.outputs).toEqual([
    { output_type: 'execute_result', execution_count: 2, data: { 'text/plain': ['2'] }, metadata: {} },
  ]);
});
