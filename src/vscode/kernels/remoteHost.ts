/** Kernels of a notebook on an existing Jupyter Server. What it ran is found again by what the window remembers. */
import { randomUUID } from 'node:crypto';
import { dirname, relative } from 'node:path';
import type { CellRequest } from '../../kernel/messages';
import type { KeptExecution, KernelModel } from '../../kernel/server/local';
import { RemoteServer } from '../../kernel/server/remote';
import type { FindBasis, KernelHost, NotebookPlace, Opened } from './host';

/** Kept with the window: which kernel is the notebook's, and under which name the server keeps what we missed. */
type Known = { url: string; kernel: KernelModel; client: string; last?: KeptExecution };

export type Memory = {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
};

export type RemoteSettings = { url: string; token: string };

export class RemoteHost implements KernelHost {
  private known: Known | undefined;

  constructor(
    private notebook: NotebookPlace,
    /** The folder that the server was started in, as far as this machine knows: the notebook's in the workspace. */
    private readonly folder: string,
    private readonly servers: {
      known(): Promise<RemoteSettings | undefined>;
      settings(): Promise<RemoteSettings>;
    },
    private readonly memory: Memory,
  ) {}

  get runsOn(): string | undefined {
    return this.known?.url;
  }

  async find(): Promise<Opened | undefined> {
    const known = this.memory.get(this.key) as Known | undefined;
    const settings = known && (await this.servers.known());
    if (known === undefined || settings === undefined) return undefined;
    const server = new RemoteServer(settings.url, settings.token);
    if (known.url !== server.url || !(await server.hasKernel(known.kernel.id))) return undefined;
    this.known = known;
    return this.opened(server, known);
  }

  async start(_basis: FindBasis, signal: AbortSignal): Promise<Opened> {
    const { url, token } = await this.servers.settings();
    const server = new RemoteServer(url, token);
    await server.check(signal);
    const name = await server.kernelName(this.notebook.path);
    const folder = relative(this.folder, dirname(this.notebook.path));
    const kernel = await server.startKernel(name, folder.startsWith('..') ? '' : folder);
    const { id } = kernel;
    this.known = { url: server.url, kernel: { id, name }, client: randomUUID() };
    await this.memory.update(this.key, this.known);
    return this.opened(server, this.known);
  }

  async move(notebook: NotebookPlace): Promise<void> {
    await this.memory.update(this.key, undefined);
    this.notebook = notebook;
    if (this.known) await this.memory.update(this.key, this.known);
  }

  begun({ msgId, cell: id, index }: CellRequest): void {
    if (this.known === undefined) return;
    this.known = {
      ...this.known,
      last: { msgId, cell: { id, index }, code: '', state: 'running', cut: false },
    };
    void this.memory.update(this.key, this.known);
  }

  ended(msgId: string): void {
    if (this.known?.last?.msgId !== msgId) return;
    this.known = { ...this.known, last: { ...this.known.last, state: 'done' } };
    void this.memory.update(this.key, this.known);
  }

  async seen(msgId: string): Promise<void> {
    if (this.known?.last?.msgId !== msgId) return;
    const { url, kernel, client } = this.known;
    this.known = { url, kernel, client };
    await this.memory.update(this.key, this.known);
  }

  async release(end: boolean): Promise<void> {
    if (end) await this.memory.update(this.key, undefined);
  }

  private get key(): string {
    return `kernel ${this.notebook.name}`;
  }

  private async opened(server: RemoteServer, { kernel, client, last }: Known): Promise<Opened> {
    const { JupyterKernel } = await import(/* webpackChunkName: "jupyter" */ '../../kernel/jupyter');
    return {
      connect: (listener) => new JupyterKernel(server, kernel, client, listener),
      executions: last ? [last] : [],
      // The server drops what was on its way to a window that is reloaded.
      mayMiss: true,
    };
  }
}
