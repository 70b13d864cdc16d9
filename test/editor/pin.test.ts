/** A pinned notebook in a real VS Code: pinned with a command, restored when its kernel starts, refused where it drifts. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sitePackagesOf } from '../../src/environment/installed';
import { readRecord } from '../../src/lineage/read';
import type { RecordHeader } from '../../src/lineage/record';
import { Store } from '../../src/lineage/store';
import { PYTHON } from '../cli/support';
import type { Editor } from './support/editor';
import { folderWith } from './support/folders';
import { closeAndCount, startEditor } from './support/kernels';
import { NotebookPage } from './support/notebook';
import type { Window } from './support/window';

const CELL = 'import sys, six\nprint(six.__version__, sys.prefix)';
/** Builds of environments are what is tested: wheels and tools are those that other tests have fetched. */
const usual = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'reprise');

let editor: Editor;
let window: Window;
let folder: string;
let cache: string;
beforeAll(async () => {
  folder = folderWith();
  cache = folderWith();
  mkdirSync(path.join(usual, 'uv'), { recursive: true });
  mkdirSync(path.join(cache, 'reprise'));
  symlinkSync(path.join(usual, 'uv'), path.join(cache, 'reprise', 'uv'));
  if (existsSync(path.join(usual, 'tools')))
    cpSync(path.join(usual, 'tools'), path.join(cache, 'reprise', 'tools'), { recursive: true });
  writeFileSync(path.join(folder, 'requirements.txt'), 'six==1.17.0\nipykernel==7.4.0\n');
  editor = await startEditor({ env: { XDG_CACHE_HOME: cache } });
  window = await editor.openWindow(folder);
});
afterAll(() => closeAndCount(editor, folder));

const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const notice = (text: string | RegExp) =>
  window.page.locator('.notification-list-item').filter({ hasText: text });

function lastHeader(name: string): RecordHeader {
  const store = new Store(folder);
  const headers = store.runIds().map((run) => readRecord(store.recordPath(run)).header);
  return headers.find(({ notebook }) => notebook === name)!;
}

it('is pinned by a command that asks from what, and says what to commit', async () => {
  const notebook = await NotebookPage.open(window, folder, 'study.ipynb', [CELL]);
  const asked = window.command('reprise.pin');
  const list = window.page.locator('.quick-input-widget');
  await list.getByText('What is installed').waitFor();
  await list.getByText('requirements.txt').click();
  await notice('study.ipynb is pinned to pylock.study.toml').getByText('Commit pylock.study.toml').waitFor();
  await asked;
  expect(JSON.parse(read('study.repro.json'))).toMatchObject({ pin: { lock: 'pylock.study.toml' } });
  expect(read('pylock.study.toml')).toContain('name = "six"');
  await window.command('notifications.clearAll');

  // The kernel that starts next builds what is not there yet, and runs in it.
  const text = await notebook.run(0);
  expect(text).toContain(`1.17.0 ${path.join(cache, 'reprise', 'envs')}`);
  const { sha256 } = (JSON.parse(read('study.repro.json')) as { pin: { sha256: string } }).pin;
  await expect.poll(() => lastHeader('study.ipynb').pin).toEqual({ lock: 'pylock.study.toml', sha256 });
});

it('is named by the status bar with what it is pinned to', async () => {
  const item = window.page.locator('#reprise\\.reprise\\.reprise\\.status');
  await expect.poll(() => item.textContent()).toMatch(/close · fresh seed/);
  await item.hover();
  await window.page
    .getByText(/Pin: pylock\.study\.toml, Python 3\.\d+\.\d+, \d+ packages, restored/)
    .waitFor();
  await window.page.mouse.move(300, 300);
});

it('shows its packages beside those of the last run, and compares that run with the pin', async () => {
  await window.command('reprise.showEnvironment');
  const shown = () =>
    window.evaluate((vscode) => {
      const document = vscode.window.activeTextEditor?.document;
      return document?.uri.scheme === 'reprise-text' ? document.getText() : '';
    });
  await expect.poll(shown).toMatch(/^# Environment of study\.ipynb\n/);
  expect(await shown()).toMatch(/^\| six +\| 1\.17\.0 \| 1\.17\.0 +\|$/m);
  await window.page.getByText('Compare With…').waitFor();
  if (process.env.REPRISE_PICTURES) {
    await window.screenshot(path.resolve(__dirname, '../../media/walkthrough/pin.png'));
  }
  await window.page.getByText('Compare With…').click();
  const list = window.page.locator('.quick-input-widget');
  await list.getByText('Pin of study.ipynb').click();
  await list.getByText('Compare Pin of study.ipynb').first().waitFor();
  await window.page.keyboard.press('Enter');
  await expect.poll(shown).toMatch(/^# Environments compared\n/);
  expect(await shown()).toContain('A pin names Python and packages alone');
});

it('is sealed by a command that verifies first, and says when a cell is no longer what was sealed', async () => {
  const notebook = await NotebookPage.open(window, folder, 'sealed.ipynb', [
    'import numpy as np\nrng = np.random.default_rng()',
    'print(f"accuracy {rng.random():.3f}")',
  ]);
  await notebook.run(0);
  await notebook.run(1);
  await window.command('workbench.action.files.save');
  await window.command('reprise.seal');
  await notice(/sealed\.ipynb: Sealed: 2 cells; 1 output/).waitFor({ timeout: 60_000 });
  expect(JSON.parse(read('sealed.repro.json'))).toMatchObject({
    seal: { cells: [{ index: 0 }, { index: 1 }] },
  });
  const item = window.page.locator('#reprise\\.reprise\\.reprise\\.status');
  await expect.poll(() => item.textContent()).toMatch(/ · sealed/);
  if (process.env.REPRISE_PICTURES) {
    await window.page.locator('.explorer-folders-view').getByText('sealed.repro.json').waitFor();
    await window.screenshot(path.resolve(__dirname, '../../media/walkthrough/seal.png'));
  }
  await window.command('notifications.clearAll');
  await notebook.edit(1, 'print("accuracy 0.999")');
  await expect.poll(() => item.textContent()).toMatch(/changed since sealed/);
  await notebook.edit(1, 'print(f"accuracy {rng.random():.3f}")');
  await expect.poll(() => item.textContent()).not.toMatch(/changed since sealed/);
});

it('does not start on another lock than the one that was pinned, and says what can be done', async () => {
  const sidecar = JSON.parse(read('study.repro.json')) as { pin: { sha256: string } };
  sidecar.pin.sha256 = '0'.repeat(64);
  writeFileSync(path.join(folder, 'other.repro.json'), JSON.stringify(sidecar));
  const notebook = await NotebookPage.open(window, folder, 'other.ipynb', ['import sys\nprint(sys.prefix)']);
  expect(await notebook.run(0)).toMatch(/^KernelNotStarted: pylock\.study\.toml is not the lock/);
  const message = notice('is not the lock that the sidecar names');
  for (const button of ['Restore', 'Pin Again'])
    await message.getByRole('button', { name: button }).waitFor();
  await message.getByRole('button', { name: 'Run Without the Pin' }).click();
  await notebook.until('it has run', (_, texts) => texts[0]!.trim() === path.dirname(path.dirname(PYTHON)));
  await expect.poll(() => lastHeader('other.ipynb').pin).toBe(undefined);
  await window.command('notifications.clearAll');
});

it('refuses under full an environment that somebody edited, and restores it at the press of a button', async () => {
  const { pin } = JSON.parse(read('study.repro.json')) as { pin: object };
  const sidecar = { schema: 'reprise/notebook/1', settings: { policy: 'full' }, pin };
  writeFileSync(path.join(folder, 'full.repro.json'), JSON.stringify(sidecar));
  const envs = path.join(cache, 'reprise', 'envs');
  const [link] = readdirSync(envs).filter((name) => /^[0-9a-f]{32}$/.test(name));
  const six = path.join(await sitePackagesOf(path.join(envs, link!)), 'six.py');
  chmodSync(six, 0o644);
  writeFileSync(six, readFileSync(six, 'utf8').replace('"1.17.0"', '"9.9.9"'));

  const notebook = await NotebookPage.open(window, folder, 'full.ipynb', [CELL]);
  expect(await notebook.run(0)).toMatch(/^KernelNotStarted: .*six\.py as installed → edited/);
  await notice('six.py as installed').getByRole('button', { name: 'Restore' }).click();
  await notebook.until('it has run', (_, texts) => texts[0]!.startsWith(`1.17.0 ${envs}`));
  await expect.poll(() => lastHeader('full.ipynb').pin).toMatchObject({ lock: 'pylock.study.toml' });
});

it('answers a cell that installs, and locks what it asked for with the others', async () => {
  cpSync(path.join(folder, 'study.repro.json'), path.join(folder, 'adds.repro.json'));
  const cells = ['%pip install six toolz==1.0.0', 'import toolz\nprint(toolz.__version__)'];
  const notebook = await NotebookPage.open(window, folder, 'adds.ipynb', cells);
  expect(await notebook.run(0)).toMatch(
    /^Not run: pip install six toolz==1\.0\.0\n.*read-only\.\nIn it already: six 1\.17\.0\.\nNot in it: toolz==1\.0\.0\./,
  );
  await notice('which has no toolz==1.0.0').getByRole('button', { name: 'Add to Pin' }).click();
  const added = notice('toolz==1.0.0 is in the pin of adds.ipynb now');
  await added.getByRole('button', { name: 'Restart Kernel' }).click({ timeout: 90_000 });
  await expect.poll(() => notebook.run(1), { timeout: 60_000 }).toBe('1.0.0\n');
  expect(read('pylock.adds.toml')).toContain('name = "toolz"');
  expect(JSON.parse(read('study.repro.json'))).toMatchObject({ pin: { lock: 'pylock.study.toml' } });
  await window.command('notifications.clearAll');
});
