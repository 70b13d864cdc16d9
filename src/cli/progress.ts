import { type NotebookDocument, parseNotebook } from '../notebook/model';
import type { RunnerEvent } from '../replay/execution/local';
import { duration, firstLine } from '../replay/words';
import type { Terminal } from './terminal';

/** One line a cell. The first line of a cell's source says which it is, since numbers alone mean little to a person. */
export class ProgressLines {
  private sources = new Map<number, string>();

  constructor(private readonly terminal: Terminal) {}

  label(document: NotebookDocument): void {
    const { cells } = parseNotebook(JSON.stringify(document));
    this.sources = new Map(cells.map(({ index, source }) => [index, firstLine(source)]));
  }

  show(event: RunnerEvent): void {
    this.terminal.event(event);
    if (this.terminal.progress !== 'text') return;
    if (event.event === 'cell-start') {
      this.terminal.draw(
        this.terminal.dim(`  … ${this.cell(event.index)}  (${event.number} of ${event.of})`),
      );
    } else if (event.event === 'cell-end') {
      this.terminal.draw('');
      this.terminal.tell(this.ended(event));
    } else if (event.event === 'fault') {
      this.terminal.tell(this.terminal.yellow(`  ! ${event.message}`));
    }
  }

  private ended(event: Extract<RunnerEvent, { event: 'cell-end' }>): string {
    const good = event.status === 'ok';
    const mark = good ? this.terminal.green('✓') : this.terminal.red('✗');
    const error = event.record?.error;
    const what = error ? `  ${error.ename}: ${error.evalue.split('\n')[0]}` : '';
    return `  ${mark} ${this.cell(event.index)}  ${this.terminal.dim(duration(event.durationMs))}${this.terminal.red(what)}`;
  }

  private cell(index: number): string {
    const room = Math.max(20, this.terminal.width - 30);
    const source = this.sources.get(index) ?? '';
    const shown = source.length > room ? `${source.slice(0, room - 1)}…` : source;
    return `cell ${String(index).padEnd(3)} ${shown.padEnd(Math.min(room, 56))}`;
  }
}
