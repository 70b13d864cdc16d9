/** A kernel behind the Jupyter kernels API, by `@jupyterlab/services`. Loaded at first use: it is large. */
import {
  CommsOverSubshells,
  KernelAPI,
  KernelConnection,
  KernelMessage as Jupyter,
} from '@jupyterlab/services/lib/kernel';
import { ServerConnection } from '@jupyterlab/services/lib/serverconnection';
import type { CellRequest, KernelMessage } from './messages';
import type { KernelTransport, Recalled, TransportListener } from './transport';

/** The close code of a websocket whose kernel another window took (docs/internals.md, "Local server"). */
const TAKEN = 4001;

/** A socket that comes back is sent again what may not have arrived: so many messages are remembered. */
const REMEMBERED = 100_000;

/** A kernel that is busy answers on its control thread, at once. */
const RECALL_MS = 5000;

export type JupyterServer = {
  /** With a slash at the end. */
  url: string;
  token: string;
  /** Asked when the socket broke: false where the server is gone for good. */
  isThere(): Promise<boolean>;
};

export function settingsOf(
  { url, token }: JupyterServer,
  onClose?: (code: number) => void,
): ServerConnection.ISettings {
  const plain = ServerConnection.makeSettings();
  class Watched extends plain.WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols);
      this.addEventListener('close', ({ code }: { code: number }) => onClose?.(code));
    }
  }
  return ServerConnection.makeSettings({
    baseUrl: url,
    wsUrl: url.replace(/^http/, 'ws'),
    token,
    appendToken: true,
    WebSocket: Watched as typeof WebSocket,
  });
}

export class JupyterKernel implements KernelTransport {
  private readonly connection: KernelConnection;
  private readonly heard = new Set<string>();
  private wasConnected = false;
  private gone = false;

  constructor(
    private readonly server: JupyterServer,
    model: { id: string; name: string },
    clientId: string,
    private readonly listener: TransportListener,
  ) {
    this.connection = new KernelConnection({
      model,
      clientId,
      username: '',
      handleComms: false,
      serverSettings: settingsOf(server, (code) => this.closed(code)),
    });
    // Comm handlers on other threads would draw from streams that are not theirs.
    this.connection.commsOverSubshells = CommsOverSubshells.Disabled;
    this.connection.anyMessage.connect((_, { msg, direction }) => {
      if (direction === 'recv') this.hear(msg as unknown as KernelMessage);
    });
    this.connection.connectionStatusChanged.connect((_, status) => this.connectionIs(status));
  }

  get kernelId(): string {
    return this.connection.id;
  }

  send(request: CellRequest, order: readonly string[]): void {
    const message = Jupyter.createMessage<Jupyter.IExecuteRequestMsg>({
      msgId: request.msgId,
      msgType: 'execute_request',
      channel: 'shell',
      username: '',
      session: this.connection.clientId,
      metadata: { cellId: request.cell, reprise: { index: request.index, order: [...order] } },
      content: {
        code: request.code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: true,
        stop_on_error: !request.mayRaise,
      },
    });
    // Every message is heard by `anyMessage`; the future rejects when the kernel dies, which the listener is told.
    this.connection.sendShellMessage(message, true).done.catch(() => undefined);
  }

  answer(request: KernelMessage, value: string): void {
    const parent = request.header as unknown as Jupyter.IInputRequestMsg['header'];
    this.connection.sendInputReply({ status: 'ok', value }, parent);
  }

  async recall(msgId: string): Promise<Recalled> {
    const request = Jupyter.createMessage<Jupyter.IInterruptRequestMsg>({
      // Ours: the agent's kernel answers, another one never does.
      msgType: 'reprise_recall_request' as 'interrupt_request',
      channel: 'control',
      username: '',
      session: this.connection.clientId,
      content: { msg_id: msgId as never },
    });
    const future = this.connection.sendControlMessage(request, true, true);
    const unknown = new Promise<Recalled>((resolve) => {
      setTimeout(() => resolve({ state: 'unknown', outputs: [] }), RECALL_MS);
    });
    const reply = future.done.then(({ content }) => content as unknown as Recalled);
    return Promise.race([reply, unknown]).finally(() => future.dispose());
  }

  interrupt(): Promise<void> {
    return KernelAPI.interruptKernel(this.kernelId, this.connection.serverSettings);
  }

  async shutdown(): Promise<void> {
    this.gone = true;
    const { kernelId, connection } = this;
    connection.dispose();
    await KernelAPI.shutdownKernel(kernelId, connection.serverSettings);
  }

  reconnect(): void {
    this.connection.reconnect().catch(() => undefined);
  }

  dispose(): void {
    this.gone = true;
    this.connection.dispose();
  }

  private hear(message: KernelMessage): void {
    const { msg_id } = message.header;
    if (this.heard.has(msg_id)) return;
    this.heard.add(msg_id);
    if (this.heard.size > REMEMBERED) this.heard.delete(this.heard.keys().next().value!);
    this.listener.message(message);
  }

  private connectionIs(status: string): void {
    if (this.gone) return;
    if (status === 'connected') {
      this.wasConnected = true;
      this.listener.connection('connected');
      return;
    }
    if (status === 'disconnected') this.listener.connection('ended');
    else if (this.wasConnected) {
      this.listener.connection('lost');
      void this.server.isThere().then((there) => {
        if (there || this.gone) return;
        this.dispose();
        this.listener.died({ said: 'The kernel server ended, and the kernel with it.' });
      });
    }
  }

  private closed(code: number): void {
    if (code !== TAKEN || this.gone) return;
    this.dispose();
    this.listener.taken();
  }
}
