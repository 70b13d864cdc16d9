import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { inject } from 'vitest';
import { EditorServer, type Found } from '../../../scripts/editor/server.mjs';
import { Bridge } from './bridge';
import { Window } from './window';

/** From `globalSetup.mjs`. */
export type Installed = {
  /** VS Code's `server-main.js` */
  server: string;
  /** the browser */
  chromium: string;
  /** folder in which Reprise, as packaged, and the bridge are installed */
  extensions: string;
  /** for whatever the tests of this run make; removed at its end */
  folder: string;
  /** where downloaded programs are kept */
  cache: string;
  /** the `.vsix` files of `extensions` */
  packages: string[];
};

declare module 'vitest' {
  interface ProvidedContext {
    editor: Installed;
  }
}

export type EditorOptions = {
  /** User settings on top of those that keep VS Code quiet. */
  settings?: Record<string, unknown>;
  /** false: no folder is trusted until somebody says so. */
  trusted?: boolean;
  /** Variables of the extension host. */
  env?: Record<string, string | undefined>;
};

const SIZE = { width: 1400, height: 900 };

/**
 * A real VS Code with Reprise installed in it, and a browser in front of it, as one person has them: windows that are
 * opened one after the other share what VS Code keeps. Starting it takes about a second, a window about three.
 */
export class Editor {
  /** Those that were started and not stopped, for the report of a failure. */
  static readonly running = new Set<Editor>();

  readonly server: EditorServer;
  readonly #bridge: Bridge;
  readonly #browser: Browser;
  readonly #person: BrowserContext;
  readonly #windows = new Set<Window>();

  private constructor(server: EditorServer, bridge: Bridge, browser: Browser, person: BrowserContext) {
    this.server = server;
    this.#bridge = bridge;
    this.#browser = browser;
    this.#person = person;
    Editor.running.add(this);
  }

  static async start({ env = {}, ...options }: EditorOptions = {}): Promise<Editor> {
    const installed = inject('editor');
    const folder = mkdtempSync(path.join(installed.folder, 'e-'));
    const bridge = new Bridge(path.join(folder, 'bridge'), randomBytes(16).toString('hex'));
    const server = await EditorServer.start({
      program: installed.server,
      extensions: installed.extensions,
      folder,
      // A busy machine closes a page before it could say goodbye.
      graceSeconds: 20,
      ...options,
      env: { ...ownFolders(folder), ...bridge.environment, ...env },
    });
    const browser = await chromium.launch({ executablePath: installed.chromium, args: ['--no-sandbox'] });
    return new Editor(server, bridge, browser, await browser.newContext({ viewport: SIZE }));
  }

  /** The open ones. */
  get windows(): Window[] {
    return [...this.#windows];
  }

  /**
   * @param target absolute path of a folder or a `.code-workspace` file; without one the window is empty.
   * @returns once its extension host answers.
   */
  async openWindow(target?: string): Promise<Window> {
    const page = await this.#person.newPage();
    const window = new Window(page, this.server, this.#bridge);
    this.#windows.add(window);
    page.on('close', () => this.#windows.delete(window));
    await window.open(this.server.url(target));
    return window;
  }

  /** Pictures of the windows, and every log, into `folder`. */
  async report(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    for (const [index, window] of this.windows.entries()) {
      // A window that hangs cannot be photographed, and the logs matter the more.
      await window.screenshot(path.join(folder, `window-${index + 1}.png`)).catch(() => {});
    }
    cpSync(path.join(this.server.folder, 'server.log'), path.join(folder, 'server.log'));
    if (existsSync(this.server.logs)) {
      cpSync(this.server.logs, path.join(folder, 'logs'), { recursive: true });
    }
  }

  /**
   * Closes the windows and ends VS Code and everything started from it: kernels and their servers too.
   * @returns what was still running when VS Code had ended, and was killed.
   * @throws when something cannot be ended.
   */
  async stop(): Promise<Found[]> {
    Editor.running.delete(this);
    for (const window of this.windows) await window.close().catch(() => window.page.close());
    await this.#browser.close();
    const outlived = await this.server.stop();
    rmSync(this.server.folder, { recursive: true, force: true });
    return outlived;
  }
}

/** The tests leave no trace in the home folder, and what is there does not change them. */
function ownFolders(folder: string): Record<string, string> {
  const runtime = path.join(folder, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  return {
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    XDG_DATA_HOME: path.join(folder, 'share'),
    XDG_STATE_HOME: path.join(folder, 'state'),
    XDG_RUNTIME_DIR: runtime,
  };
}

/** @returns a new folder of its own below the temporary one. */
export function failureFolder(name: string): string {
  const words = name.replace(/[^\w]+/g, '-').slice(0, 60);
  return mkdtempSync(path.join(tmpdir(), `reprise-failed-${words}-`));
}
