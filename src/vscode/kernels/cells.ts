/** Which cell is which for the kernel and its record. */
import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import type { CellRequest } from '../../kernel/messages';

type CellMetadata = { id?: unknown; metadata?: { tags?: unknown } };

/** One key a live cell, also where the notebook's format (before 4.5) or the editor gives it no id. */
export class CellKeys {
  private readonly given = new WeakMap<vscode.NotebookCell, string>();
  private count = 0;

  keyOf(cell: vscode.NotebookCell): string {
    const { id } = cell.metadata as CellMetadata;
    if (typeof id === 'string' && id !== '') return id;
    const known = this.given.get(cell);
    if (known !== undefined) return known;
    // Named by its first place, as a run of the file names it; another cell may have taken that name.
    const key = this.isTaken(cell, `cell-${cell.index}`) ? `cell-live-${++this.count}` : `cell-${cell.index}`;
    this.given.set(cell, key);
    return key;
  }

  find(notebook: vscode.NotebookDocument, key: string): vscode.NotebookCell | undefined {
    return notebook.getCells().find((cell) => this.keyOf(cell) === key);
  }

  order(notebook: vscode.NotebookDocument): string[] {
    return notebook.getCells().map((cell) => this.keyOf(cell));
  }

  private isTaken(cell: vscode.NotebookCell, key: string): boolean {
    return cell.notebook.getCells().some((other) => other !== cell && this.given.get(other) === key);
  }
}

export function requestOf(cell: vscode.NotebookCell, keys: CellKeys): CellRequest {
  const tags = (cell.metadata as CellMetadata).metadata?.tags;
  return {
    msgId: randomUUID(),
    cell: keys.keyOf(cell),
    index: cell.index,
    code: cell.document.getText().replaceAll('\r\n', '\n'),
    mayRaise: Array.isArray(tags) && tags.includes('raises-exception'),
  };
}
