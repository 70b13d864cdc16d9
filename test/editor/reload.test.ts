/** A window that is reloaded, closed or killed while a cell runs: nothing it printed is lost, and its record is whole. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecord } from '../../src/lineage/read';
import type { RunRecord } from '../../src/lineage/record';
import { Store } from '../../src/lineage/store';
import { closeAndCount, startEditor } from './support/kernels';
import type { Editor } from './support/editor';
import { folderWith, processesOf } from './support/folders';
import { NotebookPage } from './support/notebook';
import type { Window } from './support/window';

const COUNT = 40;
const LINES = Array.from({ length: COUNT }, (_, i) => `${i}\n`).join('');
const CELLS = [
  'import time, random',
  `for i in range(${COUNT}):\n    print(i, flush=True)\n    time.sleep(0.3)\nrandom.random() < 1`,
  'i',
];

let editor: Editor;
const folders: string[] = [];
beforeAll(async () => {
  // A window takes its time to open where two are tested at once.
  editor = await startEditor({ env: { REPRISE_LEASE_SECONDS: '20' } });
});
afterAll(() => closeAndCount(editor, ...folders));

async function begin(): Promise<{ window: Window; folder: string; notebook: NotebookPage }> {
  const folder = folderWith();
  folders.push(folder);
  const window = await editor.openWindow(folder);
  const notebook = await NotebookPage.open(window, folder, 'study.ipynb', CELLS);
  await notebook.run(0);
  await notebook.start(1);
  await notebook.until('the cell prints', (_, texts) => texts[1]!.includes('3\n'));
  return { window, folder, notebook };
}

/** The cell has ended as if the window had been there all the time, and so has its record. */
async function expectWhole(notebook: NotebookPage, folder: string): Promise<void> {
  await notebook.ended(1);
  expect((await notebook.texts())[1]).toBe(`${LINES}True`);
  expect((await notebook.outputs())[1]).toMatchObject({ order: 2, success: true });
  expect(await notebook.run(2)).toBe(String(COUNT - 1));
  const store = new Store(folder);
  const [run, ...others] = store.runIds();
  expect(others).toEqual([]);
  const record = readRecord(store.recordPath(run!));
  expect(record).toMatchObject({ broken: null });
  expect(record.cells.map(({ index, status }) => [index, status])).toEqual([
    [0, 'ok'],
    [1, 'ok'],
    [2, 'ok'],
  ]);
}

function recordIn(folder: string): RunRecord {
  const store = new Store(folder);
  return readRecord(store.recordPath(store.runIds()[0]!));
}

it('reloaded twice in the middle of a running cell', async () => {
  const { window, folder, notebook } = await begin();
  await window.reload();
  await notebook.until('it goes on', (_, texts) => texts[1]!.includes('12\n'));
  await window.reload();
  await expectWhole(notebook, folder);
  await window.close();
});

it('closed, and opened again before the cell has ended', async () => {
  const { window, folder, notebook } = await begin();
  await window.close();
  await sleep(2000);
  const again = await editor.openWindow(folder);
  const reopened = await NotebookPage.open(again, folder, path.basename(notebook.file));
  await expectWhole(reopened, folder);
  await again.close();
});

it('closed until the cell has ended, and opened before its kernel gives up', async () => {
  const { window, folder, notebook } = await begin();
  await window.close();
  await expect.poll(() => recordIn(folder).cells.length, { timeout: 30_000 }).toBe(2);
  const again = await editor.openWindow(folder);
  const reopened = await NotebookPage.open(again, folder, path.basename(notebook.file));
  await expectWhole(reopened, folder);
  await again.close();
});

it('with an extension host that is killed', async () => {
  const { window, folder, notebook } = await begin();
  await window.killExtensionHost();
  await expectWhole(notebook, folder);
  await window.close();
});

it('closed for good: the kernel ends by itself when its cell has, and its record with it', async () => {
  const { window, folder } = await begin();
  await window.close();
  await sleep(2000);
  expect(processesOf(folder).length).toBeGreaterThan(0);
  for (let waited = 0; processesOf(folder).length > 0 && waited < 60; waited++) await sleep(1000);
  expect(processesOf(folder)).toEqual([]);
  expect(recordIn(folder)).toMatchObject({
    broken: null,
    summary: { status: 'ok', executed: 2 },
  });
});
