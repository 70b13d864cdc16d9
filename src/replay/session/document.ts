/** The notebook as a session has edited it: in memory alone, the file stays as it is. */
import type { NotebookCell } from '../../notebook/model';
import type { SessionCell } from '../../lineage/stale/state';
import { BadLine } from './protocol';

export type LiveCell = SessionCell & { mayRaise: boolean };

const ID = /^[a-zA-Z0-9-_]{1,64}$/;

export class SessionDocument {
  cells: readonly LiveCell[];

  constructor(cells: readonly NotebookCell[]) {
    this.cells = cells.map(({ id, type, source, mayRaise }) => ({ id, type, source, mayRaise }));
  }

  get order(): string[] {
    return this.cells.map(({ id }) => id);
  }

  /** @throws BadLine */
  find(id: string): { cell: LiveCell; index: number } {
    const index = this.cells.findIndex((cell) => cell.id === id);
    if (index < 0) throw new BadLine(`There is no cell "${id}".`);
    return { cell: this.cells[index]!, index };
  }

  edit(id: string, source: string): void {
    const { cell, index } = this.find(id);
    this.cells = this.cells.with(index, { ...cell, source });
  }

  insert(id: string, source: string, index = this.cells.length): void {
    if (!ID.test(id)) throw new BadLine('A cell id has 1 to 64 letters, digits, "-" or "_".');
    if (this.order.includes(id)) throw new BadLine(`There is a cell "${id}" already.`);
    if (index > this.cells.length) {
      throw new BadLine(`There are ${this.cells.length} cells, so no cell can be put at ${index}.`);
    }
    this.cells = this.cells.toSpliced(index, 0, { id, type: 'code', source, mayRaise: false });
  }

  delete(id: string): void {
    this.cells = this.cells.toSpliced(this.find(id).index, 1);
  }

  move(order: readonly string[]): void {
    const isWhole = order.length === this.cells.length && new Set(order).size === order.length;
    if (!isWhole) throw new BadLine('"order" names each cell once.');
    this.cells = order.map((id) => this.find(id).cell);
  }
}
