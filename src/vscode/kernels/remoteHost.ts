/** Kernels of a notebook on an existing Jupyter Server. What it ran is found again by what the window remembers. */
import { randomUUID } from 'node:crypto';
import { dirname, relative } from 'node:path';
import type { KernelModel } from '../../kernel/server/local';
import { RemoteServer } from '../../kernel/server/remote';
import type { KernelHost, NotebookPlace, Opened } from './host';

/** Kept with the window: which kernel is the notebook's, and under which name the server keeps what we missed. */
type Known = { url: string; kernel: KernelModel; client: string };

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
    private readonly settings: () => Promise<RemoteSettings>,
    private readonly memory: Memory,
  ) {}

  get runsOn(): string | undefined {
    return this.known?.url;
  }

  async find(): Promise<Opened | undefined> {
    const known = this.memory.get(this.key) as Known | undefined;
    if (known === undefined) return undefined;
    const server = await this.server();
    if (known.url !== server.url || !(await server.hasKernel(known.kernel.id))) return undefined;
    this.known = known;
    return this.opened(server, known);
  }

  async start(_python: string, signal: AbortSignal): Promise<Opened> {
    const server = await this.server();
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

  async seen(): Promise<void> {
    // The server keeps only what was not delivered.
  }

  async release(end: boolean): Promise<void> {
    if (end) await this.memory.update(this.key, undefined);
  }

  private get key(): string {
    return `kernel ${this.notebook.name}`;
  }

  private async server(): Promise<RemoteServer> {
    const { url, token } = await this.settings();
    return new RemoteServer(url, token);
  }

  private async opened(server: RemoteServer, { kernel, client }: Known): Promise<Opened> {
    const { JupyterKernel } = await import(/* webpackChunkName: "jupyter" */ '../../kernel/jupyter');
    return { connect: (listener) => new JupyterKernel(server, kernel, client, listener), executions: [] };
  }
}
