/** How one execution's outputs grow by a message, as in Jupyter's output area. */
import type { Json } from '../../notebook/digest';
import type { DisplayOutput, ErrorOutput, Output, StreamOutput } from '../../notebook/output';
import type { KernelMessage } from '../messages';
import type { Command, Execution, Shown } from './state';

/** Above this many characters a cell's output is shown by its head and tail; the record has it whole. */
export const LIMIT = 10 << 20;
const HEAD = 1 << 20;
const TAIL = 1 << 16;

type Grown = { execution: Execution; commands: Command[] };

export function addOutput(execution: Execution, message: KernelMessage): Grown {
  const { msg_type: kind } = message.header;
  if (kind === 'clear_output') {
    return message.content.wait
      ? { execution: { ...execution, clearOnNext: true }, commands: [] }
      : clear(execution);
  }
  const cleared = execution.clearOnNext ? clear(execution) : { execution, commands: [] };
  const grown =
    kind === 'stream' ? addText(cleared.execution, message) : addDisplay(cleared.execution, message);
  return { execution: grown.execution, commands: [...cleared.commands, ...grown.commands] };
}

/** Applies an `update_display_data` where this execution shows that display. */
export function updateDisplays(execution: Execution, { content }: KernelMessage): Grown | undefined {
  const wanted = displayIdOf(content);
  const commands: Command[] = [];
  const outputs = execution.outputs.map((shown, at) => {
    if (wanted === undefined || shown.displayId !== wanted) return shown;
    const output = { ...shown.output, ...displayed(content) } as Output;
    commands.push({ do: 'replace', msgId: execution.request.msgId, at, output });
    return { ...shown, output };
  });
  return commands.length > 0 ? { execution: { ...execution, outputs }, commands } : undefined;
}

/** The last lines of an output too large to be shown whole. */
export function closeTail(execution: Execution): Grown {
  if (execution.tail === null) return { execution, commands: [] };
  const { size, tail, reply } = execution;
  const where = reply?.raw ? ` The whole output is kept in .reprise/objects/${reply.raw}.` : '';
  const text = `${tail}\n[${size.toLocaleString('en-US')} characters in all; above are the first and the last.${where}]\n`;
  return append({ ...execution, tail: null }, { output: { output_type: 'stream', name: 'stdout', text } });
}

export function errorOutput(ename: string, evalue: string): ErrorOutput {
  return { output_type: 'error', ename, evalue, traceback: [evalue] };
}

function addText(execution: Execution, { content }: KernelMessage): Grown {
  const { name, text } = content as { name: string; text: string };
  const size = execution.size + text.length;
  if (execution.tail !== null) {
    return { execution: { ...execution, size, tail: (execution.tail + text).slice(-TAIL) }, commands: [] };
  }
  if (size > LIMIT) return shorten({ ...execution, size }, { output_type: 'stream', name, text });
  const at = execution.outputs.length - 1;
  const last = execution.outputs[at]?.output;
  if (last?.output_type !== 'stream' || last.name !== name) {
    return append({ ...execution, size }, { output: { output_type: 'stream', name, text } });
  }
  const outputs = execution.outputs.with(at, { output: { ...last, text: (last.text as string) + text } });
  return {
    execution: { ...execution, size, outputs },
    commands: [{ do: 'text', msgId: execution.request.msgId, at, name, text }],
  };
}

function addDisplay(execution: Execution, { header, content }: KernelMessage): Grown {
  const output = outputOf(header.msg_type, content);
  const displayId = displayIdOf(content);
  const size = execution.size + sizeOf(output);
  if (execution.tail !== null) return { execution: { ...execution, size }, commands: [] };
  if (size > LIMIT) return shorten({ ...execution, size });
  return append({ ...execution, size }, { output, ...(displayId === undefined ? {} : { displayId }) });
}

function append(execution: Execution, shown: Shown): Grown {
  return {
    execution: { ...execution, outputs: [...execution.outputs, shown] },
    commands: [{ do: 'append', msgId: execution.request.msgId, output: shown.output }],
  };
}

function clear(execution: Execution): Grown {
  return {
    execution: { ...execution, outputs: [], size: 0, tail: null, clearOnNext: false },
    commands: [{ do: 'clear', msgId: execution.request.msgId }],
  };
}

/** Replaces what is shown by its first characters; from here on only the tail is kept. */
function shorten(execution: Execution, last?: StreamOutput): Grown {
  const notice = '\n[… The output goes on; its end is shown when the cell has ended. …]\n';
  const kept: Shown[] = [];
  let room = HEAD;
  for (const shown of [...execution.outputs, ...(last ? [{ output: last }] : [])]) {
    const { output } = shown;
    if (output.output_type === 'stream') {
      kept.push({ output: { ...output, text: (output.text as string).slice(0, room) } });
    } else if (sizeOf(output) <= room) kept.push(shown);
    room -= sizeOf(output);
    if (room <= 0) break;
  }
  kept.push({ output: { output_type: 'stream', name: 'stderr', text: notice } });
  const { msgId } = execution.request;
  return {
    execution: { ...execution, outputs: kept, tail: last ? (last.text as string).slice(-TAIL) : '' },
    commands: [
      { do: 'clear', msgId },
      ...kept.map(({ output }): Command => ({ do: 'append', msgId, output })),
    ],
  };
}

function outputOf(kind: string, content: KernelMessage['content']): DisplayOutput | ErrorOutput {
  if (kind === 'error') {
    const { ename, evalue, traceback } = content as unknown as ErrorOutput;
    return { output_type: 'error', ename, evalue, traceback };
  }
  const output = { output_type: kind as DisplayOutput['output_type'], ...displayed(content) };
  return kind === 'execute_result'
    ? { ...output, execution_count: content.execution_count as number }
    : output;
}

function displayed(
  content: KernelMessage['content'],
): Pick<DisplayOutput, 'data'> & { metadata: { [key: string]: Json } } {
  const { data, metadata } = content as unknown as DisplayOutput;
  return { data: data ?? {}, metadata: metadata ?? {} };
}

function displayIdOf(content: KernelMessage['content']): string | undefined {
  return (content as unknown as DisplayOutput).transient?.display_id;
}

function sizeOf(output: Output): number {
  if (output.output_type === 'stream') return output.text.length;
  if (output.output_type === 'error') return output.traceback.reduce((sum, line) => sum + line.length, 0);
  return Object.values(output.data).reduce<number>((sum, value) => sum + lengthOf(value), 0);
}

function lengthOf(value: Json): number {
  return typeof value === 'string' ? value.length : JSON.stringify(value).length;
}
