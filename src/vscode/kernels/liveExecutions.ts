/**
 * The one owner of every live `NotebookCellExecution`: makes them, shows in them what the reducer says, and ends all of
 * them on dispose.
 */
import type * as vscode from 'vscode';
import type { Command } from '../../kernel/execution/state';
import { cellOutput, shows } from './outputs';
import type { Write } from './batches';
import { ExecutionWriter } from './executionWriter';

export type CreateExecution = (cell: vscode.NotebookCell) => vscode.NotebookCellExecution;

type Live = { cell: vscode.NotebookCell; writer: ExecutionWriter; ended: Promise<void>; finish: () => void };

export class LiveExecutions implements vscode.Disposable {
  private readonly live = new Map<string, Live>();
  /** Cells of executions that have ended: a thread may still print, a later cell update a display. */
  private readonly past = new Map<string, { cell: vscode.NotebookCell; writer: ExecutionWriter }>();

  constructor(private readonly create: CreateExecution) {}

  has(cell: vscode.NotebookCell): boolean {
    return [...this.live.values()].some((live) => live.cell === cell);
  }

  idsOf(cells: readonly vscode.NotebookCell[]): string[] {
    return [...this.live].filter(([, { cell }]) => cells.includes(cell)).map(([msgId]) => msgId);
  }

  /**
   * Called before anything is awaited: an execution that a handler has not begun when it returns is ended by the editor.
   * @returns settles when the cell has ended
   */
  begin(msgId: string, cell: vscode.NotebookCell): Promise<void> {
    let finish = (): void => undefined;
    const ended = new Promise<void>((resolve) => (finish = resolve));
    this.live.set(msgId, { cell, writer: new ExecutionWriter(this.create(cell)), ended, finish });
    for (const [id, { cell: earlier }] of this.past) if (earlier === cell) this.past.delete(id);
    return ended;
  }

  perform(command: Command): void {
    switch (command.do) {
      case 'start':
        this.live.get(command.msgId)?.writer.start(command.at);
        return;
      case 'order':
        this.live.get(command.msgId)?.writer.number(command.count);
        return;
      case 'end':
        this.end(command.msgId, command.success);
        return;
      case 'cancel':
        this.end(command.msgId, undefined);
        return;
      case 'clear':
      case 'append':
      case 'text':
      case 'replace':
        this.write(command);
        return;
      case 'send':
      case 'ask':
      case 'settle':
      case 'lost':
        // Not about what a live cell shows.
        return;
    }
  }

  /** Shows what a cell printed while no window was there. */
  settle(cell: vscode.NotebookCell, settled: Extract<Command, { do: 'settle' }>): void {
    const { outputs, count, success, began, done, msgId } = settled;
    if (shows(cell, outputs.map(cellOutput)) || this.has(cell)) return;
    const writer = new ExecutionWriter(this.create(cell));
    writer.start(began);
    if (count !== null) writer.number(count);
    writer.write({ do: 'clear', msgId });
    for (const output of outputs) writer.write({ do: 'append', msgId, output });
    writer.end(success, done);
  }

  dispose(): void {
    for (const msgId of [...this.live.keys()]) this.end(msgId, undefined);
  }

  private write(write: Write): void {
    const live = this.live.get(write.msgId);
    if (live) live.writer.write(write);
    else this.amend(write);
  }

  private end(msgId: string, success: boolean | undefined): void {
    const live = this.live.get(msgId);
    if (live === undefined) return;
    this.live.delete(msgId);
    this.past.set(msgId, live);
    live.writer.end(success);
    void live.writer.closed.then(live.finish);
  }

  /** Output of a cell that has ended: shown in an execution of a moment, which keeps its number and its times. */
  private amend(write: Write): void {
    const past = this.past.get(write.msgId);
    if (past === undefined || past.cell.index < 0 || this.has(past.cell)) return;
    past.writer.amend(write, () => this.create(past.cell));
  }
}
