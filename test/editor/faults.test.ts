/** What can go wrong under a running notebook: a clear word with what to do, nothing lost, nothing left running. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecord } from '../../src/lineage/read';
import type { RunRecord } from '../../src/lineage/record';
import { Store } from '../../src/lineage/store';
import { type Cell, notebookText, PYTHON } from '../cli/support';
import type { Editor } from './support/editor';
import { folderWith, processesOf } from './support/folders';
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

const open = (name: string, cells?: Cell[]) => NotebookPage.open(window, folder, name, cells);

/** Process id of the server of a notebook, as it says of itself. */
function serverOf(file: string): number {
  const servers = path.join(editor.server.folder, 'run', 'reprise', 'servers');
  const states = readdirSync(servers)
    .filter((name) => name.endsWith('.json'))
    .map(
      (name) =>
        JSON.parse(readFileSync(path.join(servers, name), 'utf8')) as { pid: number; notebook: string },
    );
  return states.find(({ notebook }) => notebook === file)!.pid;
}

function recordOf(name: string): RunRecord {
  const store = new Store(folder);
  const records = store.runIds().map((run) => readRecord(store.recordPath(run)));
  return records.find(({ header }) => header.notebook === name)!;
}

it('a server that is killed: the cell says so, and the next run has a new kernel', async () => {
  const notebook = await open('server.ipynb', [
    'import time\nprint("begun", flush=True)\ntime.sleep(60)',
    '1 + 1',
  ]);
  await notebook.start(0);
  await notebook.until('it has begun', (_, texts) => texts[0] === 'begun\n');
  process.kill(serverOf(notebook.file), 'SIGKILL');
  await notebook.until('it is told', (_, texts) => texts[0]!.includes('KernelDied'), 10_000);
  expect((await notebook.texts())[0]).toMatch(
    /^begun\nKernelDied: The kernel died.*are kept.*Run the notebook again/s,
  );
  expect(await notebook.run(1)).toBe('2');
});

it('a kernel that is killed in the middle of a cell', async () => {
  const notebook = await open('kernel.ipynb', [
    'x = 1',
    'import os, signal\nprint("last words", flush=True)\nimport time; time.sleep(0.3)\nos.kill(os.getpid(), signal.SIGKILL)',
    'print("never")',
  ]);
  await notebook.runAll();
  expect(await notebook.texts()).toEqual([
    '',
    expect.stringMatching(/^last words\nKernelDied: The kernel died \(SIGKILL, often for lack of memory\)/),
    '',
  ]);
  await expect
    .poll(() => recordOf('kernel.ipynb').summary)
    .toMatchObject({ status: 'died', died: { index: 1 } });
  expect(await notebook.run(2)).toBe('never\n');
  expect((await notebook.outputs())[2]!.order).toBe(1);
});

it('a kernel that does not start says its last words', async () => {
  const notebook = await open('start.ipynb', ['1 + 1', '2 + 2']);
  // It serves, and its kernels end at once.
  const site = 'import sys\nif "-f" in sys.orig_argv: sys.exit("no such luck")\n';
  await withPython(pythonThat(`export PYTHONPATH="$(dirname "$0")"\nexec ${PYTHON} "$@"`, site), () =>
    notebook.runAll(),
  );
  const [first, second] = await notebook.texts();
  expect(first).toMatch(/^KernelNotStarted: The kernel did not start: .*no such luck.*Nothing ran\.$/s);
  expect(second).toBe('');
});

it('a Python without ipykernel: one button installs it', async () => {
  const notebook = await open('bare.ipynb', ['1 + 1']);
  await withPython(pythonThat(`exec ${PYTHON} -S "$@"`), () => notebook.runAll());
  expect((await notebook.texts())[0]).toMatch(
    /^KernelNotStarted: .*has no ipykernel, so it cannot run notebooks/,
  );
  await window.page.getByRole('button', { name: 'Install ipykernel' }).waitFor();
  await window.command('notifications.clearAll');
});

it('out of memory', async () => {
  const notebook = await open('memory.ipynb', [
    'import resource\nresource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\nx = bytearray(4 << 30)',
    'print("alive")',
  ]);
  await notebook.run(0);
  expect((await notebook.texts())[0]).toMatch(/^MemoryError/);
  expect(await notebook.run(1)).toBe('alive\n');
});

it('a cell that prints 100 MB shows head and tail, and where the whole is', async () => {
  const notebook = await open('large.ipynb', [
    'line = "x" * 1023\nfor i in range(100 * 1024): print(line)\nprint("the end")',
    '"after"',
  ]);
  await notebook.runAll();
  const [large, after] = await notebook.texts();
  expect(large!.length).toBeLessThan(2 << 20);
  expect(large).toMatch(/^x{1023}\n/);
  expect(large).toContain('the end\n');
  expect(large).toMatch(/characters in all.*\.reprise\/objects\/[0-9a-f]{64}/);
  expect(after).toBe("'after'");
  const { raw } = recordOf('large.ipynb').cells[0]!.outputs;
  expect(large).toContain(raw);
  expect(readFileSync(path.join(folder, '.reprise', 'objects', raw)).length).toBeGreaterThan(100 << 20);
});

it('a cell that prints 200,000 lines shows each of them', async () => {
  const notebook = await open('lines.ipynb', ['for i in range(200_000): print(i)']);
  await notebook.runAll();
  const [text] = await notebook.texts();
  expect(text!.split('\n').length).toBe(200_001);
  expect(text!.endsWith('199999\n')).toBe(true);
});

it('a notebook that is renamed while a cell runs keeps its kernel and its output', async () => {
  const notebook = await open('before.ipynb', [
    'import time\nfor i in range(12):\n    print(i, flush=True)\n    time.sleep(0.5)',
    'i',
  ]);
  await window.command('workbench.action.files.save');
  await notebook.start(0);
  await notebook.until('it prints', (_, texts) => texts[0]!.includes('2\n'));
  const uri = await window.evaluate(
    async (vscode, { from, to }) => {
      const edit = new vscode.WorkspaceEdit();
      edit.renameFile(vscode.Uri.file(from), vscode.Uri.file(to));
      await vscode.workspace.applyEdit(edit);
      return vscode.Uri.file(to).toString();
    },
    { from: notebook.file, to: path.join(folder, 'after.ipynb') },
  );
  const renamed = await open('after.ipynb');
  expect(renamed.uri).toBe(uri);
  await renamed.ended(0);
  expect((await renamed.texts())[0]).toBe(Array.from({ length: 12 }, (_, i) => `${i}\n`).join(''));
  expect(await renamed.run(1)).toBe('11');
});

type TextBox = { value: string; focus(): void; setSelectionRange(start: number, end: number): void };

it('an untitled notebook that is saved keeps its kernel', async () => {
  const uri = await window.evaluate(async (vscode) => {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'x = 41', 'python');
    const next = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'x + 1', 'python');
    const data = new vscode.NotebookData([cell, next]);
    const notebook = await vscode.workspace.openNotebookDocument('jupyter-notebook', data);
    await vscode.window.showNotebookDocument(notebook);
    return notebook.uri.toString();
  });
  await window.command('reprise.useKernel');
  const untitled = NotebookPage.of(window, uri);
  expect(await untitled.run(0)).toBe('');
  expect((await untitled.outputs())[0]!.success).toBe(true);
  const file = path.join(folder, 'named.ipynb');
  const saving = window.command('workbench.action.files.saveAs');
  const box = window.page.locator('.quick-input-widget input').first();
  await box.waitFor();
  // The dialog proposes a name once it has read the folder, and hears neither letters nor Enter while it reads.
  const proposed = path.join(folder, 'Untitled-1.ipynb');
  const selectStem = () =>
    box.evaluate((element) => {
      const input = element as unknown as TextBox;
      const end = input.value.length - '.ipynb'.length;
      input.focus();
      input.setSelectionRange(end - 'Untitled-1'.length, end);
    });
  await expect
    .poll(
      async () => {
        if (!(await box.isVisible())) return 'gone';
        const value = await box.inputValue({ timeout: 1000 }).catch(() => 'closing');
        if (value === file) await box.press('Enter', { timeout: 1000 }).catch(() => undefined);
        else if (value === proposed) {
          await selectStem();
          await window.page.keyboard.insertText('named');
        }
        return value;
      },
      { interval: 300, timeout: 60_000 },
    )
    .toBe('gone');
  await saving;
  const named = await open('named.ipynb');
  expect(await named.run(1)).toBe('42');
});

it('a notebook that is deleted or changed on disk while it runs', async () => {
  const notebook = await open('gone.ipynb', [
    'import time\nprint("begun")\ntime.sleep(3)\nprint("done")',
    'print("still here")',
  ]);
  await notebook.start(0);
  await notebook.until('it has begun', (_, texts) => texts[0] === 'begun\n');
  rmSync(notebook.file);
  await notebook.ended(0);
  expect((await notebook.texts())[0]).toBe('begun\ndone\n');
  expect(await notebook.run(1)).toBe('still here\n');
  const changed = await open('changed.ipynb', [
    'import time\nprint("begun")\ntime.sleep(3)\nprint("done")',
    '1',
  ]);
  await changed.start(0);
  await changed.until('it has begun', (_, texts) => texts[0] === 'begun\n');
  writeFileSync(
    changed.file,
    notebookText(['import time\nprint("begun")\ntime.sleep(3)\nprint("done")', '1', 'added = 1']),
  );
  await changed.ended(0);
  expect((await changed.texts())[0]).toBe('begun\ndone\n');
});

it('a cell that is deleted while it runs does not hold up the others', async () => {
  const notebook = await open('deleted.ipynb', ['import time\nprint("begun")\ntime.sleep(3)', 'print("on")']);
  await notebook.start(0);
  await notebook.until('it has begun', (_, texts) => texts[0] === 'begun\n');
  await window.evaluate(async (vscode, uri) => {
    const notebook = vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === uri)!;
    const edit = new vscode.WorkspaceEdit();
    edit.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(0, 1))]);
    await vscode.workspace.applyEdit(edit);
  }, notebook.uri);
  expect(await notebook.run(0)).toBe('on\n');
});

it('two windows on one notebook: the second is told, and can take the kernel over', async () => {
  const notebook = await open('two.ipynb', ['x = 5', 'x']);
  await notebook.runAll();
  const second = await editor.openWindow(folder);
  const other = await NotebookPage.open(second, folder, 'two.ipynb');
  await other.run(1);
  expect((await other.texts())[1]).toMatch(/^KernelNotStarted: .*in use by another window/);
  await second.page.getByRole('button', { name: 'Take Over' }).click();
  await expect.poll(() => other.run(1), { timeout: 15_000 }).toBe('5');
  await second.close();
});

it('an untrusted folder can be looked at, and nothing in it runs', async () => {
  const own = folderWith({ 'a.ipynb': ['open("ran", "w")'] });
  const untrusted = await startEditor({ trusted: false });
  const window = await untrusted.openWindow(own);
  const uri = await window.openNotebook(path.join(own, 'a.ipynb'));
  // It waits for an answer to what it says.
  void window.command('reprise.runAll').catch(() => undefined);
  await window.page.getByText('This workspace is not trusted').first().waitFor();
  expect((await window.cellOutputs(uri))[0]!.success).toBeUndefined();
  expect(processesOf(own).filter(({ command }) => command.includes('.pyz'))).toEqual([]);
  await closeAndCount(untrusted, own);
});

/** @param script of a shell; `site` is its `sitecustomize.py` */
function pythonThat(script: string, site = ''): string {
  const bin = path.join(folderWith(), 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'sitecustomize.py'), site);
  writeFileSync(path.join(bin, 'python'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path.join(bin, 'python');
}

async function withPython(python: string, work: () => Promise<void>): Promise<void> {
  const set = (path: string) =>
    window.evaluate(async (vscode, value) => {
      const { Global } = vscode.ConfigurationTarget;
      await vscode.workspace.getConfiguration().update('reprise.python', value, Global);
    }, path);
  await set(python);
  try {
    await work();
  } finally {
    await set(PYTHON);
  }
}
