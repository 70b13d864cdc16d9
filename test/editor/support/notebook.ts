import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cell, notebookText } from '../../cli/support';
import type { CellOutputs } from './host';
import type { Window } from './window';

const PATIENCE_MS = 60_000;

/** An open notebook on the Reprise kernel. */
export class NotebookPage {
  private constructor(
    readonly window: Window,
    readonly file: string,
    readonly uri: string,
  ) {}

  static async open(
    window: Window,
    folder: string,
    name: string,
    cells?: readonly Cell[],
  ): Promise<NotebookPage> {
    const file = path.join(folder, name);
    if (cells) writeFileSync(file, notebookText(cells));
    const uri = await window.openNotebook(file);
    await window.command('reprise.useKernel');
    return new NotebookPage(window, file, uri);
  }

  /** One that is open and on the Reprise kernel already. */
  static of(window: Window, uri: string): NotebookPage {
    return new NotebookPage(window, '', uri);
  }

  /** As the button at the top; settles when nothing runs any more. */
  runAll(): Promise<void> {
    return this.window.evaluate(async (vscode, uri) => {
      await vscode.commands.executeCommand('notebook.execute', vscode.Uri.parse(uri));
    }, this.uri);
  }

  /** Runs one cell; settles when it has ended. */
  async run(index: number): Promise<string> {
    await this.shown();
    await this.window.evaluate(
      async (vscode, { uri, ranges }) => {
        const document = vscode.Uri.parse(uri);
        await vscode.commands.executeCommand('notebook.cell.execute', { document, ranges });
      },
      { uri: this.uri, ranges: [{ start: index, end: index + 1 }] },
    );
    return (await this.texts())[index]!;
  }

  /** Replaces the source of a cell. */
  async edit(index: number, source: string): Promise<void> {
    await this.window.evaluate(
      async (vscode, { uri, index, source }) => {
        const isIt = (one: { uri: { toString(): string } }) => one.uri.toString() === uri;
        const { document } = vscode.workspace.notebookDocuments.find(isIt)!.cellAt(index);
        const edit = new vscode.WorkspaceEdit();
        edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), source);
        await vscode.workspace.applyEdit(edit);
      },
      { uri: this.uri, index, source },
    );
  }

  /** Until it is on the screen: of a notebook that is not, the editor runs nothing. */
  private async shown(): Promise<void> {
    await this.window.evaluate(async (vscode, uri) => {
      const isShown = () =>
        vscode.window.visibleNotebookEditors.some((one) => one.notebook.uri.toString() === uri);
      for (let waited = 0; !isShown() && waited < 20_000; waited += 100) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }, this.uri);
  }

  /** Begins to run one cell, and does not wait. */
  async start(index: number): Promise<void> {
    await this.window.evaluate(
      (vscode, { uri, ranges }) => {
        const document = vscode.Uri.parse(uri);
        void vscode.commands.executeCommand('notebook.cell.execute', { document, ranges });
      },
      { uri: this.uri, ranges: [{ start: index, end: index + 1 }] },
    );
  }

  outputs(): Promise<CellOutputs[]> {
    return this.window.cellOutputs(this.uri);
  }

  /** Each cell's outputs as text. */
  async texts(): Promise<string[]> {
    return (await this.outputs()).map(({ outputs }) => outputs.map(textOf).join(''));
  }

  isDirty(): Promise<boolean> {
    return this.window.evaluate(
      (vscode, uri) => vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === uri)!.isDirty,
      this.uri,
    );
  }

  async until(
    what: string,
    holds: (cells: CellOutputs[], texts: string[]) => boolean,
    ms = PATIENCE_MS,
  ): Promise<void> {
    let cells: CellOutputs[] = [];
    for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(100)) {
      // A window that was just reloaded has not opened it yet.
      cells = await this.outputs().catch(() => []);
      const texts = cells.map(({ outputs }) => outputs.map(textOf).join(''));
      if (cells.length > 0 && holds(cells, texts)) return;
    }
    throw new Error(`Waited ${ms} ms in vain until ${what}. Cells: ${JSON.stringify(cells).slice(0, 2000)}`);
  }

  /** Until a cell has ended that had not when this was asked. */
  async ended(index: number): Promise<void> {
    await this.until(`cell ${index} has ended`, (cells) => cells[index]?.success !== undefined);
  }
}

function textOf(items: Record<string, string>): string {
  const error = items['application/vnd.code.notebook.error'];
  if (error !== undefined) {
    const { name, message } = JSON.parse(error) as { name: string; message: string };
    return `${name}: ${message}`;
  }
  return (
    items['application/vnd.code.notebook.stdout'] ??
    items['application/vnd.code.notebook.stderr'] ??
    items['text/plain'] ??
    Object.values(items)[0] ??
    ''
  );
}
