/** Changes of a cell's outputs, put together so that few calls write them. */
import type { Command } from '../../kernel/execution/state';
import { oneText, type Output } from '../../notebook/output';

/** What changes the outputs of a cell. */
export type Write = Extract<Command, { do: 'clear' | 'append' | 'text' | 'replace' }>;

export type Batch = { do: 'set' | 'append'; outputs: Output[] } | Extract<Write, { do: 'text' | 'replace' }>;

/** Neighbours that one call can write become one; what a `clear` wipes out is not written at all. */
export function batchesOf(writes: readonly Write[]): Batch[] {
  const cleared = writes.findLastIndex((write) => write.do === 'clear');
  const all: Batch[] = cleared < 0 ? [] : [{ do: 'set', outputs: [] }];
  for (const write of writes.slice(cleared + 1)) {
    const last = all.at(-1);
    if (write.do === 'append') {
      if (last && 'outputs' in last) last.outputs.push(write.output);
      else all.push({ do: 'append', outputs: [write.output] });
    } else if (write.do === 'text') {
      // Text is always for the newest output.
      const newest = last && 'outputs' in last ? last.outputs.at(-1) : undefined;
      if (last && 'outputs' in last && newest?.output_type === 'stream') {
        last.outputs[last.outputs.length - 1] = { ...newest, text: oneText(newest.text) + write.text };
      } else if (last?.do === 'text' && last.at === write.at) last.text += write.text;
      else all.push({ ...write });
    } else if (write.do === 'replace') all.push(write);
  }
  return all;
}
