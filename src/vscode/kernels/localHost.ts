/** Kernels of a notebook on this machine: the agent's local server, found again or started. */
import { dirname, join, parse } from 'node:path';
import { existsSync, rmdirSync } from 'node:fs';
import { isAlive, type KernelModel, type Lease, LocalServer } from '../../kernel/server/local';
import { environmentFor } from '../../kernel/server/environment';
import { placeOf } from '../../kernel/server/place';
import { asOfAgent } from './javascript';
import type { FindBasis, KernelHost, NotebookPlace, Opened } from './host';
import { Store } from '../../lineage/store';
import { liveKernel } from '../../replay/execution/live';
import { settingsFor } from '../../replay/execution/plan';

export type LocalSettings = { agent: string; owner: string; startSeconds: number };

/** A server ends after 30 minutes in which it heard nothing: an open notebook says now and then that it is there. */
const RENEW_MS = 5 * 60_000;

export class LocalHost implements KernelHost {
  private server: LocalServer | undefined;
  private readonly renewal = setInterval(() => void this.server?.renew(), RENEW_MS).unref();

  constructor(
    private notebook: NotebookPlace,
    private readonly settings: () => LocalSettings,
  ) {}

  get runsOn(): string | undefined {
    return this.server?.python;
  }

  /** A kernel that this notebook left running. @throws Failure `in-use` */
  async find(take = false): Promise<Opened | undefined> {
    const server = await LocalServer.find(placeOf(this.notebook.name), this.settings().owner);
    if (server === undefined) return undefined;
    const lease = await server.lease(take);
    this.server = server;
    return lease.kernel === null ? undefined : this.opened(server, lease.kernel, lease);
  }

  /** @throws Failure `in-use`, `no-ipykernel`, `kernel-start`, `cancelled`, and those of the basis */
  async start(basis: FindBasis, signal: AbortSignal): Promise<Opened> {
    const found = await basis(signal);
    const server = await this.serverOn(found.python, signal).catch((error: unknown) => {
      throw found.javascript === undefined ? error : asOfAgent(error);
    });
    const settings = settingsFor(this.notebook.path, {});
    const { config, environment } = liveKernel(settings, found);
    const store = new Store(settings.root);
    const run = newRun(store);
    const document = existsSync(this.notebook.path) ? settings.notebook : null;
    const agent = {
      ...config,
      root: settings.root,
      notebook: document,
      run: run ?? null,
      runFolder: run ? store.runFolder(run) : null,
    };
    try {
      const variables = { ...environment, REPRISE_CONFIG: JSON.stringify(agent) };
      const kernel = await server.startKernel(dirname(this.notebook.path), variables, signal);
      return { ...(await this.opened(server, kernel, { kernel, executions: [] })), ...(run ? { run } : {}) };
    } catch (error) {
      if (run) removeEmpty(store.runFolder(run));
      throw error;
    }
  }

  async move(notebook: NotebookPlace): Promise<void> {
    this.notebook = notebook;
    await this.server?.move(placeOf(notebook.name), notebook.path);
  }

  begun(): void {
    // The server keeps it.
  }

  ended(): void {
    // As the server hears.
  }

  async seen(msgId: string): Promise<void> {
    await this.server?.renew(msgId);
  }

  async release(end: boolean): Promise<void> {
    clearInterval(this.renewal);
    await this.server?.release(end);
    this.server = undefined;
  }

  private async serverOn(python: string, signal: AbortSignal): Promise<LocalServer> {
    const place = placeOf(this.notebook.name);
    const { agent, owner, startSeconds } = this.settings();
    const running = await LocalServer.find(place, owner);
    if (running !== undefined) {
      const { kernel } = await running.lease();
      if (!isAlive(kernel) && running.python === python) return (this.server = running);
      // It was chosen anew, or a kernel is to be replaced: both begin with an empty server.
      await running.release(true);
    }
    const environment = environmentFor(python, startSeconds);
    const launch = { python, agent, place, owner, notebook: this.notebook.path, environment };
    const server = await LocalServer.start(launch, signal);
    await server.lease();
    return (this.server = server);
  }

  private async opened(server: LocalServer, kernel: KernelModel, lease: Lease): Promise<Opened> {
    const { JupyterKernel } = await import(/* webpackChunkName: "jupyter" */ '../../kernel/jupyter');
    const { owner } = this.settings();
    return {
      connect: (listener) => new JupyterKernel(server, kernel, owner, listener),
      executions: lease.executions,
    };
  }
}

/** Undefined where no record can be kept: the kernel runs all the same, and says so in the server's log. */
function newRun(store: Store): string | undefined {
  try {
    return store.newRunId();
  } catch {
    return undefined;
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something was recorded: it is kept.
  }
}

/** The path an untitled notebook would have in a folder. */
export function untitledPath(folder: string, name: string): string {
  return join(folder, `${parse(name).name}.ipynb`);
}
