/** A network between a client and the API server, whose connections can be cut and stalled. Bytes pass as they are. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';

export class Proxy {
  private readonly pairs = new Set<[Socket, Socket]>();
  private server: Server;
  private isStalled = false;
  private limit: { bytes: number; from: 'client' | 'server'; reached: () => void } | undefined;

  private constructor(private readonly target: { host: string; port: number }) {
    this.server = createServer((client) => this.pass(client));
  }

  /** @param kubeconfig JSON, of which a copy is made that leads through the proxy */
  static async before(kubeconfig: string): Promise<{ proxy: Proxy; kubeconfig: string }> {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
      clusters: { cluster: { server: string } }[];
    };
    const { cluster } = config.clusters[0]!;
    const { hostname, port } = new URL(cluster.server);
    const proxy = new Proxy({ host: hostname, port: Number(port) });
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    cluster.server = `https://127.0.0.1:${(proxy.server.address() as { port: number }).port}`;
    const through = path.join(path.dirname(kubeconfig), `through-${new URL(cluster.server).port}`);
    writeFileSync(through, JSON.stringify(config), { mode: 0o600 });
    return { proxy, kubeconfig: through };
  }

  /** Every connection, at once; new ones are let through. */
  cut(): void {
    for (const [client, server] of this.pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
    this.pairs.clear();
  }

  /** As a network that is gone: nothing passes, and nobody is told. */
  stall(isStalled: boolean): void {
    this.isStalled = isStalled;
    for (const pair of this.pairs) for (const socket of pair) socket[isStalled ? 'pause' : 'resume']();
  }

  /** Cuts every connection once one of them has brought the client so many bytes; resolves then. */
  cutAfter(bytes: number): Promise<void> {
    return new Promise((reached) => (this.limit = { bytes, from: 'server', reached }));
  }

  /** The same for what one of them has brought the server. */
  cutAfterSent(bytes: number): Promise<void> {
    return new Promise((reached) => (this.limit = { bytes, from: 'client', reached }));
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private pass(client: Socket): void {
    const server = connect(this.target);
    const pair: [Socket, Socket] = [client, server];
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    this.count(client, 'client');
    this.count(server, 'server');
    client.pipe(server);
    server.pipe(client);
    if (this.isStalled) this.stall(true);
  }

  private count(socket: Socket, from: 'client' | 'server'): void {
    let brought = 0;
    socket.on('data', (chunk: Buffer) => {
      brought += chunk.length;
      if (this.limit?.from !== from || brought < this.limit.bytes) return;
      const { reached } = this.limit;
      this.limit = undefined;
      this.cut();
      reached();
    });
  }
}
