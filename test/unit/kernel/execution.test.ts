/** What the messages of a kernel mean for the cells of a notebook. */
import { describe, expect, it } from 'vitest';
import { rawDigest, type Output } from '../../../src/notebook/output';
import type { Json } from '../../../src/notebook/digest';
import { step } from '../../../src/kernel/execution/reducer';
import { LIMIT } from '../../../src/kernel/execution/outputs';
import { type Command, EMPTY, type KernelEvent, type KernelState } from '../../../src/kernel/execution/state';
import type { CellRequest, KernelMessage } from '../../../src/kernel/messages';

/** A kernel session in which a test speaks for the kernel, and that shows what each cell would. */
class Session {
  state: KernelState = EMPTY;
  readonly log: Command[] = [];
  readonly shown = new Map<string, Output[]>();

  take(event: KernelEvent): Command[] {
    const { state, commands } = step(this.state, event);
    this.state = state;
    this.log.push(...commands);
    for (const command of commands) this.show(command);
    return commands;
  }

  run(...cells: (string | Partial<CellRequest>)[]): Command[] {
    const requests = cells.map((cell, index) =>
      request(typeof cell === 'string' ? { msgId: cell } : cell, index),
    );
    return this.take({ type: 'run', requests });
  }

  hear(parent: string, type: string, content: { [key: string]: Json } = {}, metadata = {}): Command[] {
    return this.take({ type: 'message', message: message(parent, type, content, metadata) });
  }

  print(parent: string, text: string, name = 'stdout'): Command[] {
    return this.hear(parent, 'stream', { name, text });
  }

  end(parent: string, status = 'ok', raw?: string): Command[] {
    const metadata = raw ? { reprise: { outputs: { raw } } } : {};
    const replied = this.hear(parent, 'execute_reply', { status }, metadata);
    return [...replied, ...this.hear(parent, 'status', { execution_state: 'idle' })];
  }

  sent(): string[] {
    return this.log.flatMap((command) => (command.do === 'send' ? [command.request.msgId] : []));
  }

  texts(cell: string): string[] {
    return (this.shown.get(cell) ?? []).map((output) =>
      output.output_type === 'stream'
        ? String(output.text)
        : output.output_type === 'error'
          ? output.evalue
          : JSON.stringify(output.data),
    );
  }

  private show(command: Command): void {
    if (command.do === 'send') return;
    const outputs = this.shown.get(command.msgId) ?? [];
    if (command.do === 'clear') this.shown.set(command.msgId, []);
    if (command.do === 'append') this.shown.set(command.msgId, [...outputs, command.output]);
    if (command.do === 'replace') outputs[command.at] = command.output;
    if (command.do === 'settle') this.shown.set(command.msgId, command.outputs);
    if (command.do === 'text') {
      const output = outputs[command.at] as { text: string };
      outputs[command.at] = { ...output, text: output.text + command.text } as Output;
    }
  }
}

const BEGAN = Date.UTC(2026, 0, 1);

function request(given: Partial<CellRequest>, index: number): CellRequest {
  return { msgId: 'a', cell: `cell of ${given.msgId ?? 'a'}`, index, code: 'x', mayRaise: false, ...given };
}

function message(
  parent: string,
  type: string,
  content: { [key: string]: Json },
  metadata = {},
): KernelMessage {
  return {
    channel: type === 'execute_reply' ? 'shell' : 'iopub',
    header: { msg_id: 'm', msg_type: type, date: '2026-01-01T00:00:00.000Z' },
    parent_header: { msg_id: parent },
    content,
    metadata,
  };
}

const kinds = (commands: readonly Command[]) => commands.map((command) => command.do);
const ends = (commands: readonly Command[]) =>
  commands.flatMap((command) => (command.do === 'end' ? [[command.msgId, command.success]] : []));

describe('the queue', () => {
  it('gives the kernel one cell at a time, and the next when the reply and the idle status have come', () => {
    const session = new Session();
    session.run('a', 'b');
    expect(session.sent()).toEqual(['a']);
    session.hear('a', 'status', { execution_state: 'idle' });
    expect(session.sent()).toEqual(['a']);
    const commands = session.hear('a', 'execute_reply', { status: 'ok' });
    expect(kinds(commands)).toEqual(['end', 'start', 'clear', 'send']);
    expect(session.sent()).toEqual(['a', 'b']);
  });

  it('stops behind a cell that raises', () => {
    const session = new Session();
    session.run('a', 'b', 'c');
    const commands = session.end('a', 'error');
    expect(ends(commands)).toEqual([['a', false]]);
    expect(commands.filter(({ do: what }) => what === 'cancel')).toEqual([
      { do: 'cancel', msgId: 'b' },
      { do: 'cancel', msgId: 'c' },
    ]);
    expect(session.sent()).toEqual(['a']);
  });

  it('goes on behind a cell that may raise', () => {
    const session = new Session();
    session.run({ msgId: 'a', cell: '1', mayRaise: true }, 'b');
    expect(ends(session.end('a', 'error'))).toEqual([['a', false]]);
    expect(session.sent()).toEqual(['a', 'b']);
  });

  it('drops what waits on an interrupt, and lets the running cell end as the kernel says', () => {
    const session = new Session();
    session.run('a', 'b');
    expect(session.take({ type: 'interrupt' })).toEqual([{ do: 'cancel', msgId: 'b' }]);
    expect(ends(session.end('a', 'error'))).toEqual([['a', false]]);
    expect(session.sent()).toEqual(['a']);
  });

  it('takes cells that are run while others wait', () => {
    const session = new Session();
    session.run('a');
    session.run('b');
    session.end('a');
    expect(session.sent()).toEqual(['a', 'b']);
  });

  it('goes on past a waiting cell that was deleted, and awaits the end of a running one', () => {
    const session = new Session();
    session.run('a', 'b', 'c');
    session.take({ type: 'forget', msgId: 'b' });
    session.take({ type: 'forget', msgId: 'a' });
    expect(session.sent()).toEqual(['a']);
    expect(session.print('a', 'to nobody')).toEqual([]);
    session.end('a');
    expect(session.sent()).toEqual(['a', 'c']);
  });

  it('is not stopped by the interrupt that ends a running cell which was deleted', () => {
    const session = new Session();
    session.run('a');
    session.take({ type: 'forget', msgId: 'a' });
    session.run('b');
    session.end('a', 'error');
    expect(session.sent()).toEqual(['a', 'b']);
  });
});

describe('a connection that loses messages', () => {
  it('has the cell show what the kernel says that it shows', () => {
    const session = new Session();
    session.run('a');
    session.print('a', 'one ');
    const whole = [{ output_type: 'stream' as const, name: 'stdout', text: 'one two' }];
    expect(session.end('a', 'ok', rawDigest(whole)).map((command) => command.do)).toContain('lost');
    session.take({ type: 'recalled', msgId: 'a', outputs: whole });
    expect(session.texts('a')).toEqual(['one two']);
  });

  it('ends a cell whose end was lost too, and goes on', () => {
    const session = new Session();
    session.take({ type: 'resume', executions: [{ request: request({ msgId: 'a' }, 0), done: false }] });
    session.run('b');
    expect(session.sent()).toEqual([]);
    const outputs = [{ output_type: 'stream' as const, name: 'stdout', text: 'done' }];
    const commands = session.take({ type: 'recalled', msgId: 'a', outputs });
    expect(session.texts('a')).toEqual(['done']);
    expect(commands).toContainEqual({ do: 'end', msgId: 'a', success: true });
    expect(session.sent()).toEqual(['b']);
  });

  it('stops behind a cell that turns out to have failed', () => {
    const session = new Session();
    session.take({ type: 'resume', executions: [{ request: request({ msgId: 'a' }, 0), done: false }] });
    session.run('b');
    const outputs = [{ output_type: 'error' as const, ename: 'E', evalue: 'e', traceback: [] }];
    expect(session.take({ type: 'recalled', msgId: 'a', outputs })).toContainEqual({
      do: 'end',
      msgId: 'a',
      success: false,
    });
    expect(session.sent()).toEqual([]);
  });
});

describe('outputs', () => {
  it('joins neighbouring text of one stream, and begins anew where another output stands between', () => {
    const session = new Session();
    session.run('a');
    session.print('a', 'one ');
    session.print('a', 'two');
    session.print('a', 'oh', 'stderr');
    session.print('a', 'three');
    expect(session.texts('a')).toEqual(['one two', 'oh', 'three']);
  });

  it('clears at once, or with the next output', () => {
    const session = new Session();
    session.run('a');
    session.print('a', 'one');
    expect(kinds(session.hear('a', 'clear_output', { wait: true }))).toEqual([]);
    expect(session.texts('a')).toEqual(['one']);
    session.print('a', 'two');
    expect(session.texts('a')).toEqual(['two']);
    session.hear('a', 'clear_output', { wait: false });
    expect(session.texts('a')).toEqual([]);
  });

  it('updates a display wherever it is shown, also in a cell that has ended', () => {
    const session = new Session();
    const display = (text: string) => ({
      data: { 'text/plain': text },
      metadata: {},
      transient: { display_id: 'd' },
    });
    session.run('a', 'b');
    session.hear('a', 'display_data', display('old'));
    session.end('a');
    session.hear('b', 'display_data', display('old'));
    session.hear('b', 'update_display_data', display('new'));
    expect(session.texts('a')).toEqual(['{"text/plain":"new"}']);
    expect(session.texts('b')).toEqual(['{"text/plain":"new"}']);
  });

  it('shows what a thread prints after its cell has ended', () => {
    const session = new Session();
    session.run('a');
    session.print('a', 'now');
    session.end('a');
    expect(kinds(session.print('a', ' and later'))).toEqual(['text']);
    expect(session.texts('a')).toEqual(['now and later']);
  });

  it('says that output was lost when what arrived is not what the kernel recorded', () => {
    const whole = rawDigest([{ output_type: 'stream', name: 'stdout', text: 'all of it' }]);
    const session = new Session();
    session.run('a', 'b');
    session.print('a', 'all of it');
    expect(kinds(session.end('a', 'ok', whole))).not.toContain('lost');
    session.print('b', 'all of');
    expect(kinds(session.end('b', 'ok', whole))).toContain('lost');
  });

  it('shows head and tail of an output that is too large, and where the whole is', () => {
    const session = new Session();
    session.run('a');
    session.print('a', 'the head\n');
    const line = `${'x'.repeat(1023)}\n`;
    for (let i = 0; i < LIMIT / 1024 + 10; i++) session.print('a', line);
    session.print('a', 'the tail\n');
    const raw = 'f'.repeat(64);
    expect(kinds(session.end('a', 'ok', raw))).not.toContain('lost');
    const shown = session.texts('a').join('');
    expect(shown.startsWith('the head\nxxx')).toBe(true);
    expect(shown).toContain('the tail\n\n[10,496,018 characters in all');
    expect(shown).toContain(`.reprise/objects/${raw}`);
    expect(shown.length).toBeLessThan(1.2 * (1 << 20));
  });

  it('shows the head also of what comes in one piece', () => {
    const session = new Session();
    session.run('a');
    session.print('a', `head${'x'.repeat(LIMIT)}tail`);
    session.end('a');
    const shown = session.texts('a').join('');
    expect(shown.startsWith('headxxx')).toBe(true);
    expect(shown).toContain('xxxtail\n[');
  });

  it('asks for input', () => {
    const session = new Session();
    session.run('a');
    const [ask] = session.hear('a', 'input_request', { prompt: 'Name? ', password: true });
    expect(ask).toMatchObject({ do: 'ask', msgId: 'a', prompt: 'Name? ', password: true });
  });
});

describe('a kernel that dies', () => {
  it('ends the running cell with what happened, and drops the rest', () => {
    const session = new Session();
    session.run('a', 'b');
    session.print('a', 'until here');
    const commands = session.hear('', 'status', {
      execution_state: 'dead',
      reprise: { signal: 'SIGKILL', said: 'bye' },
    });
    expect(ends(commands)).toEqual([['a', false]]);
    expect(kinds(commands)).toEqual(['append', 'end', 'cancel']);
    expect(session.texts('a')[0]).toBe('until here');
    expect(session.texts('a')[1]).toMatch(
      /^The kernel died \(SIGKILL, often for lack of memory\).*kept.*Run the notebook again.*\nIts last words:\nbye$/s,
    );
    expect(kinds(session.run('c'))).toEqual(['cancel']);
  });

  it('tells it once', () => {
    const session = new Session();
    session.run('a');
    session.take({ type: 'died', death: { code: 1 } });
    expect(session.hear('', 'status', { execution_state: 'dead' })).toEqual([]);
  });
});

describe('a window that attaches again', () => {
  const resumed = (msgId: string, done: boolean) => ({ request: request({ msgId }, 0), done });

  it('shows the running cell from its beginning, and goes on', () => {
    const session = new Session();
    expect(session.take({ type: 'resume', executions: [resumed('a', false)] })).toEqual([]);
    expect(session.hear('a', 'status', { execution_state: 'busy' })).toEqual([
      { do: 'start', msgId: 'a', at: BEGAN },
      { do: 'clear', msgId: 'a' },
    ]);
    expect(session.hear('a', 'status', { execution_state: 'busy' })).toEqual([]);
    session.print('a', 'before and ');
    session.print('a', 'after');
    session.run('b');
    expect(session.sent()).toEqual([]);
    expect(ends(session.end('a'))).toEqual([['a', true]]);
    expect(session.texts('a')).toEqual(['before and after']);
    expect(session.sent()).toEqual(['b']);
  });

  it('goes on below what a cell shows, where the server kept only what came since', () => {
    const session = new Session();
    session.take({ type: 'resume', executions: [resumed('a', false)] });
    expect(kinds(session.print('a', 'since'))).toEqual(['start', 'append']);
    const commands = session.end(
      'a',
      'ok',
      rawDigest([{ output_type: 'stream', name: 'stdout', text: 'all' }]),
    );
    expect(kinds(commands)).toEqual(['end', 'lost']);
  });

  it('shows a cell that ended meanwhile in one piece', () => {
    const session = new Session();
    expect(session.take({ type: 'resume', executions: [resumed('a', true)] })).toEqual([]);
    expect(session.hear('a', 'execute_input', { execution_count: 7 })).toEqual([]);
    expect(session.print('a', 'missed')).toEqual([]);
    const outputs = [{ output_type: 'stream', name: 'stdout', text: 'missed' }];
    expect(session.end('a')).toEqual([
      { do: 'settle', msgId: 'a', outputs, count: 7, success: true, began: BEGAN, done: BEGAN },
    ]);
  });

  it('shows only the newest execution of a cell', () => {
    const session = new Session();
    const again = { request: request({ msgId: 'later', cell: 'cell of a' }, 0), done: true };
    session.take({ type: 'resume', executions: [resumed('a', true), again] });
    session.print('a', 'old');
    expect(session.end('a')).toEqual([]);
    session.print('later', 'new');
    expect(kinds(session.end('later'))).toEqual(['settle']);
  });

  it('ends what this window shows when another takes the kernel', () => {
    const session = new Session();
    session.run('a', 'b');
    const commands = session.take({ type: 'close', message: 'Taken.' });
    expect(kinds(commands)).toEqual(['append', 'end', 'cancel']);
    expect(session.texts('a')).toEqual(['Taken.']);
  });
});
