/** The package index of a company: what PyPI has, over an address that pods reach. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const PROJECTS = 'https://pypi.org/simple/';
const FILES = 'https://files.pythonhosted.org/';

export class PackageIndex {
  /** Names of the wheels that were fetched from it. */
  readonly fetched: string[] = [];
  /** Whether wheels have another byte than they were locked with. */
  tampers = false;
  private readonly server: Server;

  private constructor(private readonly address: string) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
    });
  }

  static async start(address: string): Promise<PackageIndex> {
    const index = new PackageIndex(address);
    index.server.listen(0, address);
    await once(index.server, 'listening');
    return index;
  }

  get url(): string {
    return `http://${this.address}:${(this.server.address() as AddressInfo).port}/simple`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind, rest = ''] = /^\/(simple|files)\/(.*)$/.exec(url) ?? [];
    if (kind === 'simple') {
      const page = await (await fetch(PROJECTS + rest, { headers: { Accept: 'text/html' } })).text();
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page.replaceAll(FILES, '/files/'));
      return;
    }
    const bytes = Buffer.from(await (await fetch(FILES + rest)).arrayBuffer());
    if (rest.endsWith('.whl')) {
      this.fetched.push(rest.split('/').at(-1)!);
      if (this.tampers) bytes[bytes.length - 1]! ^= 1;
    }
    response.writeHead(200, { 'Content-Length': bytes.length }).end(bytes);
  }
}
