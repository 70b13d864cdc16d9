import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { type EditorServer, isAlive } from '../../../scripts/editor/server.mjs';
import type { Bridge } from './bridge';
import { ExtensionHost } from './host';

const START_MS = 60_000;

/** One window of a real VS Code: what is on its screen, and the extension host behind it. */
export class Window extends ExtensionHost {
  readonly page: Page;
  readonly #server: EditorServer;
  /** Of the connections that the page has made since it was loaded; one of them is its extension host's. */
  #connections: string[] = [];

  constructor(page: Page, server: EditorServer, bridge: Bridge) {
    super(bridge);
    this.page = page;
    this.#server = server;
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.#connections = [];
    });
    page.on('websocket', (socket) => {
      const connection = new URL(socket.url()).searchParams.get('reconnectionToken');
      // The server's log names only the beginning.
      if (connection !== null) this.#connections.push(connection.slice(0, 8));
    });
    // Unsaved changes: a person who closes a window answers "Leave".
    page.on('dialog', (dialog) => void dialog.accept().catch(() => {}));
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'commit' });
    await this.ready();
  }

  /** Resolves when the workbench is on the screen and the extension host answers. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.editor').waitFor({ timeout: START_MS });
    await this.extensionHost();
  }

  /** @returns process id of this window's extension host, once it answers; a new one after each reload or crash. */
  async extensionHost(): Promise<number> {
    for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(50)) {
      const pid = this.#launchedHost();
      if (pid !== undefined && isAlive(pid) && this.bridge.listensIn(pid)) return pid;
    }
    throw new Error(`This window had no extension host for ${START_MS / 1000} s.`);
  }

  /** As *Developer: Reload Window*: VS Code saves what is open, and starts again. */
  async reload(): Promise<void> {
    const before = await this.extensionHost();
    const loading = this.page.waitForEvent('framenavigated', (frame) => frame === this.page.mainFrame());
    await this.#ask('workbench.action.reloadWindow');
    await loading;
    await this.ready();
    await ended(before);
  }

  /**
   * As *Close Window*: VS Code has saved what is open, and the extension host has ended when this resolves. What was
   * edited is kept only if VS Code made its copy before: of text after one second, of a notebook after ten.
   */
  async close(): Promise<void> {
    const host = this.#launchedHost();
    const closed = this.page.isClosed() ? undefined : this.page.waitForEvent('close');
    await this.#ask('workbench.action.closeWindow');
    // A browser lets a page close itself only now and then.
    if (!this.page.isClosed()) await this.page.close({ runBeforeUnload: true });
    await closed;
    if (host !== undefined) await ended(host);
  }

  /** SIGKILL; VS Code then starts another one. */
  async killExtensionHost(): Promise<void> {
    const pid = await this.extensionHost();
    process.kill(pid, 'SIGKILL');
    await ended(pid);
  }

  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: file });
  }

  /** For commands that end the extension host while they run: only `patience` is waited for an answer. */
  async #ask(id: string, patience = 5_000): Promise<void> {
    const host = this.#launchedHost();
    if (host === undefined || !isAlive(host)) return;
    await Promise.race([this.command(id).catch(() => {}), sleep(patience)]);
  }

  #launchedHost(): number | undefined {
    const launches = this.#server.said.matchAll(
      /\[(\w{8})\]\[ExtensionHostConnection\] <(\d+)> Launched Extension Host Process/g,
    );
    const mine = [...launches].filter(([, connection]) => this.#connections.includes(connection!));
    return mine.length > 0 ? Number(mine.at(-1)![2]) : undefined;
  }
}

async function ended(pid: number): Promise<void> {
  for (const deadline = Date.now() + START_MS; isAlive(pid); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`The extension host ${pid} did not end.`);
  }
}
