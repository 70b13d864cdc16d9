/** Unseeded randomness while it is typed: underlined, counted, fixed with one key. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CodeAction } from 'vscode';
import type { Editor } from './support/editor';
import { folderWith } from './support/folders';
import { startEditor } from './support/kernels';
import type { Window } from './support/window';

let editor: Editor;
let window: Window;
let folder: string;
beforeAll(async () => {
  editor = await startEditor();
  folder = folderWith({
    'study.ipynb': ['import numpy as np', 'x = 1', 'print(x)'],
    'quiet.ipynb': ['import random\nrandom.random()'],
  });
  writeFileSync(
    path.join(folder, 'study.repro.json'),
    JSON.stringify({ schema: 'reprise/notebook/1', settings: { seed: 'fresh', policy: 'close' } }),
  );
  window = await editor.openWindow(folder);
});
afterAll(async () => {
  for (const each of editor.windows) await each.close();
  expect(await editor.stop()).toEqual([]);
});

const status = () => window.page.locator('[id*="reprise.reprise"]').first().textContent();

type Said = { message: string; severity: number; code: string; text: string };

/** What is underlined in each cell of the notebook in front. */
function underlined(): Promise<Said[][]> {
  return window.evaluate((vscode) =>
    vscode.window.activeNotebookEditor!.notebook.getCells().map(({ document }) =>
      vscode.languages.getDiagnostics(document.uri).map(({ message, severity, code, range }) => ({
        message,
        severity,
        code: String((code as { value: string }).value),
        text: document.getText(range),
      })),
    ),
  );
}

const sources = () =>
  window.evaluate((vscode) =>
    vscode.window.activeNotebookEditor!.notebook.getCells().map(({ document }) => document.getText()),
  );

it('underlines what is typed, fixes it with one key, and takes it back with another', async () => {
  await window.openNotebook(path.join(folder, 'study.ipynb'));
  await window.page.locator('.cell .monaco-editor').nth(1).click();
  await window.page.keyboard.press('End');
  await window.page.keyboard.type('; rng = np.random.default_rng()');
  const information = 2;
  await expect.poll(underlined, { timeout: 15_000 }).toEqual([
    [],
    [
      {
        message: expect.stringMatching(
          /which no global seed reaches\. Recorded, so a replay repeats it\.$/,
        ) as string,
        severity: information,
        code: 'np-generator-unseeded',
        text: 'np.random.default_rng',
      },
    ],
    [],
  ]);
  await expect.poll(status).toMatch(/1 unseeded/);
  for (let i = 0; i < 4; i++) await window.page.keyboard.press('ArrowLeft');
  await window.page.keyboard.press('Control+.');
  await window.page
    .locator('.action-widget')
    .getByText(/Give it a seed of its own/)
    .waitFor();
  if (process.env.REPRISE_PICTURES) {
    await window.screenshot(path.resolve(__dirname, '../../media/editor/lint.png'));
  }
  await window.page.keyboard.press('Enter');
  await expect.poll(async () => (await sources())[1]).toMatch(/default_rng\(\d+\)$/);
  await expect.poll(underlined).toEqual([[], [], []]);
  await expect.poll(status).not.toMatch(/unseeded/);
  await window.page.keyboard.press('Control+z');
  await expect.poll(async () => (await sources())[1]).toMatch(/default_rng\(\)$/);
  await expect.poll(async () => (await underlined())[1]!.length).toBe(1);
});

it('forgets a cell that is deleted, and follows one that moves', async () => {
  const edit = (what: 'delete' | 'insert') =>
    window.evaluate(async (vscode, what) => {
      const { notebook } = vscode.window.activeNotebookEditor!;
      const edit = new vscode.WorkspaceEdit();
      const made = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, '# first', 'python');
      const { NotebookEdit, NotebookRange } = vscode;
      edit.set(notebook.uri, [
        what === 'delete'
          ? NotebookEdit.deleteCells(new NotebookRange(2, 3))
          : NotebookEdit.insertCells(0, [made]),
      ]);
      await vscode.workspace.applyEdit(edit);
    }, what);
  await edit('insert');
  await expect.poll(async () => (await underlined()).map(({ length }) => length)).toEqual([0, 0, 1, 0]);
  await edit('delete');
  await expect.poll(async () => (await underlined()).map(({ length }) => length)).toEqual([0, 0, 0]);
  await expect.poll(status).not.toMatch(/unseeded/);
});

it('fixes all of a cell in one step', async () => {
  await window.evaluate(async (vscode) => {
    const { notebook } = vscode.window.activeNotebookEditor!;
    const { document } = notebook.cellAt(2);
    const edit = new vscode.WorkspaceEdit();
    const text = 'a = np.random.default_rng()\nb = np.random.default_rng()\nfor n in set(names): print(n)';
    edit.replace(document.uri, new vscode.Range(0, 0, 99, 0), text);
    await vscode.workspace.applyEdit(edit);
  });
  await expect.poll(async () => (await underlined())[2]!.length, { timeout: 10_000 }).toBe(3);
  await window.evaluate(async (vscode) => {
    const { document } = vscode.window.activeNotebookEditor!.notebook.cellAt(2);
    const [action] = await vscode.commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 0, 2, 0),
      'source.fixAll.reprise',
    );
    await vscode.workspace.applyEdit(action!.edit!);
  });
  await expect.poll(underlined).toEqual([[], [], []]);
  const [, , fixed] = await sources();
  const seeds = [...fixed!.matchAll(/default_rng\((\d+)\)/g)].map(([, seed]) => seed);
  expect(new Set(seeds).size).toBe(2);
  expect(fixed).toContain('for n in dict.fromkeys(names): print(n)');
});

it('lints a cell in JavaScript, and leaves out a line by its own kind of comment', async () => {
  await window.evaluate(async (vscode) => {
    const { notebook } = vscode.window.activeNotebookEditor!;
    const { Code } = vscode.NotebookCellKind;
    const made = new vscode.NotebookCellData(Code, "import 'https://unpkg.com/d3';", 'javascript');
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(notebook.cellCount, [made])]);
    await vscode.workspace.applyEdit(edit);
  });
  await expect
    .poll(async () => (await underlined()).at(-1)!.map(({ code, text }) => [code, text]), { timeout: 10_000 })
    .toEqual([['js-cdn-unpinned', 'https://unpkg.com/d3']]);
  await window.evaluate(async (vscode) => {
    const { document } = vscode.window.activeNotebookEditor!.notebook.getCells().at(-1)!;
    const actions = await vscode.commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 8, 0, 8),
      'quickfix',
    );
    const ignore = actions.find(({ title }) => title === 'Ignore js-cdn-unpinned in this line');
    await vscode.workspace.applyEdit(ignore!.edit!);
  });
  expect((await sources()).at(-1)).toMatch(/; {2}\/\/ reprise: ignore\[js-cdn-unpinned\]$/);
  await expect.poll(async () => (await underlined()).at(-1)).toEqual([]);
});

it('is quiet in a notebook that has not opted in, and counts all the same', async () => {
  await window.openNotebook(path.join(folder, 'quiet.ipynb'));
  await expect.poll(status, { timeout: 10_000 }).toMatch(/1 unseeded/);
  expect(await underlined()).toEqual([[]]);
});
