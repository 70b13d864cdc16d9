/**
 * Listens on loopback for functions sent as text, runs them in the extension host with the `vscode` API, and answers
 * with their result as JSON. Where it listens stands in `$TEST_BRIDGE_FOLDER/<pid of the extension host>.json`.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import * as vscode from 'vscode';

export function activate(context) {
  const { TEST_BRIDGE_FOLDER: folder, TEST_BRIDGE_TOKEN: token } = process.env;
  if (!folder || !token) return;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(403).end();
    void answer(request).then((reply) => response.end(JSON.stringify(reply)));
  });
  // A function of a test takes as long as it takes.
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1', () => announce(folder, server.address().port));
  context.subscriptions.push({ dispose: () => server.close() });
}

async function answer(request) {
  try {
    const { source, arg } = JSON.parse(await text(request));
    const run = (0, eval)(`(${source})`);
    const value = await run(vscode, arg);
    return { value: JSON.stringify(value) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Written whole, since the tests look for it all the time. */
function announce(folder, port) {
  const file = path.join(folder, `${process.pid}.json`);
  writeFileSync(`${file}.new`, JSON.stringify({ port, pid: process.pid }));
  renameSync(`${file}.new`, file);
}
