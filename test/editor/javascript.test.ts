/** A JavaScript notebook in a real VS Code: run live, replayed, pinned, and told what cannot be had. */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureJavaScript, ensureTslab } from '../../scripts/javascript-env.mjs';
import { readRecord } from '../../src/lineage/read';
import type { RunRecord } from '../../src/lineage/record';
import { Store } from '../../src/lineage/store';
import { type Cell, notebookText } from '../cli/support';
import type { Editor } from './support/editor';
import { folderWith } from './support/folders';
import { closeAndCount, startEditor } from './support/kernels';
import { NotebookPage } from './support/notebook';
import { quickFix } from './support/palette';
import type { Window } from './support/window';

const DENO = { kernelspec: { name: 'deno', language: 'typescript', display_name: 'Deno' } };
const TSLAB = { kernelspec: { name: 'jslab', language: 'javascript', display_name: 'JavaScript' } };

let editor: Editor;
let window: Window;
/** A project with a kernel. */
let folder: string;
/** One with Deno. */
let withDeno: string;
/** One without. */
let bare: string;
beforeAll(async () => {
  const installed = await ensureTslab();
  folder = folderWith();
  withDeno = folderWith();
  bare = folderWith();
  for (const name of ['package.json', 'package-lock.json'])
    cpSync(path.join(installed, name), path.join(folder, name));
  symlinkSync(path.join(installed, 'node_modules'), path.join(folder, 'node_modules'));
  const kernels = path.join(await ensureJavaScript(), 'node_modules');
  mkdirSync(path.join(withDeno, 'node_modules'));
  for (const name of ['deno', '@deno'])
    symlinkSync(path.join(kernels, name), path.join(withDeno, 'node_modules', name));
  editor = await startEditor();
  window = await editor.openWindow(folder);
});
afterAll(() => closeAndCount(editor, folder, withDeno, bare));

const statusItem = () => window.page.locator('#reprise\\.reprise\\.reprise\\.status');
const notice = (text: string | RegExp) =>
  window.page.locator('.notification-list-item').filter({ hasText: text });

function open(place: string, name: string, cells: Cell[], kernel = TSLAB): Promise<NotebookPage> {
  writeFileSync(path.join(place, name), notebookText(cells, kernel));
  return NotebookPage.open(window, place, name);
}

function newestOf(name: string, place = folder): RunRecord {
  const store = new Store(place);
  const records = store.runIds().map((run) => readRecord(store.recordPath(run)));
  return records.find(({ header }) => header.notebook === name)!;
}

function languages({ uri }: NotebookPage): Promise<string[]> {
  return window.evaluate((vscode, wanted) => {
    const notebook = vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === wanted)!;
    return notebook.getCells().map(({ document }) => document.languageId);
  }, uri);
}

function sourceOf({ uri }: NotebookPage, index: number): Promise<string> {
  return window.evaluate(
    (vscode, { of, at }) => {
      const notebook = vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === of)!;
      return notebook.cellAt(at).document.getText();
    },
    { of: uri, at: index },
  );
}

const CELLS: Cell[] = [
  'const drawn = [Math.random(), Math.random()]',
  'console.log(drawn.length, "drawn:", drawn.join(" "))',
  { source: 'print("never")', metadata: { vscode: { languageId: 'python' } } },
  'await new Promise((done) => setTimeout(done, 600_000))',
];

let draws: NotebookPage;
it('runs live, seeded and recorded, without the cells in another language, and says what is not observed', async () => {
  draws = await open(folder, 'draws.ipynb', CELLS);
  expect(await languages(draws)).toEqual(['javascript', 'javascript', 'python', 'javascript']);
  await runFirst(draws, 3);
  const texts = await draws.texts();
  expect(texts).toEqual(['', expect.stringMatching(/^2 drawn: 0\.\d+ 0\.\d+\n$/), '', '']);
  const { header, cells } = newestOf('draws.ipynb');
  expect(header.javascript).toMatchObject({ language: 'javascript', kernel: 'tslab', version: '1.0.22' });
  expect(cells.map(({ faults }) => faults)).toEqual([[], []]);
  expect(cells[0]!.entropy).toMatchObject([
    { source: 'Math.random', reach: 'enforced', count: 2, at: { cell: 0, line: 1 } },
  ]);
  await statusItem().hover();
  await window.page.getByText(/Stale cells: not observed/).waitFor();
  await window.page.getByText(/Environment: tslab 1\.0\.22, not pinned/).waitFor();
  await window.page.mouse.move(300, 300);
  void window.command('reprise.runStale').catch(() => undefined);
  await notice('Which cells of draws.ipynb are stale is not observed').waitFor();
  await window.command('notifications.clearAll');
});

it('is the same when it is replayed', async () => {
  const { header, cells } = newestOf('draws.ipynb');
  void window.command('reprise.replayHere').catch(() => undefined);
  await notice(/draws\.ipynb: Same/).waitFor({ timeout: 60_000 });
  const replay = newestOf('draws.ipynb');
  expect(replay.header).toMatchObject({ replayOf: header.run, javascript: header.javascript });
  expect(replay.cells[1]!.outputs.raw).toBe(cells[1]!.outputs.raw);
  await expect.poll(() => statusItem().textContent()).toMatch(/Same/);
  await window.command('notifications.clearAll');
});

it('is pinned without a question to the lock of its project, and starts anew under that pin', async () => {
  await window.command('workbench.action.files.save');
  void window.command('reprise.pin').catch(() => undefined);
  const told = notice(/draws\.ipynb is pinned to package-lock\.json \(\d+ packages, tslab 1\.0\.22, node /);
  await told.getByRole('button', { name: 'Restart Kernel' }).click({ timeout: 60_000 });
  await window.page.getByRole('dialog').getByRole('button', { name: 'Restart', exact: true }).click();
  const sidecar = readFileSync(path.join(folder, 'draws.repro.json'), 'utf8');
  const { pin } = JSON.parse(sidecar) as { pin: { sha256: string; javascript: { kernel: string } } };
  expect(pin.javascript.kernel).toBe('tslab');
  const recorded = () => newestOf('draws.ipynb').header.pin;
  await expect.poll(recorded).toEqual({ lock: 'package-lock.json', sha256: pin.sha256 });
  await window.command('notifications.clearAll');
});

it('is interrupted, and its kernel lives on', async () => {
  await draws.run(0);
  await draws.start(3);
  await expect.poll(async () => (await draws.outputs())[3]!.order).toBe(2);
  await window.command('notebook.cancelExecution');
  await draws.ended(3);
  expect((await draws.outputs())[3]!.success).toBe(false);
  expect(await draws.run(1)).toMatch(/^2 drawn: /);
});

it('says of a cell in another language that it was not run', async () => {
  expect(await draws.run(2)).toBe('');
  await notice('Cell 2 is written in python and was not run').waitFor();
  await window.command('notifications.clearAll');
});

it('is run anew and replayed by Verify', async () => {
  const runs = () => new Store(folder).runIds().length;
  await open(folder, 'steady.ipynb', CELLS.slice(0, 2));
  const before = runs();
  void window.command('reprise.verify').catch(() => undefined);
  await notice(/steady\.ipynb: Same/).waitFor({ timeout: 60_000 });
  expect(runs()).toBe(before + 2);
  expect(newestOf('steady.ipynb').header).toMatchObject({
    replayOf: expect.stringMatching(/^\d{8}-/) as string,
  });
  await window.command('notifications.clearAll');
});

it('is underlined where no seed reaches a draw, and a seed is offered', async () => {
  const settings = { seed: 'fresh', policy: 'close' };
  writeFileSync(
    path.join(folder, 'network.repro.json'),
    JSON.stringify({ schema: 'reprise/notebook/1', settings }),
  );
  const notebook = await open(folder, 'network.ipynb', [
    "const tf = require('@tensorflow/tfjs')",
    'const layer = tf.layers.dense({ units: 3 })',
  ]);
  const underlined = () =>
    window.evaluate((vscode) => {
      const cells = vscode.window.activeNotebookEditor!.notebook.getCells();
      return cells.map(({ document }) =>
        vscode.languages
          .getDiagnostics(document.uri)
          .map(({ code, range }) => [(code as { value: string }).value, document.getText(range)]),
      );
    });
  await expect.poll(underlined, { timeout: 15_000 }).toEqual([[], [['tfjs-initializer', 'tf.layers.dense']]]);
  await window.page.locator('.cell .monaco-editor[data-uri*="network.ipynb"]').nth(1).click();
  await (await quickFix(window, /seed/)).first().click();
  await expect.poll(underlined, { timeout: 15_000 }).toEqual([[], []]);
  expect(await sourceOf(notebook, 1)).toBe(
    'const layer = tf.layers.dense({ units: 3, kernelInitializer: tf.initializers.glorotNormal({seed: 1}) })',
  );
});

it('runs on Deno, and is the same when it is replayed', async () => {
  const cells = ['const drawn: number = Math.random()', 'console.log("drawn:", drawn)'];
  const notebook = await open(withDeno, 'typed.ipynb', cells, DENO);
  expect(await languages(notebook)).toEqual(['typescript', 'typescript']);
  expect(await notebook.run(0)).toBe('');
  expect(await notebook.run(1)).toMatch(/^drawn: 0\.\d+\n$/);
  const { header, cells: recorded } = newestOf('typed.ipynb', withDeno);
  expect(header.javascript).toMatchObject({ language: 'typescript', kernel: 'deno' });
  expect(recorded[0]!.entropy).toMatchObject([{ source: 'Math.random', reach: 'enforced', count: 1 }]);
  void window.command('reprise.replayHere').catch(() => undefined);
  await notice(/typed\.ipynb: Same/).waitFor({ timeout: 60_000 });
  expect(newestOf('typed.ipynb', withDeno).header.replayOf).toBe(header.run);
  await window.command('notifications.clearAll');
});

it('says what to install where there is no kernel, and asks for no Python', async () => {
  const notebook = await open(bare, 'bare.ipynb', ['console.log(1)']);
  expect(await notebook.run(0)).toMatch(/^KernelNotStarted: .*tslab or Deno.*npm install tslab/);
  const told = notice('tslab or Deno');
  await told.getByRole('button', { name: 'Install tslab' }).waitFor();
  expect(await told.getByText(/Select Python|ipykernel/).count()).toBe(0);
});

/** Several cells at once; settles when they have ended. */
async function runFirst({ uri }: NotebookPage, count: number): Promise<void> {
  await window.evaluate(
    async (vscode, { of, end }) => {
      const document = vscode.Uri.parse(of);
      const ranges = [{ start: 0, end }];
      await vscode.commands.executeCommand('notebook.cell.execute', { document, ranges });
    },
    { of: uri, end: count },
  );
}
