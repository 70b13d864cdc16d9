/**
 * VS Code's own server with a profile of its own: what the tests drive and `npm run editor` shows. It is started
 * directly, because code-server's command around it adds a login and nothing that is needed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type ServerOptions = {
  /** VS Code's `server-main.js` */
  program: string;
  /** Where everything of this server is kept: profile, extensions, log. It has to exist. */
  folder: string;
  /** An extensions folder that `installExtensions` made; it is copied. */
  extensions: string;
  /** User settings on top of `SETTINGS`. */
  settings?: Record<string, unknown>;
  /** false: folders are not trusted until somebody says so. */
  trusted?: boolean;
  env?: Record<string, string | undefined>;
  /** For how long an extension host waits for a window that went without a word; VS Code's own default is three hours. */
  graceSeconds?: number;
  /** 0: any free one */
  port?: number;
};

export type Found = { pid: number; command: string };

/** The environment variable by which everything that a server started is found again. */
const MARK = 'EDITOR_SERVER_FOLDER';

const START_MS = 30_000;
const STOP_MS = 10_000;

/** As a desktop behaves, without what VS Code says about itself. */
export const SETTINGS: Record<string, unknown> = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': 'off',
  'extensions.ignoreRecommendations': true,
  // In a browser it would be on, and no notebook would ever be seen unsaved.
  'files.autoSave': 'off',
  'remote.autoForwardPorts': false,
  'security.workspace.trust.startupPrompt': 'never',
  'telemetry.telemetryLevel': 'off',
  'window.confirmBeforeClose': 'never',
  'workbench.colorTheme': 'Light Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

export class EditorServer {
  readonly folder: string;
  readonly port: number;
  readonly token: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, port: number, token: string, child: ChildProcess) {
    this.folder = folder;
    this.port = port;
    this.token = token;
    this.#child = child;
  }

  /** @throws when it does not listen within 30 s, with what it said. */
  static async start(options: ServerOptions): Promise<EditorServer> {
    const { program, folder, extensions, graceSeconds } = options;
    const { settings = {}, trusted = true, env = {}, port = 0 } = options;
    const user = path.join(folder, 'data', 'data', 'User');
    mkdirSync(user, { recursive: true });
    writeFileSync(path.join(user, 'settings.json'), JSON.stringify({ ...SETTINGS, ...settings }, null, 2));
    cpSync(extensions, path.join(folder, 'extensions'), { recursive: true });

    const token = randomBytes(16).toString('hex');
    const args = [program, '--host', '127.0.0.1', '--port', `${port}`, '--connection-token', token];
    args.push('--accept-server-license-terms', '--telemetry-level', 'off');
    args.push('--server-data-dir', path.join(folder, 'data'));
    args.push('--extensions-dir', path.join(folder, 'extensions'));
    if (trusted) args.push('--disable-workspace-trust');
    if (graceSeconds !== undefined) args.push('--reconnection-grace-time', `${graceSeconds}`);
    const log = openSync(logOf(folder), 'w');
    // A group of its own: Ctrl-C in the terminal is for whoever started it, who then stops it.
    const child = spawn(process.execPath, args, {
      env: { ...process.env, CODE_SERVER_PARENT_PID: undefined, ...env, [MARK]: folder },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    try {
      return new EditorServer(folder, await listeningPort(child, folder), token, child);
    } catch (error) {
      await endProcesses(`${MARK}=${folder}`);
      throw error;
    }
  }

  /** What the server and its extension hosts said. */
  get said(): string {
    return readFileSync(logOf(this.folder), 'utf8');
  }

  /** Where VS Code writes its logs, and its extensions theirs. */
  get logs(): string {
    return path.join(this.folder, 'data', 'data', 'logs');
  }

  /** @param target absolute path of a folder or a `.code-workspace` file; without one the window is empty. */
  url(target?: string): string {
    const url = new URL(`http://127.0.0.1:${this.port}/`);
    url.searchParams.set('tkn', this.token);
    if (target === undefined) url.searchParams.set('ew', 'true');
    else url.searchParams.set(target.endsWith('.code-workspace') ? 'workspace' : 'folder', target);
    return url.href;
  }

  /**
   * Ends the server and everything that was started from it.
   * @returns what was still running after the server itself had ended, and was killed.
   */
  async stop(): Promise<Found[]> {
    this.#child.kill('SIGTERM');
    for (const deadline = Date.now() + STOP_MS; hasNotEnded(this.#child) && Date.now() < deadline;) {
      await sleep(20);
    }
    return endProcesses(`${MARK}=${this.folder}`);
  }
}

/**
 * Installs packaged extensions as a person would.
 * @param folder for the extensions; it is made.
 */
export async function installExtensions(program: string, folder: string, files: string[]): Promise<void> {
  const data = path.join(folder, '..', 'installing');
  const args = [program, '--accept-server-license-terms', '--telemetry-level', 'off'];
  args.push('--server-data-dir', data, '--extensions-dir', folder);
  for (const file of files) args.push('--install-extension', file);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`VS Code did not install ${files.join(', ')}:\n${said}`);
}

async function listeningPort(child: ChildProcess, folder: string): Promise<number> {
  const said = (): string => (existsSync(logOf(folder)) ? readFileSync(logOf(folder), 'utf8') : '');
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(20)) {
    const port = /Extension host agent started/.test(said()) && /agent listening on (\d+)/.exec(said())?.[1];
    if (port) return Number(port);
    if (!hasNotEnded(child)) break;
  }
  throw new Error(`VS Code's server did not start:\n${said()}`);
}

function hasNotEnded(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function logOf(folder: string): string {
  return path.join(folder, 'server.log');
}

/** Processes whose command line, working folder or environment at their start names `text`, but not this one. Linux only. */
export function processesNaming(text: string): Found[] {
  const found: Found[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`)) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const names = () => [
        command,
        readlinkSync(`/proc/${pid}/cwd`),
        readFileSync(`/proc/${pid}/environ`, 'utf8'),
      ];
      // One that has ended and was not yet waited for has no command line.
      if (command !== '' && names().some((name) => name.includes(text))) {
        found.push({ pid: Number(pid), command });
      }
    } catch {
      // It ended meanwhile, or is another user's.
    }
  }
  return found;
}

/**
 * Kills the processes that name `text`, and what they start meanwhile.
 * @returns those that were there at first.
 * @throws when one cannot be ended.
 */
export async function endProcesses(text: string): Promise<Found[]> {
  const first = processesNaming(text);
  for (const deadline = Date.now() + STOP_MS; Date.now() < deadline; await sleep(50)) {
    const rest = processesNaming(text);
    if (rest.length === 0) return first;
    for (const { pid } of rest) signal(pid, 'SIGKILL');
  }
  throw new Error(`These processes could not be ended:\n${listed(processesNaming(text))}`);
}

export function isAlive(pid: number): boolean {
  return signal(pid, 0) && !/^\d+ \(.*\) Z/.test(status(pid));
}

export function listed(processes: readonly Found[]): string {
  return processes.map(({ pid, command }) => `${pid} ${command}`).join('\n');
}

function status(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
