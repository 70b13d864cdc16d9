/** Repositories behind a token: git's own `http-backend`, as servers run it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export class GitServer {
  /** Method and path of each request that was let in. */
  readonly asked: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  /** @param folder of bare repositories; who asks gives `token` as the password of the user git. */
  static async start(folder: string, token: string, host = '127.0.0.1'): Promise<GitServer> {
    const server = createServer();
    await once(server.listen(0, host), 'listening');
    const { port } = server.address() as AddressInfo;
    const served = new GitServer(server, `http://${host}:${port}`);
    const authorization = `Basic ${Buffer.from(`git:${token}`).toString('base64')}`;
    server.on('request', (request, response) => {
      if (request.headers.authorization !== authorization)
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      served.asked.push(`${request.method} ${request.url}`);
      return void answer(folder, request, response);
    });
    return served;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://here');
  const { headers } = request;
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      // Pushes are for who is known by name.
      REMOTE_USER: 'git',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      GIT_PROTOCOL: headers['git-protocol'] as string | undefined,
      ...(headers['content-length'] ? { CONTENT_LENGTH: headers['content-length'] } : {}),
    },
  });
  request.pipe(backend.stdin).on('error', () => undefined);
  const answered = await buffer(backend.stdout);
  const end = answered.indexOf('\r\n\r\n');
  for (const line of answered.subarray(0, end).toString().split('\r\n')) {
    const [name = '', ...value] = line.split(': ');
    if (name === 'Status') response.statusCode = Number.parseInt(value.join(), 10);
    else response.setHeader(name, value.join(': '));
  }
  response.end(answered.subarray(end + 4));
}
