/** Stale cells in a real VS Code: what a person sees of them, and what they can do about them. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from '../cli/support';
import type { Editor } from './support/editor';
import { folderWith } from './support/folders';
import { closeAndCount, startEditor } from './support/kernels';
import { NotebookPage } from './support/notebook';
import { choose, command } from './support/palette';
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

/** What stands below the cells on the screen, the stale ones' alone. */
const marks = async (): Promise<string[]> => {
  const items = window.page.locator('.notebookOverlay .cell-status-item:visible');
  const texts = await items.filter({ hasText: 'Stale' }).allTextContents();
  return texts.map((text) => text.trim());
};

const status = () => window.page.locator('[id*="reprise.reprise"]').first().textContent();

describe('a stale cell', () => {
  let notebook: NotebookPage;
  beforeAll(async () => {
    writeFileSync(path.join(folder, 'in.csv'), 'a,b');
    notebook = await open('marks.ipynb', [
      'x = 1',
      'y = x + 1\nprint(y)',
      'print(open("in.csv").read())',
      'print("alone")',
    ]);
    await notebook.runAll();
  });

  it('is marked with why once what it came from is edited, and not before', async () => {
    await expect.poll(status).toMatch(/fresh seed/);
    expect(await marks()).toEqual([]);
    await notebook.edit(0, 'x = 2  # two');
    await expect
      .poll(marks)
      .toEqual(['Stale: its code changed', 'Stale: x comes from a stale cell (cell 0)']);
    await expect.poll(status).toMatch(/2 stale/);
  });

  it('is not marked by an edit of a comment alone', async () => {
    await notebook.edit(0, 'x = 1  # one');
    await expect.poll(marks).toEqual([]);
  });

  it('is marked when a file that it read changes on the disk, and no more when it is put back', async () => {
    writeFileSync(path.join(folder, 'in.csv'), 'a,b,c');
    await expect.poll(marks).toEqual(['Stale: in.csv changed']);
    writeFileSync(path.join(folder, 'in.csv'), 'a,b');
    await expect.poll(marks).toEqual([]);
  });

  it('leads by a press on its mark to what it came from', async () => {
    await notebook.edit(0, 'x = 2');
    await expect.poll(marks).toHaveLength(2);
    await window.page.locator('.cell-status-item:visible').getByText('x comes from a stale cell').click();
    await choose(window, 'Cell 0');
    await expect
      .poll(() =>
        window.evaluate((vscode) => vscode.window.activeNotebookEditor?.selections.map(({ start }) => start)),
      )
      .toEqual([0]);
  });

  it('is clean after Run Stale Cells, and shows what a run from the top would', async () => {
    // Not by the palette: the list that was chosen from gives the focus back when it likes, and takes what is typed elsewhere.
    await window.command('reprise.runStale');
    await notebook.until('cell 1 is new', (_, texts) => texts[1] === '3\n');
    await expect.poll(marks).toEqual([]);
    expect((await notebook.outputs()).map(({ order }) => order)).toEqual([5, 6, 3, 4]);
  });
});

it('runs the clean cell too whose value was overwritten, by Run Upstream', async () => {
  const notebook = await open('upstream.ipynb', ['x = 1', 'print(x)', 'x = 5']);
  await notebook.runAll();
  await notebook.edit(1, 'print(x, x)');
  await expect.poll(marks).toEqual(['Stale: its code changed']);
  await window.evaluate(async (vscode, uri) => {
    const document = vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === uri)!;
    await vscode.commands.executeCommand('reprise.runUpstream', document.cellAt(1).document.uri);
  }, notebook.uri);
  await notebook.until('it has run', (_, texts) => texts[1] === '1 1\n');
  await expect.poll(marks).toEqual([]);
});

it('shows the graph in a panel with stale cells marked, and goes from there to the cell by the keyboard', async () => {
  const notebook = await open('graph.ipynb', ['a = 1', 'b = a + 1']);
  await notebook.runAll();
  await notebook.edit(0, 'a = 2');
  await expect.poll(marks).toHaveLength(2);
  await command(window, 'Reprise: Show Lineage');
  const frame = await graph();
  await expect.poll(() => frame.locator('header .path').textContent()).toMatch(/2 cells · 2 stale/);
  await frame.evaluate(axe.source);
  const { violations } = await frame.evaluate<axe.AxeResults>('axe.run(document)');
  expect(violations.map(({ id, impact }) => `${impact} ${id}`)).toEqual([]);
  await frame.locator('.item').nth(1).focus();
  await window.page.keyboard.press('Enter');
  await expect
    .poll(() =>
      window.evaluate((vscode) => vscode.window.activeNotebookEditor?.selections.map(({ start }) => start)),
    )
    .toEqual([1]);
});

it('asks once under full before a cell runs on stale values, and runs what is above it first', async () => {
  writeFileSync(
    path.join(folder, 'full.repro.json'),
    JSON.stringify({ schema: 'reprise/notebook/1', settings: { seed: 'fresh', policy: 'full' } }),
  );
  const notebook = await open('full.ipynb', ['x = 1', 'print(x + 1)', 'print(x + 2)']);
  await notebook.runAll();
  await notebook.edit(0, 'x = 10');
  await expect.poll(status).toMatch(/3 stale/);
  await notebook.start(1);
  const dialog = window.page.getByRole('dialog').filter({ hasText: 'This would run on stale values.' });
  await dialog.getByText('cell 0').waitFor();
  await dialog.getByRole('button', { name: 'Run Upstream First' }).click();
  await notebook.until('both have run', (_, texts) => texts[1] === '11\n');
  await notebook.edit(0, 'x = 20');
  await expect.poll(status).toMatch(/3 stale/);
  expect(await notebook.run(2)).toBe('12\n');
  expect(await dialog.count()).toBe(0);
});

/** The graph's page, once it shows something. */
async function graph(): Promise<Frame> {
  for (;;) {
    for (const frame of window.page.frames()) {
      const count = await frame.locator('#lineage .item').count().catch(() => 0); // prettier-ignore
      if (count > 0) return frame;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
