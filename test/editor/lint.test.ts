/** Unseeded randomness while it is typed: underlined, counted, fixed with one key. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { CodeAction } from 'vscode';
import type { Editor } from './support/editor';
import { folderWith, processesOf } from './support/folders';
import { closeAndCount, startEditor } from './support/kernels';
import { NotebookPage } from './support/notebook';
import { choose, command, quickFix } from './support/palette';
import type { Window } from './support/window';

let editor: Editor;
let window: Window;
let folder: string;
beforeAll(async () => {
  editor = await startEditor();
  folder = folderWith({
    'study.ipynb': ['import numpy as np', 'x = 1', 'print(x)'],
    'quiet.ipynb': ['import random\nrandom.random()'],
    'drafts.ipynb': [
      { cell_type: 'markdown', source: '# Draws' },
      'import numpy as np\na = np.random.default_rng()',
      {
        source: 'b = np.random.default_rng()',
        metadata: { tags: ['keep'] },
        execution_count: 7,
        outputs: [{ output_type: 'stream', name: 'stdout', text: 'kept' }],
      },
      'import uuid\nuuid.uuid4()',
    ],
  });
  writeFileSync(
    path.join(folder, 'train.py'),
    '# %%\nimport numpy as np\n# %% more\nrng = np.random.default_rng()\n',
  );
  writeFileSync(
    path.join(folder, 'study.repro.json'),
    JSON.stringify({ schema: 'reprise/notebook/1', settings: { seed: 'fresh', policy: 'close' } }),
  );
  window = await editor.openWindow(folder);
});
afterAll(async () => {
  for (const each of editor.windows) await each.close();
  // VS Code's own server for Markdown looks only now and then whether its window is still there.
  const markdown = () => processesOf(editor.server.folder).filter(({ command }) => /markdown/.test(command));
  await vi.waitFor(() => expect(markdown()).toEqual([]), { timeout: 20_000, interval: 200 });
  await closeAndCount(editor, folder);
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
  await quickFix(window, /Give it a seed of its own/);
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

/** The editor of a code cell of the drafts, counted from 0: other notebooks stay on the page, unseen. */
const draftsCell = (n: number) =>
  window.page.locator('.cell .monaco-editor[data-uri*="drafts.ipynb"]').nth(n);

/** As a setting of the workspace; undefined takes it back. */
const set = (key: string, value?: unknown) =>
  window.evaluate(
    async (vscode, { key, value }) => {
      await vscode.workspace.getConfiguration('reprise.lint').update(key, value ?? undefined, false);
    },
    { key, value: value ?? null },
  );

const saved = () =>
  (
    JSON.parse(readFileSync(path.join(folder, 'drafts.ipynb'), 'utf8')) as {
      cells: { source: string | string[]; outputs?: { text?: string | string[] }[] }[];
    }
  ).cells.map(({ source, outputs, ...rest }) => ({
    ...rest,
    source: [source].flat().join(''),
    outputs: (outputs ?? []).map(({ text, ...output }) => ({ ...output, text: [text].flat().join('') })),
  }));

it('lists the findings where nothing has run, and leads to one, with keys alone', async () => {
  await window.openNotebook(path.join(folder, 'drafts.ipynb'));
  await expect.poll(status, { timeout: 10_000 }).toMatch(/2 unseeded/);
  const list = window.page.locator('.quick-input-widget');
  await window.page.locator('[id*="reprise.reprise"]').first().click();
  await list.getByText('found by reading, without a run').waitFor();
  await window.page.keyboard.press('Escape');
  await list.waitFor({ state: 'hidden' });
  await command(window, 'Reprise: Show Randomness');
  await list.getByText('found by reading, without a run').waitFor();
  await choose(window, 'b = np.random');
  const at = () =>
    window.evaluate((vscode) => {
      const editor = vscode.window.activeTextEditor;
      return editor && editor.document.getText(editor.selection);
    });
  await expect.poll(at).toBe('b = np.random.default_rng()');
});

it('fixes all of a notebook in one step that one undo takes back, and leaves the rest of the file alone', async () => {
  const before = saved();
  await command(window, 'Fix All Unseeded Randomness in Notebook');
  await expect.poll(status).not.toMatch(/unseeded/);
  expect((await sources()).slice(1, 3)).toEqual([
    'import numpy as np\na = np.random.default_rng(1)',
    'b = np.random.default_rng(2)',
  ]);
  await window.command('workbench.action.files.save');
  const apart = ({ source: _, ...rest }: ReturnType<typeof saved>[number]) => rest;
  expect(saved().slice(1).map(apart)).toEqual(before.slice(1).map(apart));
  await window.page.keyboard.press('Control+z');
  await expect
    .poll(async () => (await sources()).slice(1, 3))
    .toEqual(before.slice(1, 3).map(({ source }) => source));
  await window.command('workbench.action.files.save');
});

it.each(['source.fixAll.reprise', 'notebook.source.fixAll.reprise'])(
  'fixes on save, for %s, with a seed for each cell',
  async (kind) => {
    const before = await sources();
    const onSave = (value: object | undefined) =>
      window.evaluate(async (vscode, value) => {
        const settings = vscode.workspace.getConfiguration('notebook');
        await settings.update('codeActionsOnSave', value ?? undefined, false);
      }, value ?? null);
    await onSave({ [kind]: 'explicit' });
    await draftsCell(0).click();
    await window.page.keyboard.press('End');
    const isFixed = () => saved()[1]!.source.includes('default_rng(1)');
    // An editor that is busy gives up what it does on save; a person saves again.
    for (let attempt = 0; attempt < 8 && !isFixed(); attempt++) {
      await window.page.keyboard.type(' ');
      await window.page.keyboard.press('Control+s');
      await vi.waitUntil(isFixed, { timeout: 8000, interval: 100 }).catch(() => undefined);
    }
    expect(saved()[1]!.source).toContain('default_rng(1)');
    expect(saved()[2]!.source).toContain('default_rng(2)');
    await onSave(undefined);
    await window.evaluate(async (vscode, before) => {
      const edit = new vscode.WorkspaceEdit();
      vscode.window.activeNotebookEditor!.notebook.getCells().forEach(({ document }, i) => {
        edit.replace(document.uri, new vscode.Range(0, 0, 99, 0), before[i]!);
      });
      await vscode.workspace.applyEdit(edit);
    }, before);
    await window.command('workbench.action.files.save');
  },
);

it('takes the severity of each rule and what is excluded from the settings', async () => {
  await set('show', 'always');
  await expect.poll(async () => (await underlined()).map(({ length }) => length)).toEqual([0, 1, 1, 1]);
  const [error, information] = [0, 2];
  expect((await underlined())[3]).toMatchObject([{ code: 'py-system-random', severity: information }]);
  await set('rules', { 'py-system-random': 'error', 'np-generator-unseeded': 'off' });
  await expect.poll(async () => (await underlined()).map(({ length }) => length)).toEqual([0, 0, 0, 1]);
  expect((await underlined())[3]).toMatchObject([{ severity: error }]);
  await expect.poll(status).toMatch(/1 unseeded/);
  await set('rules');
  await set('exclude', ['other/**', 'draft*.ipynb']);
  await expect.poll(async () => (await underlined()).flat()).toEqual([]);
  await expect.poll(status).not.toMatch(/unseeded/);
  await set('exclude');
  await expect.poll(async () => (await underlined()).flat().length).toBe(3);
});

it('declares a cell volatile, with the reason that is typed, where no seed reaches', async () => {
  await draftsCell(2).click();
  await window.page.keyboard.press('Control+End');
  for (let i = 0; i < 3; i++) await window.page.keyboard.press('ArrowLeft');
  await (await quickFix(window, 'Declare the cell volatile, with a reason…')).click();
  const box = window.page.locator('.quick-input-widget input');
  await box.waitFor();
  await window.page.keyboard.type('a key for the next run');
  await window.page.keyboard.press('Enter');
  await expect
    .poll(async () => (await sources())[3])
    .toBe('# reprise: volatile a key for the next run\nimport uuid\nuuid.uuid4()');
  await expect.poll(async () => (await underlined())[3]).toEqual([]);
});

it('leads from the hover of a finding to the page of its rule', async () => {
  await draftsCell(1).click();
  await window.page.keyboard.press('Control+End');
  for (let i = 0; i < 3; i++) await window.page.keyboard.press('ArrowLeft');
  await window.command('editor.action.showHover');
  await window.page.locator('.monaco-hover .code-link', { hasText: 'np-generator-unseeded' }).click();
  const page = () => window.evaluate((vscode) => vscode.window.activeTextEditor?.document.getText());
  await expect.poll(page, { timeout: 10_000 }).toMatch(/^# `np-generator-unseeded`\n/);
  await window.openNotebook(path.join(folder, 'drafts.ipynb'));
  await set('show');
});

it('explains a rule on a page that is rendered', async () => {
  await draftsCell(1).click();
  await window.page.keyboard.press('Control+End');
  for (let i = 0; i < 3; i++) await window.page.keyboard.press('ArrowLeft');
  await (await quickFix(window, 'Explain np-generator-unseeded')).click();
  await expect
    .poll(async () => {
      for (const frame of window.page.frames()) {
        const title = frame.locator('h1', { hasText: 'np-generator-unseeded' });
        if ((await title.count().catch(() => 0)) > 0) return true;
      }
      return false;
    })
    .toBe(true);
});

const inScript = () =>
  window.evaluate((vscode) => {
    const { document } = vscode.window.activeTextEditor!;
    const found = vscode.languages.getDiagnostics(document.uri);
    return found
      .filter(({ source }) => source === 'reprise')
      .map(({ range }) => [range.start.line, document.getText(range)]);
  });

it('counts what a script draws, underlines it where it opted in, and fixes it', async () => {
  await window.evaluate(
    async (vscode, file) => {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
    },
    path.join(folder, 'train.py'),
  );
  await expect.poll(status, { timeout: 10_000 }).toMatch(/1 unseeded/);
  expect(await inScript()).toEqual([]);
  await command(window, 'Reprise: Show Randomness');
  await choose(window, 'rng = np');
  const chosen = () =>
    window.evaluate((vscode) => {
      const { document, selection } = vscode.window.activeTextEditor!;
      return document.getText(selection);
    });
  await expect.poll(chosen).toBe('rng = np.random.default_rng()');
  writeFileSync(path.join(folder, 'train.repro.json'), '{ "schema": "reprise/notebook/1", "settings": {} }');
  await window.page.keyboard.press('Control+End');
  await window.page.keyboard.type('print(rng)');
  await expect.poll(inScript).toEqual([[3, 'np.random.default_rng']]);
  await window.evaluate(async (vscode) => {
    const { document } = vscode.window.activeTextEditor!;
    const [action] = await vscode.commands.executeCommand<CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 0, 4, 0),
      'source.fixAll.reprise',
    );
    await vscode.workspace.applyEdit(action!.edit!);
  });
  const text = () => window.evaluate((vscode) => vscode.window.activeTextEditor!.document.getText());
  await expect.poll(text).toContain('\nrng = np.random.default_rng(1)\n');
  await expect.poll(inScript).toEqual([]);
});

it('takes from a live kernel in which order cells ran, and what they drew', async () => {
  writeFileSync(path.join(folder, 'live.repro.json'), '{ "schema": "reprise/notebook/1", "settings": {} }');
  const notebook = await NotebookPage.open(window, folder, 'live.ipynb', [
    "import random\nmake = getattr(random, 'Random')\nother = make()",
    'x = random.random()',
    'random.seed(1)',
  ]);
  const messages = async () =>
    (await underlined()).map((cell) => cell.map(({ code, text, message }) => `${code} ${text}: ${message}`));
  await expect
    .poll(messages, { timeout: 20_000 })
    .toEqual([[], [expect.stringMatching(/^py-random-unseeded/)], [expect.stringMatching(/^nb-seed-order/)]]);
  for (const cell of [0, 2, 1]) await notebook.run(cell);
  await expect
    .poll(messages, { timeout: 20_000 })
    .toEqual([
      [
        expect.stringMatching(
          /^py-random-instance-unseeded other = make\(\): .* Recorded, so a replay repeats it\. Seen in run [\w-]+\.$/,
        ),
      ],
      [
        expect.stringMatching(
          /: it repeats only if the cells run once and in the order in which they ran\.$/,
        ),
      ],
      [],
    ]);
  await window.evaluate(async (vscode) => {
    const { document } = vscode.window.activeNotebookEditor!.notebook.cellAt(0);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(2, 0), '\n');
    await vscode.workspace.applyEdit(edit);
  });
  await expect.poll(async () => (await messages())[0], { timeout: 10_000 }).toEqual([]);
});
