/** An existing Jupyter Server, named by its URL. The notebook's Reprise kernelspec must be installed there. */
import { basename } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { JupyterServer } from '../jupyter';
import { kernelNameStem } from '../kernelspec';
import type { KernelModel } from './local';

type Spec = { name: string; spec: { argv?: string[]; display_name?: string } };

export class RemoteServer implements JupyterServer {
  readonly url: string;

  /** @throws Failure `bad-url` */
  constructor(
    url: string,
    readonly token: string,
  ) {
    this.url = serverUrl(url);
  }

  async isThere(): Promise<boolean> {
    // Away is not gone: a server that is restarted, or a tunnel that comes back, keeps its kernels.
    return Promise.resolve(true);
  }

  /**
   * Says which step fails: whether it is there, whether it is a Jupyter Server, whether it takes the token.
   * @throws Failure `no-server`, `no-jupyter`, `bad-token`
   */
  async check(signal?: AbortSignal): Promise<void> {
    const shown = this.url;
    const version = await this.ask('api', signal).catch((error: unknown) => {
      throw new Failure(
        'infrastructure',
        'no-server',
        `No server answers at ${shown} (${reasonOf(error)}). Is it running, and can this machine reach it?`,
      );
    });
    if (!version.ok || !('version' in ((await version.json().catch(() => ({}))) as object))) {
      throw new Failure('infrastructure', 'no-jupyter', `What answers at ${shown} is not a Jupyter Server.`);
    }
    const status = await this.ask('api/status', signal);
    if (status.status === 401 || status.status === 403) {
      throw new Failure(
        'infrastructure',
        'bad-token',
        `The Jupyter Server at ${shown} does not take this token.`,
      );
    }
    if (!status.ok)
      throw new Failure('infrastructure', 'no-jupyter', `${shown} answers with HTTP ${status.status}.`);
  }

  /**
   * The kernel that was installed there for this notebook: another's would record under a wrong name.
   * @throws Failure `no-kernelspec`
   */
  async kernelName(notebook: string): Promise<string> {
    const response = await this.ask('api/kernelspecs');
    const { kernelspecs } = (await response.json()) as { kernelspecs: Record<string, Spec> };
    const stem = kernelNameStem(notebook);
    const found = Object.values(kernelspecs).find(
      ({ name, spec }) => name.startsWith(stem) && spec.argv?.[1]?.endsWith('.pyz'),
    );
    if (found) return found.name;
    throw new Failure(
      'infrastructure',
      'no-kernelspec',
      `The Jupyter Server at ${this.url} has no Reprise kernel for ${basename(notebook)}. ` +
        `Install it on that machine: reprise kernel ${basename(notebook)} --install`,
    );
  }

  /** @param folder the notebook's folder as the server names it, relative to its own root */
  async startKernel(name: string, folder: string): Promise<KernelModel> {
    const response = await this.ask('api/kernels', undefined, { name, path: folder });
    if (response.ok) return (await response.json()) as KernelModel;
    throw new Failure(
      'infrastructure',
      'kernel-start',
      `The Jupyter Server at ${this.url} could not start the kernel (HTTP ${response.status}). Nothing ran.`,
    );
  }

  async hasKernel(id: string): Promise<boolean> {
    return (await this.ask(`api/kernels/${encodeURIComponent(id)}`).catch(() => undefined))?.ok ?? false;
  }

  private ask(path: string, signal?: AbortSignal, body?: object): Promise<Response> {
    return fetch(this.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `token ${this.token}`, 'Content-Type': 'application/json' },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** `http(s)://host[:port]/base/`, without what a browser's address has besides. @throws Failure `bad-url` */
export function serverUrl(text: string): string {
  const bad = new Failure(
    'usage',
    'bad-url',
    `"${text}" is not the address of a Jupyter Server, such as http://localhost:8888/.`,
  );
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw bad;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad;
  const base = url.pathname.replace(/\/(lab|tree|notebooks)(\/.*)?$/, '/');
  return `${url.protocol}//${url.host}${base.endsWith('/') ? base : `${base}/`}`;
}

/** The token of an address as `jupyter server list` prints it. */
export function tokenOf(text: string): string | undefined {
  try {
    return new URL(text).searchParams.get('token') ?? undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string } }).cause?.code;
  return cause ?? (error instanceof Error ? error.message : String(error));
}
