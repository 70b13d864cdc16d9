/**
 * What a kernel's messages mean for the cells of a notebook: state and event in, state and commands out. One cell is
 * with the kernel at a time; those behind it wait here, so that an error, an interrupt or a closed notebook stops them.
 */
import { type Output, rawDigest } from '../../notebook/output';
import type { Death, CellRequest, KernelMessage } from '../messages';
import { addOutput, closeTail, errorOutput, updateDisplays } from './outputs';
import {
  type Command,
  type Execution,
  type KernelEvent,
  type KernelState,
  type Step,
  withExecution,
} from './state';

export function step(state: KernelState, event: KernelEvent): Step {
  switch (event.type) {
    case 'run':
      return run(state, event.requests);
    case 'message':
      return hear(state, event.message);
    case 'interrupt':
      return cancelQueue(state);
    case 'died':
      return die(state, event.death);
    case 'close': {
      const { message } = event;
      return endAll(state, message === undefined ? undefined : errorOutput('KernelGone', message), undefined);
    }
    case 'resume':
      return resume(state, event.executions);
    case 'recalled':
      return recall(state, event.msgId, event.outputs);
    case 'forget':
      return forget(state, event.msgId);
  }
}

function run(state: KernelState, requests: CellRequest[]): Step {
  if (state.dead !== null) {
    return { state, commands: requests.map(({ msgId }) => ({ do: 'cancel', msgId })) };
  }
  const fresh = requests.map((request) => started(request, 'queued', false));
  const queued = fresh.reduce(withOnlyExecution, state);
  const queue = [...state.queue, ...requests.map(({ msgId }) => msgId)];
  return sendNext({ ...queued, queue });
}

function started(request: CellRequest, phase: Execution['phase'], settling: boolean): Execution {
  return {
    request, phase, outputs: [], size: 0, tail: null, clearOnNext: false, idle: false, reply: null, count: null, settling, resumed: false, partial: false,
  }; // prettier-ignore
}

/** A cell shows its newest execution: displays of an earlier one can no longer be updated. */
function withOnlyExecution(state: KernelState, execution: Execution): KernelState {
  const executions = new Map(state.executions);
  for (const [msgId, { request, phase }] of executions) {
    if (request.cell === execution.request.cell && phase === 'ended') executions.delete(msgId);
  }
  executions.set(execution.request.msgId, execution);
  return { ...state, executions };
}

function sendNext(state: KernelState): Step {
  const [msgId, ...queue] = state.queue;
  if (state.running !== null || msgId === undefined) return { state, commands: [] };
  const execution = state.executions.get(msgId);
  if (execution === undefined) return sendNext({ ...state, queue });
  return {
    state: withExecution({ ...state, queue, running: msgId }, { ...execution, phase: 'running' }),
    commands: [
      { do: 'start', msgId },
      { do: 'clear', msgId },
      { do: 'send', request: execution.request },
    ],
  };
}

function cancelQueue(state: KernelState): Step {
  const executions = new Map(state.executions);
  for (const msgId of state.queue) executions.delete(msgId);
  return {
    state: { ...state, executions, queue: [] },
    commands: state.queue.map((msgId) => ({ do: 'cancel', msgId })),
  };
}

function die(state: KernelState, death: Death): Step {
  if (state.dead !== null) return { state, commands: [] };
  return endAll({ ...state, dead: death }, errorOutput('KernelDied', deathMessage(death)), false);
}

function endAll(state: KernelState, output: Output | undefined, success: boolean | undefined): Step {
  const { state: emptied, commands } = cancelQueue(state);
  const ended: Command[] = [];
  let next: KernelState = { ...emptied, running: null };
  for (const execution of emptied.executions.values()) {
    if (execution.phase !== 'running') continue;
    const { msgId } = execution.request;
    const outputs = [...execution.outputs, ...(output ? [{ output }] : [])];
    next = withExecution(next, { ...execution, phase: 'ended', outputs });
    if (execution.settling) {
      ended.push(settle({ ...execution, outputs }, success));
      continue;
    }
    if (output) ended.push({ do: 'append', msgId, output });
    ended.push({ do: 'end', msgId, success });
  }
  return { state: next, commands: [...ended, ...commands] };
}

function settle(execution: Execution, success: boolean | undefined): Command {
  const { request, outputs, count, began, done } = execution;
  return {
    do: 'settle',
    msgId: request.msgId,
    outputs: outputs.map(({ output }) => output),
    count,
    success,
    ...(began === undefined ? {} : { began }),
    ...(done === undefined ? {} : { done }),
  };
}

/** What happened, what was kept, what to do. */
export function deathMessage({ signal, code, said }: Death): string {
  const why = signal
    ? ` (${signal}${signal === 'SIGKILL' ? ', often for lack of memory' : ''})`
    : code === undefined
      ? ''
      : ` (exit code ${code})`;
  const last = said ? `\nIts last words:\n${said}` : '';
  return (
    `The kernel died${why}. Its variables are lost; what the cells printed and the record until here are kept. ` +
    `Run the notebook again to start a new kernel.${last}`
  );
}

function resume(state: KernelState, executions: { request: CellRequest; done: boolean }[]): Step {
  const newest = new Map(executions.map((execution) => [execution.request.cell, execution]));
  let next = state;
  for (const { request, done } of newest.values()) {
    if (next.executions.has(request.msgId)) continue;
    next = withOnlyExecution(next, { ...started(request, 'running', done), resumed: true });
    if (!done) next = { ...next, running: request.msgId };
  }
  return { state: next, commands: [] };
}

function forget(state: KernelState, msgId: string): Step {
  const executions = new Map(state.executions);
  const known = executions.get(msgId);
  if (known === undefined) return { state, commands: [] };
  if (known.phase === 'running') {
    // Its end is awaited all the same: the cells behind it run after it.
    executions.set(msgId, { ...known, settling: true });
    return { state: { ...state, executions }, commands: [{ do: 'cancel', msgId }] };
  }
  executions.delete(msgId);
  return {
    state: { ...state, executions, queue: state.queue.filter((id) => id !== msgId) },
    commands: [{ do: 'cancel', msgId }],
  };
}

function hear(state: KernelState, message: KernelMessage): Step {
  const { msg_type: kind } = message.header;
  if (kind === 'status') {
    const now = message.content.execution_state;
    if (now === 'dead' || now === 'restarting') return die(state, (message.content.reprise ?? {}) as Death);
  }
  if (kind === 'update_display_data') return update(state, message);
  const execution = state.executions.get(message.parent_header.msg_id ?? '');
  if (execution === undefined) return { state, commands: [] };
  const begun = begin(execution, message);
  const { state: next, commands } = follow(state, begun.execution, message);
  return { state: next, commands: [...begun.commands, ...commands] };
}

function follow(state: KernelState, execution: Execution, message: KernelMessage): Step {
  switch (message.header.msg_type) {
    case 'status': {
      const isIdle = message.content.execution_state === 'idle';
      return endIfDone(state, isIdle ? { ...execution, idle: true, done: dateOf(message) } : execution);
    }
    case 'execute_reply':
      return endIfDone(state, { ...execution, reply: replyOf(message) });
    case 'execute_input':
      return count(state, execution, message.content.execution_count as number);
    case 'input_request':
      return ask(state, execution, message);
    case 'stream':
    case 'display_data':
    case 'execute_result':
    case 'error':
    case 'clear_output':
      return apply(state, execution, addOutput(execution, message));
    default:
      return { state: withExecution(state, execution), commands: [] };
  }
}

/** The first message of what ran before this window attached: from its beginning, or what came since from a server that keeps no more. */
function begin(execution: Execution, message: KernelMessage): { execution: Execution; commands: Command[] } {
  const at = dateOf(message);
  if (!execution.resumed || execution.began !== undefined || at === undefined)
    return { execution, commands: [] };
  const fromStart = message.content.execution_state === 'busy';
  const begun = { ...execution, began: at, partial: !fromStart };
  if (execution.settling) return { execution: begun, commands: [] };
  const { msgId } = execution.request;
  const start: Command = { do: 'start', msgId, at };
  return { execution: begun, commands: fromStart ? [start, { do: 'clear', msgId }] : [start] };
}

function dateOf({ header }: KernelMessage): number | undefined {
  return header.date === undefined ? undefined : Date.parse(header.date);
}

function replyOf({ content, metadata }: KernelMessage): NonNullable<Execution['reply']> {
  const record = metadata.reprise as { outputs?: { raw?: string } } | undefined;
  const raw = record?.outputs?.raw;
  return { status: content.status as string, ...(raw ? { raw } : {}) };
}

function apply(
  state: KernelState,
  before: Execution,
  grown: { execution: Execution; commands: Command[] },
): Step {
  return { state: withExecution(state, grown.execution), commands: before.settling ? [] : grown.commands };
}

function update(state: KernelState, message: KernelMessage): Step {
  let next = state;
  const commands: Command[] = [];
  for (const execution of state.executions.values()) {
    const grown = updateDisplays(execution, message);
    if (grown === undefined) continue;
    next = withExecution(next, grown.execution);
    if (!execution.settling) commands.push(...grown.commands);
  }
  return { state: next, commands };
}

function count(state: KernelState, execution: Execution, value: number): Step {
  const { msgId } = execution.request;
  return {
    state: withExecution(state, { ...execution, count: value }),
    commands: execution.settling ? [] : [{ do: 'order', msgId, count: value }],
  };
}

function ask(state: KernelState, execution: Execution, request: KernelMessage): Step {
  const { prompt, password } = request.content;
  const { msgId } = execution.request;
  return {
    state,
    commands: [{ do: 'ask', msgId, request, prompt: prompt as string, password: password === true }],
  };
}

/** The reply and the idle status come by two sockets, in any order; outputs come before the idle status. */
function endIfDone(state: KernelState, execution: Execution): Step {
  if (execution.phase !== 'running' || execution.reply === null || !execution.idle) {
    return { state: withExecution(state, execution), commands: [] };
  }
  const { msgId, mayRaise } = execution.request;
  const { status, raw } = execution.reply;
  const success = status === 'ok' ? true : status === 'aborted' ? undefined : false;
  const checked = raw !== undefined && execution.tail === null;
  const lost = checked && (execution.partial || !isWhole(execution, raw));
  const closed = closeTail(execution);
  const ended: Execution = { ...closed.execution, phase: 'ended', settling: false };
  const commands: Command[] = execution.settling
    ? [settle(ended, success)]
    : [...closed.commands, { do: 'end', msgId, success }];
  if (lost) commands.push({ do: 'lost', msgId });
  const running = state.running === msgId ? null : state.running;
  const next = withExecution({ ...state, running }, ended);
  // What became of a cell that was deleted is no reason to stop: the user ran the next ones knowing it gone.
  const goesOn = success || mayRaise || execution.settling;
  const after = goesOn ? { state: next, commands: [] } : cancelQueue(next);
  const sent = sendNext(after.state);
  return { state: sent.state, commands: [...commands, ...after.commands, ...sent.commands] };
}

/** Messages of it were lost: outputs, and where it still seems to run, those of its end too. */
function recall(state: KernelState, msgId: string, recalled: Output[]): Step {
  const execution = state.executions.get(msgId);
  if (execution === undefined || execution.phase === 'queued') return { state, commands: [] };
  const outputs = recalled.map((output) => ({ output }));
  const whole: Execution = { ...execution, outputs, tail: null, partial: false };
  if (execution.phase === 'running') {
    const failed = recalled.some(({ output_type }) => output_type === 'error');
    const reply = { status: failed ? 'error' : 'ok' };
    const end = endIfDone(state, { ...whole, idle: true, reply });
    const shown = outputs.map(({ output }): Command => ({ do: 'append', msgId, output }));
    const commands: Command[] = execution.settling ? [] : [{ do: 'clear', msgId }, ...shown];
    return { state: end.state, commands: [...commands, ...end.commands] };
  }
  const { reply } = execution;
  return { state: withExecution(state, whole), commands: [settle(whole, reply?.status === 'ok')] };
}

function isWhole(execution: Execution, raw: string): boolean {
  return rawDigest(execution.outputs.map(({ output }) => output)) === raw;
}
