/** VS Code in the browser with Reprise installed and a copy of the examples open, until Ctrl-C. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../lib/checkout.mjs';
import { Failure, runScript } from '../lib/steps.mjs';
import { EditorServer, installExtensions } from './server.mts';

const USAGE = 'Usage: npm run editor -- [--port N] [--folder DIR]';

await runScript(async () => {
  const { port, folder } = options();
  const place = mkdtempSync(path.join(tmpdir(), 'reprise-editor-'));
  const ended = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve());
  });
  let server;
  try {
    const program = named('REPRISE_EDITOR_SERVER');
    const extensions = path.join(place, 'installed');
    await installExtensions(program, extensions, [named('REPRISE_EDITOR_VSIX')]);
    const opened = folder ?? copyOfExamples(place);
    const data = path.join(place, 'vscode');
    mkdirSync(data);
    const settings = { 'reprise.python': named('REPRISE_EDITOR_PYTHON') };
    server = await EditorServer.start({ program, folder: data, extensions, settings, port });
    console.log(`\nOpen this in your browser:\n\n  ${server.url(opened)}\n`);
    console.log(`It shows ${folder ?? `a copy of the examples, in ${opened}`}.`);
    console.log('Ctrl-C ends VS Code and its kernels.');
    await ended;
    process.exitCode = 130;
  } finally {
    await server?.stop();
    rmSync(place, { recursive: true, force: true });
  }
});

function options() {
  try {
    const { values } = parseArgs({ options: { port: { type: 'string' }, folder: { type: 'string' } } });
    const port = Number(values.port ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error();
    return { port, ...(values.folder === undefined ? {} : { folder: path.resolve(values.folder) }) };
  } catch {
    throw new Failure(USAGE);
  }
}

function copyOfExamples(place) {
  const copy = path.join(place, 'examples');
  const filter = (file) => !file.endsWith('.reprise');
  cpSync(path.join(root, 'examples'), copy, { recursive: true, filter });
  return copy;
}

function named(variable) {
  const value = process.env[variable];
  if (!value) throw new Failure(`${USAGE}\nIt is started by \`npm run editor\`, which gets it ready.`);
  return value;
}
