/** Kernels on an existing Jupyter Server, a real one, behind a line that can be cut. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRecord } from '../../src/lineage/read';
import { Store } from '../../src/lineage/store';
import { PYTHON, REPRISE } from '../cli/support';
import type { Editor } from './support/editor';
import { folderWith } from './support/folders';
import { startEditor } from './support/kernels';
import { NotebookPage } from './support/notebook';
import type { Window } from './support/window';

const TOKEN = 'a-token-of-the-tests';
const CELLS = ['import time\nfor i in range(20):\n    print(i, flush=True)\n    time.sleep(0.4)', 'i'];
const LINES = Array.from({ length: 20 }, (_, i) => `${i}\n`).join('');

let folder: string;
let server: ChildProcess;
let line: Line;
let editor: Editor;
let window: Window;

/** A TCP line to a port, which can be cut and mended. */
class Line {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(port: number): Promise<Line> {
    const server = createServer((near) => {
      if (line.isCut) {
        near.destroy();
        return;
      }
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) {
        line.sockets.add(socket);
        socket.on('close', () => line.sockets.delete(socket));
        socket.on('error', () => undefined);
      }
      near.pipe(far);
      far.pipe(near);
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const line = new Line(server, (server.address() as AddressInfo).port);
    return line;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}

beforeAll(async () => {
  folder = folderWith({ 'study.ipynb': CELLS, 'other.ipynb': ['1'] });
  const env = { ...process.env, JUPYTER_DATA_DIR: path.join(folder, '.jupyter'), JUPYTER_PLATFORM_DIRS: '0' };
  const install = ['kernel', path.join(folder, 'study.ipynb'), '--install', '--python', PYTHON];
  execFileSync(REPRISE, install, { env: { ...env, XDG_DATA_HOME: path.join(folder, '.share') } });
  const port = await freePort();
  const args = [
    '--ServerApp.ip=127.0.0.1',
    `--ServerApp.port=${port}`,
    '--ServerApp.port_retries=0',
    '--allow-root',
    '--no-browser',
  ];
  server = spawn(PYTHON, ['-m', 'jupyter_server', ...args, `--ServerApp.root_dir=${folder}`], {
    env: { ...env, JUPYTER_TOKEN: TOKEN },
    stdio: 'ignore',
  });
  line = await Line.to(port);
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/api`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const deadline = Date.now() + 30_000; !(await answers()) && Date.now() < deadline;) await sleep(100);
  editor = await startEditor();
  window = await editor.openWindow(folder);
});

afterAll(async () => {
  server.kill('SIGTERM');
  await new Promise((ended) => server.once('exit', ended));
  line.close();
  expect(await editor.stop()).toEqual([]);
});

async function type(title: string, text: string): Promise<void> {
  const widget = window.page.locator('.quick-input-widget');
  await widget.getByText(title).first().waitFor();
  await widget.locator('input').first().fill(text);
  await widget.locator('input').first().press('Enter');
}

it('is told that a token is wrong, and nothing is changed', async () => {
  void window.command('reprise.connectServer').catch(() => undefined);
  await type('as `jupyter server list` prints it', `http://127.0.0.1:${line.port}/?token=wrong`);
  await window.page.getByText('does not take this token. Nothing was changed.').first().waitFor();
  const setting = await window.evaluate((vscode) =>
    vscode.workspace.getConfiguration().get('reprise.jupyterServer'),
  );
  expect(setting).toBe('');
  await window.command('notifications.clearAll');
});

it('takes address and token, keeps the token as a secret, and runs and records there', async () => {
  void window.command('reprise.connectServer').catch(() => undefined);
  await type('as `jupyter server list` prints it', `http://127.0.0.1:${line.port}/`);
  await type('The token of', TOKEN);
  const setting = () =>
    window.evaluate((vscode) => vscode.workspace.getConfiguration().get('reprise.jupyterServer'));
  await expect.poll(setting).toBe(`http://127.0.0.1:${line.port}/`);
  const notebook = await NotebookPage.open(window, folder, 'study.ipynb');
  await notebook.runAll();
  expect(await notebook.texts()).toEqual([LINES, '19']);
  const store = new Store(folder);
  const record = readRecord(store.recordPath(store.runIds()[0]!));
  expect(record).toMatchObject({ broken: null, header: { notebook: 'study.ipynb', policy: 'close' } });
  expect(record.cells.map(({ index, status }) => [index, status])).toEqual([
    [0, 'ok'],
    [1, 'ok'],
  ]);
  const { execSync } = await import('node:child_process');
  const found = execSync(
    `grep -rl ${TOKEN} --exclude-dir=.jupyter ${folder} ${editor.server.folder}/data/data/User/settings.json || true`,
    { encoding: 'utf8' },
  );
  expect(found).toBe('');
});

it('goes away and comes back while a cell runs: no output is lost', async () => {
  const notebook = await NotebookPage.open(window, folder, 'study.ipynb');
  await notebook.start(0);
  await notebook.until('it prints', (_, texts) => texts[0]!.includes('4\n') && !texts[0]!.includes('15\n'));
  line.cut();
  await sleep(2000);
  line.mend();
  await notebook.until('it has ended', (_, texts) => texts[0]!.endsWith('19\n'));
  await notebook.ended(0);
  // What Jupyter dropped on its way to the old window comes from the kernel when the cell has ended.
  await expect.poll(async () => (await notebook.texts())[0], { timeout: 10_000 }).toBe(LINES);
  expect(await notebook.run(1)).toBe('19');
});

it('is found again by a window that was reloaded in the middle of a cell', async () => {
  const notebook = await NotebookPage.open(window, folder, 'study.ipynb');
  await notebook.start(0);
  await notebook.until('it prints', (_, texts) => texts[0]!.includes('4\n') && !texts[0]!.includes('15\n'));
  await window.reload();
  await notebook.until('it is open', () => true);
  // In a browser VS Code keeps no secret over a reload.
  void window.command('reprise.connectServer').catch(() => undefined);
  await type('as `jupyter server list` prints it', `http://127.0.0.1:${line.port}/`);
  await type('The token of', TOKEN);
  await notebook.ended(0);
  // What Jupyter dropped on its way to the old window comes from the kernel when the cell has ended.
  await expect.poll(async () => (await notebook.texts())[0], { timeout: 10_000 }).toBe(LINES);
  expect(await notebook.run(1)).toBe('19');
});

it('says in a plain word that the kernel is not installed there', async () => {
  const notebook = await NotebookPage.open(window, folder, 'other.ipynb');
  await notebook.runAll();
  // The only Reprise kernel there is the other notebook's: it would record under a wrong name.
  expect((await notebook.texts())[0]).toMatch(
    /has no Reprise kernel for other\.ipynb\. Install it on that machine: reprise kernel other\.ipynb --install/,
  );
});

function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => found(port));
    });
  });
}
