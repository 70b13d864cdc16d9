import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeOf, readPlace } from '../../../src/kernel/server/place';
import { RemoteServer, serverUrl, tokenOf } from '../../../src/kernel/server/remote';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'servers-'))));
afterEach(() => rmSync(home, { recursive: true }));

describe('the place of a local server', () => {
  it('is the same for one notebook, another for each, and closed to other users', () => {
    const place = placeOf('/work/a.ipynb', { XDG_RUNTIME_DIR: home });
    expect(placeOf('/work/a.ipynb', { XDG_RUNTIME_DIR: home })).toBe(place);
    expect(placeOf('/work/b.ipynb', { XDG_RUNTIME_DIR: home })).not.toBe(place);
    expect(statSync(join(home, 'reprise', 'servers')).mode & 0o777).toBe(0o700);
  });

  it('lies in the cache where the system has no runtime folder', () => {
    expect(placeOf('a', { HOME: home })).toMatch(new RegExp(`^${home}/.cache/reprise/servers/`));
  });

  it('tells of no server where the file is missing, damaged, or of a process that is gone', () => {
    const place = placeOf('a', { HOME: home });
    expect(readPlace(place)).toBeUndefined();
    writeFileSync(`${place}.json`, '{"schema":');
    expect(readPlace(place)).toBeUndefined();
    const state = {
      schema: 'reprise/server/0',
      pid: 2 ** 22 + 1,
      port: 1,
      token: 't',
      python: '',
      agent: '',
      notebook: '',
    };
    writeFileSync(`${place}.json`, JSON.stringify(state));
    expect(readPlace(place)).toBeUndefined();
    writeFileSync(`${place}.json`, JSON.stringify({ ...state, pid: process.pid }));
    expect(readPlace(place)).toMatchObject({ pid: process.pid, token: 't' });
  });
});

describe('the address of a Jupyter Server', () => {
  it.each([
    ['http://localhost:8888', 'http://localhost:8888/'],
    ['http://localhost:8888/lab?token=abc', 'http://localhost:8888/'],
    ['https://hub.example/user/me/lab/tree/a.ipynb', 'https://hub.example/user/me/'],
    ['https://hub.example/user/me', 'https://hub.example/user/me/'],
  ])('of %s is %s', (given, url) => expect(serverUrl(given)).toBe(url));

  it('carries a token, or none', () => {
    expect(tokenOf('http://localhost:8888/?token=abc')).toBe('abc');
    expect(tokenOf('http://localhost:8888/')).toBeUndefined();
  });

  it.each(['localhost:8888', 'file:///etc', 'what'])('is refused where it is none: %s', (given) => {
    expect(() => serverUrl(given)).toThrow(/is not the address of a Jupyter Server, such as/);
  });
});

describe('an existing server', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function serve(answer: RequestListener): Promise<RemoteServer> {
    server = createServer(answer);
    await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
    return new RemoteServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'secret');
  }

  it('that is not there is told apart from one that is no Jupyter Server, and from a wrong token', async () => {
    const gone = await serve((_, response) => response.end());
    await new Promise((closed) => server!.close(closed));
    await expect(gone.check()).rejects.toThrow(/No server answers at .*ECONNREFUSED/);
    const other = await serve((_, response) => response.end('<html>'));
    await expect(other.check()).rejects.toThrow(/not a Jupyter Server/);
    server!.close();
    const wrong = await serve((request, response) => {
      if (request.url === '/api') response.end('{"version":"2"}');
      else response.writeHead(403).end();
    });
    await expect(wrong.check()).rejects.toThrow(/does not take this token/);
  });

  it('without a Reprise kernel says in a plain word how to install one', async () => {
    const specs = {
      kernelspecs: { python3: { name: 'python3', spec: { argv: ['python', '-m', 'ipykernel_launcher'] } } },
    };
    const plain = await serve((_, response) => response.end(JSON.stringify(specs)));
    await expect(plain.kernelName('/work/train.ipynb')).rejects.toThrow(
      /has no Reprise kernel for train.ipynb. Install it on that machine: reprise kernel train.ipynb --install/,
    );
  });

  it('offers the kernel of this notebook, and never that of another', async () => {
    const spec = (name: string): [string, object] => [
      name,
      { name, spec: { argv: ['python', '/home/me/.local/share/reprise/agent/0.pyz', '-f'] } },
    ];
    const names = ['reprise-other-00000000', 'reprise-train-12345678'];
    const both = await serve((_, response) =>
      response.end(JSON.stringify({ kernelspecs: Object.fromEntries(names.map(spec)) as object })),
    );
    expect(await both.kernelName('/elsewhere/train.ipynb')).toBe('reprise-train-12345678');
    await expect(both.kernelName('/elsewhere/third.ipynb')).rejects.toThrow(/has no Reprise kernel/);
  });
});
