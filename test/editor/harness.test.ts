import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { installedReprise } from './support/checks';
import { Editor } from './support/editor';
import { examples, folderWith } from './support/folders';
import type { Window } from './support/window';

describe('a real VS Code with Reprise installed from its package', () => {
  let editor: Editor;
  let window: Window;
  let folder: string;
  beforeAll(async () => {
    editor = await Editor.start();
    folder = examples();
    window = await editor.openWindow(folder);
  });
  afterAll(async () => {
    expect(await editor.stop()).toEqual([]);
  });

  const openTabs = () =>
    window.evaluate((vscode) =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label)),
    );

  it('activates Reprise when a notebook is opened, and shows the notebook', async () => {
    await window.openNotebook(path.join(folder, 'wine-study.ipynb'));
    const reprise = await installedReprise(window);
    expect(reprise.folder).toContain(path.join(editor.server.folder, 'extensions'));
    expect(reprise.active).toBe(true);
    expect(reprise.contributed).toContain('reprise.runAll');
    expect(reprise.missing).toEqual([]);
    await window.page.getByRole('tab', { name: 'wine-study.ipynb' }).waitFor();
  });

  it('hands values to the extension host and back, and errors with their message', async () => {
    const sum = await window.evaluate((_vscode, { a, b }) => ({ sum: a + b, none: undefined }), {
      a: 2,
      b: 3,
    });
    expect(sum).toEqual({ sum: 5 });
    const fails = window.evaluate(async (vscode) => {
      await vscode.commands.executeCommand('there.is.no.such.command');
    });
    await expect(fails).rejects.toThrow("command 'there.is.no.such.command' not found");
  });

  it('has another extension host after a reload', async () => {
    const before = await window.extensionHost();
    await window.reload();
    const after = await window.extensionHost();
    expect(after).not.toBe(before);
    expect(await window.evaluate(() => process.pid)).toBe(after);
    await expect.poll(openTabs).toEqual(['wine-study.ipynb']);
  });

  it('gets another extension host when one is killed', async () => {
    // A notebook whose extension host goes while it is being opened stays an error on the screen.
    await expect
      .poll(() => window.evaluate((vscode) => vscode.workspace.notebookDocuments.length), { timeout: 60_000 })
      .toBe(1);
    const before = await window.extensionHost();
    await window.killExtensionHost();
    expect(await window.evaluate(() => process.pid)).not.toBe(before);
    await expect.poll(openTabs).toEqual(['wine-study.ipynb']);
  });

  it('keeps two windows on one folder apart', async () => {
    const second = await editor.openWindow(folder);
    const pids = await Promise.all([window, second].map((one) => one.evaluate(() => process.pid)));
    expect(new Set(pids).size).toBe(2);
    await second.close();
    expect(editor.windows).toEqual([window]);
    expect(await window.evaluate(() => process.pid)).toBe(pids[0]);
  });

  it('closes a window that has unsaved changes', async () => {
    const own = folderWith({ 'a.ipynb': ['1'] });
    const file = path.join(own, 'a.ipynb');
    const before = readFileSync(file, 'utf8');
    const other = await editor.openWindow(own);
    await other.openNotebook(file);
    const dirty = await other.evaluate(async (vscode) => {
      const { notebook } = vscode.window.activeNotebookEditor!;
      const edit = new vscode.WorkspaceEdit();
      edit.insert(notebook.cellAt(0).document.uri, new vscode.Position(0, 0), '4');
      await vscode.workspace.applyEdit(edit);
      return notebook.isDirty;
    });
    expect(dirty).toBe(true);
    await other.close();
    expect(editor.windows).toEqual([window]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('ends what was started from it', async () => {
    const own = await Editor.start({ env: { SLEEP_FOR: '4711' } });
    onTestFinished(async () => void (await own.stop()));
    const one = await own.openWindow();
    const pid = await one.evaluate(() => {
      const { spawn } = process.getBuiltinModule('node:child_process');
      return spawn('sleep', [process.env['SLEEP_FOR']!], { detached: true, stdio: 'ignore' }).pid;
    });
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    const outlived = await own.stop();
    expect(outlived).toEqual([{ pid, command: 'sleep 4711' }]);
    expect(existsSync(own.server.folder)).toBe(false);
  });
});

describe('a folder that is not trusted', () => {
  it('says that it is restricted', async () => {
    const editor = await Editor.start({ trusted: false });
    onTestFinished(async () => void (await editor.stop()));
    const folder = folderWith({ 'a.ipynb': ['1'] });
    const window = await editor.openWindow(folder);
    await window.openNotebook(path.join(folder, 'a.ipynb'));
    expect(await window.evaluate((vscode) => vscode.workspace.isTrusted)).toBe(false);
    await window.page.getByText('Restricted Mode').first().waitFor();
  });
});
