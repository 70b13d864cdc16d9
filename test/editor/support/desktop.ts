import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { inject } from 'vitest';
import { endProcesses, SETTINGS } from '../../../scripts/editor/server.mjs';
import { Bridge } from './bridge';
import { ExtensionHost } from './host';

/** The version that code-server carries. */
const VERSION = '1.139.1';

const DOWNLOAD_STALLED_MS = 5_000;
const START_MS = 60_000;

/** Why there is no desktop VS Code: its message says what is missing on this machine. */
export class NoDesktop extends Error {}

/** A desktop VS Code with one window, with the same extensions and settings as `Editor`. */
export class Desktop extends ExtensionHost {
  readonly #folder: string;
  readonly #program: ChildProcess;

  private constructor(bridge: Bridge, folder: string, program: ChildProcess) {
    super(bridge);
    this.#folder = folder;
    this.#program = program;
  }

  /**
   * @param target absolute path of the folder to open
   * @throws {NoDesktop} when VS Code cannot be downloaded or there is no screen for it.
   */
  static async start(target: string): Promise<Desktop> {
    const program = await download();
    const installed = inject('editor');
    const folder = mkdtempSync(path.join(installed.folder, 'd-'));
    const bridge = new Bridge(path.join(folder, 'bridge'), randomBytes(16).toString('hex'));
    const user = path.join(folder, 'data', 'User');
    mkdirSync(user, { recursive: true });
    writeFileSync(path.join(user, 'settings.json'), JSON.stringify(SETTINGS));
    cpSync(installed.extensions, path.join(folder, 'extensions'), { recursive: true });
    const args = ['--user-data-dir', path.join(folder, 'data')];
    args.push('--extensions-dir', path.join(folder, 'extensions'));
    args.push('--no-sandbox', '--disable-gpu', '--disable-updates', '--disable-telemetry');
    args.push('--skip-welcome', '--skip-release-notes', '--disable-workspace-trust', target);
    const [file, ...all] = [...screen(), program, ...args] as [string, ...string[]];
    const child = spawn(file, all, {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, ...bridge.environment },
      stdio: 'ignore',
    });
    return new Desktop(bridge, folder, child);
  }

  async extensionHost(): Promise<number> {
    for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(50)) {
      const [pid] = this.bridge.hosts();
      if (pid !== undefined) return pid;
      if (this.#program.exitCode !== null) throw new Error('The desktop VS Code ended at once.');
    }
    throw new Error(`The desktop VS Code had no extension host for ${START_MS / 1000} s.`);
  }

  async stop(): Promise<void> {
    await endProcesses(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function download(): Promise<string> {
  try {
    return await downloadAndUnzipVSCode({
      version: VERSION,
      cachePath: path.join(inject('editor').cache, 'desktop'),
      timeout: DOWNLOAD_STALLED_MS,
      reporter: new SilentReporter(),
    });
  } catch (error) {
    throw new NoDesktop('no desktop VS Code can be downloaded here', { cause: error });
  }
}

/** What a program has to be started with to have a screen. */
function screen(): string[] {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) return [];
  if (spawnSync('xvfb-run', ['--help']).status === 0) return ['xvfb-run', '--auto-servernum'];
  throw new NoDesktop('a desktop VS Code needs a screen, and there is no xvfb-run here');
}
