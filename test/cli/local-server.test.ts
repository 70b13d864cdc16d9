/** The agent's kernel server, driven as the editor drives it: session, transport and server are the real ones. */
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentSettings } from '../../src/determinism/policy';
import type { Output } from '../../src/notebook/output';
import type { Command } from '../../src/kernel/execution/state';
import type { CellRequest, KernelMessage } from '../../src/kernel/messages';
import type { TransportListener } from '../../src/kernel/transport';
import { JupyterKernel } from '../../src/kernel/jupyter';
import { type Lease, LocalServer } from '../../src/kernel/server/local';
import { placeOf, readPlace } from '../../src/kernel/server/place';
import { KernelSession } from '../../src/kernel/session';
import { AGENT, PYTHON, until, Workplace } from './support';

let workplace: Workplace;
let windows: Window[];
beforeEach(() => {
  workplace = new Workplace();
  windows = [];
});
afterEach(async () => {
  for (const window of windows) await window.close();
  expect(await workplace.leftBehind()).toEqual([]);
  workplace.remove();
});

/** What a window of the editor does with a kernel, and what its cells then show. */
class Window {
  readonly shown = new Map<string, Output[]>();
  readonly ends = new Map<string, boolean | undefined>();
  readonly asked: Extract<Command, { do: 'ask' }>[] = [];
  readonly lost: string[] = [];
  readonly session = new KernelSession({
    perform: (commands) => commands.forEach((command) => this.show(command)),
    changed: () => undefined,
    cellOrder: () => ['a', 'b', 'c'],
  });
  readonly owner = randomUUID();
  /** Messages that get lost on their way to this window. */
  drops: (message: KernelMessage) => boolean = () => false;
  server!: LocalServer;

  static async open(take = false): Promise<Window> {
    const window = new Window();
    windows.push(window);
    const place = placeOf(workplace.path('study.ipynb'), { XDG_RUNTIME_DIR: workplace.path('runtime') });
    const running = await LocalServer.find(place, window.owner);
    window.server = running ?? (await window.startServer(place));
    const lease = await window.server.lease(take);
    const kernel = lease.kernel ?? (await window.startKernel());
    window.attach(kernel, lease);
    return window;
  }

  run(cell: string, code: string): string {
    const request: CellRequest = {
      msgId: randomUUID(),
      cell,
      index: 'abc'.indexOf(cell),
      code,
      mayRaise: false,
    };
    this.session.run([request]);
    return request.msgId;
  }

  async result(cell: string, code: string): Promise<string> {
    const msgId = this.run(cell, code);
    await until(`${code} has ended`, () => this.ends.has(msgId));
    return this.text(msgId);
  }

  text(msgId: string): string {
    return (this.shown.get(msgId) ?? [])
      .map((output) =>
        output.output_type === 'stream'
          ? output.text
          : output.output_type === 'error'
            ? `${output.ename}: ${output.evalue}`
            : (output.data['text/plain'] as string),
      )
      .join('');
  }

  /** As when the extension host is killed: nothing is told to anyone. */
  vanish(): void {
    this.session.detach();
  }

  async restart(): Promise<void> {
    await this.session.shutdown();
    this.attach(await this.startKernel(), { kernel: null, executions: [] });
  }

  async close(): Promise<void> {
    this.session.detach();
    await this.server.release(true);
  }

  private startServer(place: string): Promise<LocalServer> {
    const environment = { ...process.env, REPRISE_LEASE_SECONDS: '5' };
    const notebook = workplace.path('study.ipynb');
    return LocalServer.start({
      python: PYTHON,
      agent: AGENT,
      place,
      owner: this.owner,
      notebook,
      environment,
    });
  }

  private startKernel() {
    const seed = { value: '07', from: 'option' };
    const config = { policy: 'close', settings: agentSettings('close'), seed, root: workplace.folder };
    return this.server.startKernel(workplace.folder, { REPRISE_CONFIG: JSON.stringify(config) });
  }

  private attach(kernel: NonNullable<Lease['kernel']>, { executions }: Lease): void {
    this.session.open((listener) => {
      const message = (message: KernelMessage) => {
        if (!this.drops(message)) listener.message(message);
      };
      const { session } = this;
      const events: TransportListener = {
        message,
        connection: (state) => session.connection(state),
        died: (death) => session.died(death),
        taken: () => session.taken(),
      };
      return new JupyterKernel(this.server, kernel, this.owner, events);
    });
    this.session.resume(
      executions.map(({ msgId, cell: { id, index }, state }) => ({
        request: { msgId, cell: id, index, code: '', mayRaise: false },
        done: state === 'done',
      })),
    );
  }

  private show(command: Command): void {
    if (command.do === 'send') return;
    const { msgId } = command;
    const outputs = this.shown.get(msgId) ?? [];
    this.shown.set(msgId, outputs);
    if (command.do === 'clear') outputs.length = 0;
    if (command.do === 'append') outputs.push(command.output);
    if (command.do === 'replace') outputs[command.at] = command.output;
    if (command.do === 'text') {
      const output = outputs[command.at] as { text: string };
      outputs[command.at] = { ...output, text: output.text + command.text } as Output;
    }
    if (command.do === 'settle') this.shown.set(msgId, command.outputs);
    if (command.do === 'end' || command.do === 'settle') this.ends.set(msgId, command.success);
    if (command.do === 'ask') this.asked.push(command);
    if (command.do === 'lost') this.lost.push(msgId);
  }
}

it('runs cells, and their record is that of the command line', async () => {
  const window = await Window.open();
  expect(await window.result('a', 'import random\nprint(random.random())\n6 * 7')).toMatch(/^0\.\d+\n42$/);
  expect(await window.result('b', '1 / 0')).toBe('ZeroDivisionError: division by zero');
  expect(await window.result('c', 'import time\nfor i in range(3): print(i, flush=True)')).toBe('0\n1\n2\n');
  expect(window.lost).toEqual([]);
  const record = workplace.record();
  expect(record.broken).toBeNull();
  expect(record.cells.map(({ id, index, status, order }) => [id, index, status, order])).toEqual([
    ['a', 0, 'ok', ['a', 'b', 'c']],
    ['b', 1, 'error', undefined],
    ['c', 2, 'ok', undefined],
  ]);
});

it('has the kernel say what a cell shows, where a connection lost some of it', async () => {
  const window = await Window.open();
  window.drops = ({ content }) => content.text === 'two\n';
  const code =
    'import time\nfor word in ["one", "two", "three"]:\n    print(word, flush=True)\n    time.sleep(0.3)';
  expect(await window.result('a', code)).toBe('one\nthree\n');
  const [msgId, ...others] = window.lost;
  expect(others).toEqual([]);
  expect(await window.session.recover(msgId!)).toBe(true);
  expect(window.text(msgId!)).toBe('one\ntwo\nthree\n');
});

it('learns from the kernel that a cell has ended whose end was lost', async () => {
  const window = await Window.open();
  window.drops = ({ header }) => header.msg_type === 'status' || header.msg_type === 'execute_reply';
  const msgId = window.run('a', 'print("all")');
  await until('it has printed', () => window.text(msgId) === 'all\n');
  expect(window.ends.has(msgId)).toBe(false);
  expect(await window.session.recover(msgId)).toBe(true);
  expect([window.ends.get(msgId), window.text(msgId)]).toEqual([true, 'all\n']);
});

it('misses nothing when the window is gone for a while, twice', async () => {
  const first = await Window.open();
  const msgId = first.run(
    'a',
    'import time\nfor i in range(30):\n    print(i, flush=True)\n    time.sleep(0.1)\n"done"',
  );
  await until('something is printed', () => first.text(msgId).includes('3\n'));
  first.vanish();
  await sleep(500);
  const second = await Window.open();
  await until('it is shown again', () => second.text(msgId).includes('9\n'));
  second.vanish();
  await sleep(300);
  const third = await Window.open();
  await until('the cell has ended', () => third.ends.get(msgId) === true);
  expect(third.text(msgId)).toBe(`${Array.from({ length: 30 }, (_, i) => `${i}\n`).join('')}'done'`);
  expect(third.lost).toEqual([]);
  expect(await third.result('b', 'i')).toBe('29');
});

it('shows a cell that ended while no window was there', async () => {
  const first = await Window.open();
  const msgId = first.run('a', 'import time\ntime.sleep(1)\nprint("at last")\n1 / 0');
  await sleep(300);
  first.vanish();
  await sleep(1500);
  const second = await Window.open();
  await until('it is shown', () => second.ends.has(msgId));
  expect([second.ends.get(msgId), second.text(msgId)]).toEqual([
    false,
    'at last\nZeroDivisionError: division by zero',
  ]);
});

it('is one server for two windows, and goes to the one that takes it', async () => {
  const first = await Window.open();
  expect(await first.result('a', 'x = 5')).toBe('');
  const msgId = first.run('b', 'import time\ntime.sleep(1.5)\nprint("shown there")');
  await expect(Window.open()).rejects.toThrow(/in use by another window.*take the kernel over/);
  const second = await Window.open(true);
  await until('the first window is told', () => first.session.status === 'taken');
  expect(first.text(msgId)).toMatch(/Another window took this kernel over/);
  await until('it ends in the second', () => second.ends.get(msgId) === true);
  expect(second.text(msgId)).toBe('shown there\n');
  expect(await second.result('a', 'x')).toBe('5');
});

it('interrupts an endless loop, and drops what waits', async () => {
  const window = await Window.open();
  const loop = window.run('a', 'while True: pass');
  window.run('b', 'print("never")');
  await sleep(500);
  await window.session.interrupt();
  await until('it stops', () => window.ends.has(loop));
  expect(window.text(loop)).toMatch(/^KeyboardInterrupt/);
  expect(window.session.isBusy).toBe(false);
});

it('asks for input again in a window that comes later', async () => {
  const first = await Window.open();
  const msgId = first.run('a', 'print("hello", input("Name? "))');
  await until('it asks', () => first.asked.length === 1);
  first.vanish();
  const second = await Window.open();
  await until('it asks again', () => second.asked.length === 1);
  second.session.answer(second.asked[0]!.request, 'Ada');
  await until('it ends', () => second.ends.get(msgId) === true);
  expect(second.text(msgId)).toContain('hello Ada\n');
});

it('tells at once that the kernel died, of what, and closes its record', async () => {
  const window = await Window.open();
  const begun = Date.now();
  expect(await window.result('a', 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)')).toMatch(
    /^KernelDied: The kernel died \(SIGKILL, often for lack of memory\)/,
  );
  expect(Date.now() - begun).toBeLessThan(15_000);
  await until('the record is closed', () => workplace.record().summary !== null);
  expect(workplace.record()).toMatchObject({
    broken: null,
    summary: { status: 'died', died: { id: 'a', signal: 'SIGKILL' } },
  });
});

it('tells at once that the server was killed, and takes the kernel with it', async () => {
  const window = await Window.open();
  const msgId = window.run('a', 'import time\nprint("begun", flush=True)\ntime.sleep(60)');
  await until('it runs', () => window.text(msgId) === 'begun\n');
  const place = placeOf(workplace.path('study.ipynb'), { XDG_RUNTIME_DIR: workplace.path('runtime') });
  process.kill(readPlace(place)!.pid, 'SIGKILL');
  await until('it is told', () => window.ends.has(msgId), 5000);
  expect(window.text(msgId)).toMatch(/^begun\nKernelDied: .*The kernel server ended/s);
  expect(await workplace.leftBehind()).toEqual([]);
  const again = await Window.open();
  expect(await again.result('a', '1 + 1')).toBe('2');
});

it('ends by itself when no window is left', async () => {
  const window = await Window.open();
  expect(await window.result('a', '1')).toBe('1');
  window.vanish();
  await until('it has ended', () => workplace.processes().length === 0, 15_000);
  expect(workplace.record().summary?.status).toBe('ok');
  expect(path.basename(workplace.record().header.notebook)).toBe('');
});

it('says what a Python without ipykernel lacks', async () => {
  const python = workplace.write('empty/bin/python', `#!/bin/sh\nexec ${PYTHON} -S "$@"\n`);
  const { chmodSync } = await import('node:fs');
  chmodSync(python, 0o755);
  const place = placeOf('other', { XDG_RUNTIME_DIR: workplace.path('runtime') });
  const launch = { python, agent: AGENT, place, owner: 'o', notebook: 'n', environment: process.env };
  await expect(LocalServer.start(launch)).rejects.toThrow(/has no ipykernel, so it cannot run notebooks/);
});

it.each([
  ['idle', ''],
  ['busy', 'import time\ntime.sleep(60)'],
  [
    'deaf',
    'import time\nwhile True:\n    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass',
  ],
])('has a new, empty kernel after a restart of one that was %s', async (_, code) => {
  const window = await Window.open();
  await window.result('a', 'x = 1');
  if (code !== '') window.run('b', code);
  await sleep(300);
  await window.restart();
  expect(await window.result('c', '"x" in globals()')).toBe('False');
  const [second, first] = workplace.store.runIds().map((run) => workplace.record(run));
  expect(first?.summary?.status).toMatch(code === '' ? /^ok$/ : /^(ok|error|died)$/);
  expect(second?.summary).toBeNull();
});
