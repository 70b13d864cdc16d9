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

  /** As the button at the top; settles when nothing runs any more. */
  runAll(): Promise<void> {
    return this.window.command('notebook.execute');
  }

  /** Runs one cell; settles when it has ended. */
  async run(index: number): Promise<string> {
    await this.window.command('notebook.cell.execute', { ranges: [{ start: index, end: index + 1 }] });
    return (await this.texts())[index]!;
  }

  /** Begins to run one cell, and does not wait. */
  async start(index: number): Promise<void> {
    await this.window.evaluate((vscode, at) => {
      void vscode.commands.executeCommand('notebook.cell.execute', { ranges: [{ start: at, end: at + 1 }] });
    }, index);
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
    for (const deadline = Date.now() + ms; ; await sleep(100)) {
      const cells = await this.outputs();
      const texts = cells.map(({ outputs }) => outputs.map(textOf).join(''));
      if (holds(cells, texts)) return;
      if (Date.now() > deadline)
        throw new Error(`Waited ${ms} ms in vain until ${what}. Cells: ${JSON.stringify(cells)}`);
    }
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
