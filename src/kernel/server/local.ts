/** The agent's own kernel server: one process for one notebook, found again after the window was reloaded. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { Failure } from '../../notebook/failure';
import type { JupyterServer } from '../jupyter';
import { readPlace, type ServerState } from './place';

const READY_MS = 30_000;

export type Launch = {
  python: string;
  agent: string;
  place: string;
  /** Of this window; a reloaded window is another. */
  owner: string;
  /** Absolute path, for messages. */
  notebook: string;
  /** The server's environment, which its kernels inherit. */
  environment: NodeJS.ProcessEnv;
};

export type KernelModel = { id: string; name: string; execution_state?: string };

/** A dead kernel is kept for what it said; another may be started in its place. */
export function isAlive(kernel: KernelModel | null): kernel is KernelModel {
  return kernel !== null && kernel.execution_state !== 'dead';
}

/** What the server has kept of an execution: its messages come again to a window that attaches. */
export type KeptExecution = {
  msgId: string;
  cell: { id: string; index: number };
  code: string;
  state: 'running' | 'done';
  cut: boolean;
};

export type Lease = { kernel: KernelModel | null; executions: KeptExecution[] };

export class LocalServer implements JupyterServer {
  readonly url: string;
  readonly token: string;
  readonly python: string;

  private constructor(
    private state: ServerState,
    readonly owner: string,
  ) {
    this.url = `http://127.0.0.1:${state.port}/`;
    this.token = state.token;
    this.python = state.python;
  }

  /** The server that runs at this place, if one does. */
  static async find(place: string, owner: string): Promise<LocalServer | undefined> {
    const state = readPlace(place);
    if (state === undefined) return undefined;
    const server = new LocalServer(state, owner);
    return (await server.isThere()) ? server : undefined;
  }

  /**
   * Starts a server; where another window was faster, that one's.
   * @throws Failure `no-python`, `no-ipykernel`, `no-server`, `cancelled`
   */
  static async start(launch: Launch, signal?: AbortSignal): Promise<LocalServer> {
    const said = await start(launch, signal);
    if (said.event === 'failed') throw refusal(launch, said.reason ?? '', said.message ?? '');
    for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await pause(50)) {
      const server = await LocalServer.find(launch.place, launch.owner);
      if (server) return server;
      signal?.throwIfAborted();
    }
    throw new Failure(
      'infrastructure',
      'no-server',
      'The kernel server started and does not answer. Try again.',
    );
  }

  async isThere(): Promise<boolean> {
    try {
      return (await this.ask('GET', 'api/status')).ok;
    } catch {
      return false;
    }
  }

  /**
   * Takes the lease.
   * @throws Failure `in-use` while another window holds it, unless `take`
   */
  async lease(take = false): Promise<Lease> {
    const response = await this.ask('PUT', 'api/reprise/lease', { owner: this.owner, take });
    if (response.status === 409) {
      throw new Failure(
        'infrastructure',
        'in-use',
        'This notebook’s kernel is in use by another window. Nothing ran here. Close the notebook there, or take the kernel over.',
      );
    }
    return (await expectOk(response).json()) as Lease;
  }

  /** Says that its owner is there still. `seen`: the notebook shows that execution and those before it. */
  async renew(seen?: string): Promise<void> {
    // An owner whose kernel was taken is told so by its websocket.
    await this.ask('PATCH', 'api/reprise/lease', { owner: this.owner, seen }).catch(() => undefined);
  }

  /** @throws Failure `kernel-start` with what the kernel said last */
  async startKernel(
    folder: string,
    environment: Record<string, string | null>,
    signal?: AbortSignal,
  ): Promise<KernelModel> {
    const body = { name: 'reprise', path: folder, env: environment };
    const response = await this.ask('POST', 'api/kernels', body, signal);
    if (response.status === 500) {
      const { message, said } = (await response.json()) as { message: string; said?: string };
      throw new Failure(
        'infrastructure',
        'kernel-start',
        `The kernel did not start: ${message}${said ? `\nIts last words:\n${said}` : ''}\nNothing ran.`,
      );
    }
    return (await expectOk(response).json()) as KernelModel;
  }

  async stopKernel(id: string): Promise<void> {
    await this.ask('DELETE', `api/kernels/${encodeURIComponent(id)}`);
  }

  /** The notebook has another path. */
  async move(place: string, notebook: string): Promise<void> {
    expectOk(await this.ask('PATCH', 'api/reprise/place', { place, notebook }));
  }

  /** Lets the server go; with `end` it ends at once, and its kernel with it. */
  async release(end: boolean): Promise<void> {
    const query = new URLSearchParams({ owner: this.owner, ...(end ? { end: 'true' } : {}) });
    await this.ask('DELETE', `api/reprise/lease?${query.toString()}`).catch(() => undefined);
  }

  private ask(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { Authorization: `token ${this.token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

type Said = { event: 'ready' | 'taken' | 'failed'; reason?: string; message?: string };

function start(launch: Launch, signal?: AbortSignal): Promise<Said> {
  const child = spawn(launch.python, [launch.agent, 'serve'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: launch.environment,
  });
  const complaints: string[] = [];
  return new Promise<Said>((resolve, reject) => {
    const give = (error: Error): void => {
      child.kill('SIGKILL');
      reject(error);
    };
    const late = setTimeout(() => give(noServer(launch, 'it did not answer')), READY_MS);
    const cancel = (): void => give(new Failure('infrastructure', 'cancelled', 'Cancelled. Nothing ran.'));
    signal?.addEventListener('abort', cancel, { once: true });
    child.once('error', (error) =>
      reject(new Failure('infrastructure', 'no-python', `${launch.python} does not start: ${error.message}`)),
    );
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
    child.once('exit', () =>
      reject(noServer(launch, complaints.join('').trim().split('\n').at(-1) || 'it ended')),
    );
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Said));
    child.stdin.on('error', () => undefined);
    const { place, owner, notebook } = launch;
    const token = randomBytes(24).toString('hex');
    child.stdin.end(JSON.stringify({ schema: 'reprise/serve/0', token, place, owner, notebook }) + '\n');
    const settled = (): void => {
      clearTimeout(late);
      signal?.removeEventListener('abort', cancel);
    };
    child.once('close', settled);
    child.stdout.once('data', settled);
  }).finally(() => {
    // It lives on by itself: nothing of it may keep this process, or end with it.
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
  });
}

function refusal({ python }: Launch, reason: string, message: string): Failure {
  if (reason !== 'no-ipykernel') return new Failure('infrastructure', reason, message);
  const shown = python.replace(homedir(), '~');
  return new Failure(
    'infrastructure',
    reason,
    `${shown} has no ipykernel, so it cannot run notebooks. Install it there, or choose another Python. Nothing ran.`,
  );
}

function noServer({ python }: Launch, why: string): Failure {
  const shown = python.replace(homedir(), '~');
  return new Failure(
    'infrastructure',
    'no-server',
    `The kernel server of ${shown} did not start: ${why}. Nothing ran.`,
  );
}

function expectOk(response: Response): Response {
  if (response.ok) return response;
  throw new Failure(
    'infrastructure',
    'no-server',
    `The kernel server refused (HTTP ${response.status}). What ran is kept. Restart the kernel.`,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
