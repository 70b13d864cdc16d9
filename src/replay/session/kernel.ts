/** One kernel of a session, behind the agent's local server as in the editor: runs a cell, and gives its record line and outputs. */
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Command } from '../../kernel/execution/state';
import { deathMessage } from '../../kernel/execution/reducer';
import type { Death, KernelMessage } from '../../kernel/messages';
import { environmentFor } from '../../kernel/server/environment';
import { LocalServer } from '../../kernel/server/local';
import { placeOf } from '../../kernel/server/place';
import { KernelSession } from '../../kernel/session';
import type { TransportListener } from '../../kernel/transport';
import { withDefaults } from '../../lineage/read';
import type { CellLine } from '../../lineage/record';
import { Failure } from '../../notebook/failure';
import { type Output, joinStreams } from '../../notebook/output';

export type KernelStart = {
  python: string;
  agent: string;
  /** Absolute path. */
  notebook: string;
  /** The agent's configuration, with the place of the record. */
  config: Record<string, unknown>;
  /** Variables that must exist before the interpreter does. */
  environment: Record<string, string>;
};

export type Ran = { line: CellLine | undefined; outputs: Output[] };

type Running = {
  msgId: string;
  outputs: Output[];
  line: CellLine | undefined;
  settle: (ran: Ran) => void;
};

const START_SECONDS = 60;
/** The server ends by itself when nobody has renewed its lease for half an hour. */
const RENEW_MS = 5 * 60_000;

export class SessionKernel {
  private readonly session: KernelSession;
  private running: Running | undefined;
  private readonly renewal: NodeJS.Timeout;
  private death: Death | undefined;

  private constructor(
    private readonly server: LocalServer,
    private readonly order: () => string[],
  ) {
    this.session = new KernelSession({
      perform: (commands) => commands.forEach((command) => this.perform(command)),
      changed: () => undefined,
      cellOrder: () => this.order(),
    });
    this.renewal = setInterval(() => void server.renew(), RENEW_MS).unref();
  }

  /** @throws Failure `no-python`, `no-ipykernel`, `no-server`, `kernel-start`, `cancelled` */
  static async start(start: KernelStart, order: () => string[], signal: AbortSignal): Promise<SessionKernel> {
    const { python, agent, notebook } = start;
    const owner = randomUUID();
    const server = await LocalServer.start(
      {
        python,
        agent,
        owner,
        notebook,
        // The editor may have a kernel of the same notebook.
        place: placeOf(`session\0${notebook}\0${owner}`),
        environment: environmentFor(python, START_SECONDS),
      },
      signal,
    );
    const kernel = new SessionKernel(server, order);
    try {
      await server.lease();
      await kernel.begin(start, signal);
    } catch (error) {
      await kernel.stop();
      throw error;
    }
    return kernel;
  }

  get isLive(): boolean {
    return this.session.isLive;
  }

  /** @throws Failure `kernel-died` */
  async run(cell: string, index: number, code: string): Promise<Ran> {
    const msgId = randomUUID();
    const ran = await new Promise<Ran>((settle) => {
      this.running = { msgId, outputs: [], line: undefined, settle };
      this.session.run([{ msgId, cell, index, code, mayRaise: true }]);
    });
    this.running = undefined;
    if (ran.line === undefined && !this.session.isLive) {
      throw new Failure('infrastructure', 'kernel-died', deathMessage(this.death ?? {}));
    }
    return ran;
  }

  async interrupt(): Promise<void> {
    await this.session.interrupt();
  }

  /** Another, empty kernel in its place, of the same server. @throws Failure `kernel-start`, `cancelled` */
  async restart(start: KernelStart, signal: AbortSignal): Promise<void> {
    await this.session.shutdown().catch(() => undefined);
    this.death = undefined;
    await this.begin(start, signal);
  }

  /** Ends the kernel, which closes its record, and the server. */
  async stop(): Promise<void> {
    clearInterval(this.renewal);
    await this.session.shutdown().catch(() => undefined);
    await this.server.release(true);
  }

  private async begin({ notebook, config, environment }: KernelStart, signal: AbortSignal): Promise<void> {
    const variables = { ...environment, REPRISE_CONFIG: JSON.stringify(config) };
    const model = await this.server.startKernel(dirname(notebook), variables, signal);
    const { JupyterKernel } = await import(/* webpackChunkName: "jupyter" */ '../../kernel/jupyter');
    this.session.open(
      (listener) => new JupyterKernel(this.server, model, this.server.owner, this.listening(listener)),
    );
  }

  /** Hears the record's line in a cell's reply, which the reducer has no use for. */
  private listening(listener: TransportListener): TransportListener {
    return {
      message: (message) => {
        const { running } = this;
        const isReply = message.header.msg_type === 'execute_reply';
        if (running !== undefined && isReply && message.parent_header.msg_id === running.msgId) {
          running.line = lineOf(message);
        }
        listener.message(message);
      },
      connection: (state) => listener.connection(state),
      died: (death) => {
        this.death = death;
        listener.died(death);
      },
      taken: () => listener.taken(),
    };
  }

  private perform(command: Command): void {
    const { running } = this;
    if (!('msgId' in command) || running === undefined || command.msgId !== running.msgId) return;
    switch (command.do) {
      case 'clear':
        running.outputs = [];
        return;
      case 'append':
        running.outputs.push(command.output);
        return;
      case 'text': {
        const output = running.outputs[command.at];
        if (output?.output_type === 'stream') {
          running.outputs[command.at] = { ...output, text: `${output.text as string}${command.text}` };
        }
        return;
      }
      case 'replace':
        running.outputs[command.at] = command.output;
        return;
      case 'ask':
        // Nobody is there to type: the cell must not wait for ever.
        void this.session.interrupt();
        return;
      case 'end':
      case 'cancel':
        running.settle({ line: running.line, outputs: joinStreams(running.outputs) });
        return;
      default:
    }
  }
}

function lineOf({ metadata }: KernelMessage): CellLine | undefined {
  const line = metadata.reprise as Partial<CellLine> | undefined;
  return line?.type === 'cell' ? withDefaults(line) : undefined;
}
