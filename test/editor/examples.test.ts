/** The examples as a person has them: run on the Reprise kernel, replayed, and the verdict read; with pictures for the README. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalize } from '../../src/notebook/canon';
import { parseNotebook } from '../../src/notebook/model';
import { PYTHON, REPRISE } from '../cli/support';
import type { Editor } from './support/editor';
import { examples } from './support/folders';
import { closeAndCount, startEditor } from './support/kernels';
import { NotebookPage } from './support/notebook';
import type { Window } from './support/window';

const MEDIA = path.resolve(__dirname, '../../media');
const SEED = 7;

let editor: Editor;
let window: Window;
let folder: string;
beforeAll(async () => {
  editor = await startEditor();
  folder = examples();
  window = await editor.openWindow(folder);
});
afterAll(() => closeAndCount(editor, folder));

/** `REPRISE_PICTURES=1` writes what the README and the walkthrough show. */
async function picture(name: string, settle = 500): Promise<void> {
  const target = process.env.REPRISE_PICTURES ? path.join(MEDIA, name) : path.join(folder, name);
  mkdirSync(path.dirname(target), { recursive: true });
  await sleep(settle);
  await window.screenshot(target);
  expect(readFileSync(target).length).toBeGreaterThan(10_000);
}

/** What `jupyter nbconvert --execute` gives on the same kernel, environment and seed. */
function nbconvert(name: string): string {
  const own = examples();
  const file = path.join(own, name);
  const environment = {
    ...process.env,
    JUPYTER_DATA_DIR: path.join(own, 'jupyter'),
    XDG_DATA_HOME: path.join(own, 'share'),
    JUPYTER_PLATFORM_DIRS: '0',
  };
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, {
      cwd: own,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const install = [
    'kernel',
    file,
    '--install',
    '--seed',
    String(SEED),
    '--python',
    PYTHON,
    '--format',
    'json',
  ];
  const { name: kernel } = JSON.parse(run(REPRISE, ...install)) as { name: string };
  run(
    PYTHON,
    '-m',
    'nbconvert',
    '--execute',
    '--to',
    'notebook',
    `--ExecutePreprocessor.kernel_name=${kernel}`,
    '--inplace',
    file,
  );
  return readFileSync(file, 'utf8');
}

/** Each code cell's outputs, apart from what no two runs share (addresses, durations). */
function outputsIn(text: string): unknown[] {
  return parseNotebook(text)
    .cells.filter(({ type }) => type === 'code')
    .map(({ outputs, source }) => canonicalize(outputs ?? [], { source }).outputs);
}

const statusItem = () =>
  window.page.locator('#reprise\\.reprise\\.reprise\\.status, [id*="reprise.reprise"]').first();

describe.each(['wine-study.ipynb', 'energy-report.ipynb'])('%s', (name) => {
  let notebook: NotebookPage;

  it('shows what jupyter nbconvert --execute shows, on the same environment and seed', async () => {
    const sidecar = { schema: 'reprise/notebook/1', settings: { seed: SEED, policy: 'close' } };
    writeFileSync(path.join(folder, name.replace('.ipynb', '.repro.json')), JSON.stringify(sidecar));
    notebook = await NotebookPage.open(window, folder, name);
    await notebook.runAll();
    await window.command('workbench.action.files.save');
    if (name === 'wine-study.ipynb') await picture('walkthrough/run.png');
    const shown = readFileSync(notebook.file, 'utf8');
    expect(outputsIn(shown)).toEqual(outputsIn(nbconvert(name)));
  });

  it('names policy and seed in the status bar, and the verdict after Replay Here', async () => {
    await expect.poll(() => statusItem().textContent(), { timeout: 15_000 }).toMatch(/close · seed 7/);
    const before = readFileSync(notebook.file, 'utf8');
    void window.command('reprise.replayHere').catch(() => undefined);
    const notice = window.page.locator('.notification-list-item');
    await notice
      .getByText(/cell \d+ \(/)
      .first()
      .waitFor({ timeout: 30_000 });
    if (name === 'wine-study.ipynb') await picture('walkthrough/replay.png', 0);
    await notice.getByText(/Same/).first().waitFor({ timeout: 60_000 });
    await expect.poll(() => statusItem().textContent(), { timeout: 15_000 }).toMatch(/Same/);
    expect(await notebook.isDirty()).toBe(false);
    expect(readFileSync(notebook.file, 'utf8')).toBe(before);
    await picture(`editor/${name.replace('.ipynb', '.png')}`);
    await window.command('notifications.clearAll');
  });
});

describe('time-feature.ipynb', () => {
  it('is different from the cell that reads the clock, with the cause in the report', async () => {
    const notebook = await NotebookPage.open(window, folder, 'time-feature.ipynb');
    await notebook.runAll();
    await window.command('workbench.action.files.save');
    void window.command('reprise.replayHere').catch(() => undefined);
    const notice = window.page.locator('.notification-list-item');
    await notice
      .getByText(/Different from cell 4/)
      .first()
      .waitFor({ timeout: 60_000 });
    await expect.poll(() => statusItem().textContent(), { timeout: 15_000 }).toMatch(/Different from cell 4/);
    await picture('editor/time-feature.png');
    await window.command('notifications.clearAll');
    await window.command('reprise.showReport');
    const said = async () => {
      const found = window.page.frames().map((frame) => frame.getByText('pandas.Timestamp.now()').count());
      return (await Promise.all(found.map((count) => count.catch(() => 0)))).some((count) => count > 0);
    };
    await expect.poll(said, { timeout: 20_000 }).toBe(true);
    await picture('walkthrough/verdict.png');
  });
});
