import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandLine, type Ended } from '../../../src/vscode/commandLine';
import { temporaryFolder } from '../lineage/build';

function program(script: string): { commandLine: CommandLine; folder: string } {
  const folder = temporaryFolder();
  const file = path.join(folder, 'cli.cjs');
  writeFileSync(file, script);
  return { commandLine: new CommandLine(file), folder };
}

describe('the bundled command', () => {
  it('is asked for a document and for events, in the folder, with a Node that is one', async () => {
    const { commandLine, folder } = program(`
      const { ELECTRON_RUN_AS_NODE, NO_COLOR, REPRISE_START_SECONDS } = process.env;
      const env = [ELECTRON_RUN_AS_NODE, NO_COLOR, REPRISE_START_SECONDS];
      console.log(JSON.stringify({ args: process.argv.slice(2), folder: process.cwd(), env }, null, 2));
    `);
    const ended = await commandLine.run({ args: ['verify', 'a b.ipynb'], folder, startSeconds: 90 });
    const args = ['verify', 'a b.ipynb', '--format', 'json', '--progress', 'ndjson'];
    expect(ended).toEqual({ code: 0, said: [], document: { args, folder, env: ['1', '1', '90'] } });
  });

  it('tells events from what is said to people', async () => {
    const { commandLine, folder } = program(`
      console.error(JSON.stringify({ n: 1, event: 'cell-start', index: 3 }));
      console.error('');
      console.error('  The notebook changed.  ');
      console.error('{ not JSON');
      console.error('{"other": 1}');
      process.exitCode = 4;
    `);
    const events: object[] = [];
    const said: string[] = [];
    const ended = await commandLine.run({
      args: [],
      folder,
      onEvent: (event) => events.push(event),
      onSaid: (line) => said.push(line),
    });
    expect(events).toEqual([{ n: 1, event: 'cell-start', index: 3 }]);
    expect(said).toEqual(['The notebook changed.', '{ not JSON', '{"other": 1}']);
    expect(ended).toEqual({ code: 4, said });
  });

  it('is interrupted, so that it can keep its partial record', async () => {
    const { commandLine, folder } = program(`
      process.on('SIGINT', () => { console.error('Kept.'); process.exit(130); });
      setInterval(() => {}, 1000);
      console.error('ready');
    `);
    const cancellation = new AbortController();
    const ended = await commandLine.run({
      args: [],
      folder,
      onSaid: (line) => line === 'ready' && cancellation.abort(),
      signal: cancellation.signal,
    });
    expect(ended).toEqual({ code: 130, said: ['ready', 'Kept.'] });
  });

  it('ends with its window', async () => {
    const { commandLine, folder } = program(`
      process.on('SIGINT', () => process.exit(130));
      setInterval(() => {}, 1000);
      console.error('ready');
    `);
    const ended = await commandLine.run({ args: [], folder, onSaid: () => commandLine.dispose() });
    expect(ended.code).toBe(130);
  });

  it('that cannot be started is an end like any other', async () => {
    const folder = temporaryFolder();
    const ended: Ended = await new CommandLine('cli.js', path.join(folder, 'no-such-node')).run({
      args: [],
      folder,
    });
    expect(ended.code).toBe(5);
    expect(ended.said).toEqual([expect.stringMatching(/could not be started: .*ENOENT/)]);
  });
});
