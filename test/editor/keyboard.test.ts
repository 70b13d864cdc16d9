/** From a closed folder to the cell that made the difference, without a mouse. */
import axe from 'axe-core';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
  folder = folderWith({
    'study.ipynb': ['import random\nrandom.random() < 1', 'import os\nnoise = os.urandom(4)', 'noise.hex()'],
  });
  window = await editor.openWindow(folder);
});
afterAll(() => closeAndCount(editor, folder));

const keys = (combination: string): Promise<void> => window.page.keyboard.press(combination);

const status = () => window.page.locator('[id*="reprise.reprise"]').first().textContent();

/** The report's page, once it shows something. */
async function report(): Promise<Frame> {
  for (;;) {
    for (const frame of window.page.frames()) {
      if (
        (await frame
          .locator('.cells')
          .count()
          .catch(() => 0)) > 0
      )
        return frame;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const focused = (frame: Frame) =>
  frame.evaluate<string>("document.hasFocus() ? (document.activeElement?.textContent ?? '').trim() : ''");

it('runs, replays, reads the report and goes to the cell', async () => {
  await keys('Control+p');
  await choose(window, 'study.ipynb');
  await window.page.locator('.notebookOverlay').waitFor();
  await command(window, 'Reprise: Run and Record All');
  const uri = await window.evaluate((vscode) => vscode.window.activeNotebookEditor!.notebook.uri.toString());
  await NotebookPage.of(window, uri).ended(2);
  await expect.poll(status, { timeout: 15_000 }).toMatch(/1 draw/);

  await command(window, 'Reprise: Replay Here');
  await expect.poll(status, { timeout: 60_000 }).toMatch(/Different from cell 1/);

  await command(window, 'Reprise: Show Report');
  const frame = await report();
  await expect.poll(() => frame.evaluate('document.hasFocus()'), { timeout: 10_000 }).toBe(true);
  await frame.evaluate(axe.source);
  const { violations } = await frame.evaluate<axe.AxeResults>('axe.run(document)');
  expect(violations.map(({ id, impact }) => `${impact} ${id}`)).toEqual([]);
  for (let pressed = 0; !/^Go to cell 1/.test(await focused(frame)); pressed++) {
    expect(pressed).toBeLessThan(40);
    await keys('Tab');
  }
  await keys('Enter');
  await expect
    .poll(() =>
      window.evaluate((vscode) => vscode.window.activeNotebookEditor?.selections.map(({ start }) => start)),
    )
    .toEqual([1]);
});
