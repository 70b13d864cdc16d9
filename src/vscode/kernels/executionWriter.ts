/** Writes one execution's outputs into its cell: in order, and in batches, because each call crosses to the window. */
import type * as vscode from 'vscode';
import { oneText, type Output } from '../../notebook/output';
import { type Batch, type Write, batchesOf } from './batches';
import { cellOutput, outputItems, streamItem } from './outputs';
import { StreamText } from './streamText';

/** A call an item freezes the window (microsoft/vscode#122017): what comes within this time goes together. */
const BATCH_MS = 100;

export class ExecutionWriter {
  private waiting: Write[] = [];
  private outputs: Shown[] = [];
  private chain: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private busy = false;
  private flushedAt = 0;
  private started: number | undefined;
  private ended: { success: boolean | undefined; at: number } | undefined;
  private order: number | undefined;

  constructor(private execution: vscode.NotebookCellExecution) {}

  /** Settles when everything has been written and the execution has ended. */
  get closed(): Promise<void> {
    return this.chain;
  }

  /** @param at in ms: it may have begun before this window attached */
  start(at = Date.now()): void {
    this.started = at;
    this.execution.start(at);
  }

  number(count: number): void {
    this.order = count;
    this.execution.executionOrder = count;
  }

  write(write: Write): void {
    this.waiting.push(write);
    this.schedule();
  }

  end(success: boolean | undefined, at = Date.now()): void {
    const ended = { success, at };
    this.ended = ended;
    clearTimeout(this.timer);
    // Nothing is awaited where nothing waits: an empty cell ends at once.
    if (this.waiting.length === 0 && !this.busy) {
      this.close(ended);
      return;
    }
    this.chain = this.chain.then(() => this.flush()).then(() => this.close(ended));
  }

  /** Output that comes after the end; `reopen` makes an execution for it, since the old one takes no more. */
  amend(write: Write, reopen: () => vscode.NotebookCellExecution): void {
    const ended = this.ended;
    if (ended === undefined) return;
    this.waiting.push(write);
    if (this.waiting.length > 1) return;
    this.chain = this.chain
      .then(() => pause(BATCH_MS))
      .then(async () => {
        this.execution = reopen();
        this.execution.start(this.started);
        this.execution.executionOrder = this.order;
        await this.flush();
        this.close(ended);
      })
      .catch(() => {
        this.waiting = [];
      });
  }

  private close({ success, at }: { success: boolean | undefined; at: number }): void {
    try {
      if (this.started === undefined) this.execution.start();
      this.execution.end(success, at);
    } catch {
      // The notebook was closed, or the editor ended it: there is nothing left to end.
    }
  }

  private schedule(): void {
    if (this.busy || this.timer !== undefined) return;
    const wait = Math.max(0, this.flushedAt + BATCH_MS - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.chain = this.chain.then(() => this.flush());
    }, wait);
  }

  private async flush(): Promise<void> {
    const writes = batchesOf(this.waiting);
    this.waiting = [];
    this.busy = true;
    try {
      for (const write of writes) await this.put(write);
    } catch {
      // The notebook was closed or the cell deleted meanwhile; the record has what the cell printed.
    } finally {
      this.busy = false;
      this.flushedAt = Date.now();
    }
    if (this.waiting.length > 0 && this.ended === undefined) this.schedule();
  }

  private async put(write: Batch): Promise<void> {
    switch (write.do) {
      case 'set': {
        this.outputs = write.outputs.map(shownOutput);
        const isEmpty = this.outputs.length === 0 && this.execution.cell.outputs.length === 0;
        if (!isEmpty) await this.execution.replaceOutput(this.outputs.map(({ output }) => output));
        return;
      }
      case 'append': {
        const made = write.outputs.map(shownOutput);
        this.outputs.push(...made);
        await this.execution.appendOutput(made.map(({ output }) => output));
        return;
      }
      case 'text': {
        const { output, stream } = this.outputs[write.at] ?? {};
        if (output === undefined || stream === undefined) return;
        const more = stream.add(write.text);
        if (more === undefined) {
          await this.execution.replaceOutputItems(streamItem(write.name, stream.shown), output);
        } else await this.execution.appendOutputItems(streamItem(write.name, more), output);
        return;
      }
      case 'replace': {
        const { output } = this.outputs[write.at] ?? {};
        if (output) await this.execution.replaceOutputItems(outputItems(write.output), output);
        return;
      }
    }
  }
}

type Shown = { output: vscode.NotebookCellOutput; stream?: StreamText };

function shownOutput(output: Output): Shown {
  if (output.output_type !== 'stream') return { output: cellOutput(output) };
  const stream = new StreamText(oneText(output.text));
  return { output: cellOutput({ ...output, text: stream.shown }), stream };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
