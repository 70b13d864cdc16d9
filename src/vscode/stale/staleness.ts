/** Which cells of the open notebooks are stale, told again whenever something ran, was edited or changed on the disk. */
import path from 'node:path';
import * as vscode from 'vscode';
import { seedValue } from '../../determinism/streams';
import type { RunPlan } from '../../lineage/stale/plan';
import { withOwnIds } from '../../lineage/stale/live';
import type { SessionCell, State } from '../../lineage/stale/state';
import { Store } from '../../lineage/store';
import type { Kernels, Stale } from '../editor';
import type { NotebookState } from '../follow/state';
import type { CellKeys } from '../kernels/cells';
import type { AskBefore, CellEvent } from '../kernels/controller';
import type { Log } from '../log';
import { javascriptIn } from '../languages';
import { notebookFile } from '../notebookFile';
import { StaleCellItems } from './cellItems';
import { FolderWatchers } from './folderWatchers';
import { StaleInputGuard } from './guard';
import { StaleNotebook } from './notebook';
import { type StaleItem, staleItem } from './words';

export type StalenessDeps = {
  keys: Pick<CellKeys, 'keyOf' | 'order'>;
  kernels: Pick<Kernels, 'liveRunOf'> & {
    onCell: vscode.Event<CellEvent>;
    isUnderWay(cell: vscode.NotebookCell): boolean;
    askBefore(ask: AskBefore): void;
  };
  runs: { stateOf(uri: string): NotebookState; onDidChange: vscode.Event<string> };
  log: Log;
};

type Known = { of: StaleNotebook; watchers: FolderWatchers; state?: State; told?: string };

export class Staleness implements Stale, vscode.Disposable {
  private readonly notebooks = new Map<string, Known>();
  private readonly emitter = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[];

  /** Fires with the URI of a notebook of which other cells are stale now, or for other reasons. */
  readonly onDidChange = this.emitter.event;

  constructor(private readonly deps: StalenessDeps) {
    const guard = new StaleInputGuard({ ...deps, stale: this });
    deps.kernels.askBefore((notebook, cells) => guard.check(notebook, cells));
    this.subscriptions = [
      this.emitter,
      deps.runs.onDidChange((uri) => void this.refresh(uri)),
      deps.kernels.onCell((event) => void this.cellChanged(event)),
      new StaleCellItems(this),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.forget(notebook.uri.toString())),
    ];
  }

  stateOf(uri: string): State | undefined {
    return this.notebooks.get(uri)?.state;
  }

  staleOf(uri: string): string[] {
    const known = this.notebooks.get(uri);
    return known?.state === undefined ? [] : known.of.stale(known.state);
  }

  planFor(uri: string, targets: readonly string[]): RunPlan | undefined {
    const known = this.notebooks.get(uri);
    const notebook = documentOf(uri);
    if (known?.state === undefined || notebook === undefined) return undefined;
    return known.of.plan(targets, this.cellsOf(notebook), known.state);
  }

  /** What is to be said of a cell, if anything. */
  itemOf(cell: vscode.NotebookCell): StaleItem | undefined {
    const known = this.notebooks.get(cell.notebook.uri.toString());
    const key = this.deps.keys.keyOf(cell);
    if (known?.state === undefined || known.of.isRunning(key)) return undefined;
    return staleItem(known.state, key, cell.outputs.length > 0);
  }

  /** How many cells have such an item. */
  countOf(uri: string): number {
    const cells = documentOf(uri)?.getCells() ?? [];
    return cells.filter((cell) => this.itemOf(cell) !== undefined).length;
  }

  async refresh(uri: string): Promise<void> {
    const notebook = documentOf(uri);
    if (notebook === undefined) return;
    const known = this.known(notebook);
    if (known === undefined) return;
    await this.read(uri, known);
    known.watchers.watch(known.of.files.paths);
    this.judge(uri, known, notebook);
  }

  dispose(): void {
    for (const uri of [...this.notebooks.keys()]) this.forget(uri);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private judge(uri: string, known: Known, notebook: vscode.NotebookDocument): void {
    const { seed } = this.deps.runs.stateOf(uri);
    const cells = this.cellsOf(notebook);
    const state = known.of.state(cells, seed === 'fresh' ? undefined : seedValue(seed));
    if (state === undefined) delete known.state;
    else known.state = state;
    const told = JSON.stringify([state?.cells, this.staleOf(uri)]);
    if (told === known.told) return;
    known.told = told;
    this.emitter.fire(uri);
  }

  private async cellChanged({ cell, what }: CellEvent): Promise<void> {
    const uri = cell.notebook.uri.toString();
    const known = this.known(cell.notebook);
    if (known === undefined) return;
    const key = this.deps.keys.keyOf(cell);
    if (what === 'began') known.of.began(key);
    if (what === 'emptied') known.of.emptied(key);
    if (what === 'ended') {
      // The agent has written the line before it answers.
      await this.read(uri, known);
      known.of.ended(key);
    }
    await this.refresh(uri);
  }

  /** Of the window's own kernel: what another one ran is not what the notebook shows. */
  private async read(uri: string, { of }: Known): Promise<void> {
    await of.read(this.deps.kernels.liveRunOf(uri)).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.deps.log.warn(`The record could not be read: ${why}. Stale cells are shown as they were before.`);
    });
  }

  /** Undefined of one in JavaScript, too: which of its cells are stale nobody can tell. */
  private known(notebook: vscode.NotebookDocument): Known | undefined {
    if (javascriptIn(notebook) !== undefined) return undefined;
    return this.notebooks.get(notebook.uri.toString()) ?? this.follow(notebook);
  }

  private follow(notebook: vscode.NotebookDocument): Known | undefined {
    const { uri } = notebook;
    if (notebook.notebookType !== 'jupyter-notebook' || uri.scheme !== 'file') return undefined;
    const key = uri.toString();
    const { root } = notebookFile(key, uri.fsPath);
    const known: Known = {
      of: new StaleNotebook(new Store(root), (error) => {
        const why = error instanceof Error ? error.message : String(error);
        const name = path.basename(uri.fsPath);
        this.deps.log.warn(`Which cells of ${name} are stale cannot be told from its record (${why}).`);
      }),
      watchers: new FolderWatchers(() => void this.refresh(key)),
    };
    this.notebooks.set(key, known);
    return known;
  }

  private forget(uri: string): void {
    this.notebooks.get(uri)?.watchers.dispose();
    this.notebooks.delete(uri);
  }

  private cellsOf(notebook: vscode.NotebookDocument): SessionCell[] {
    return withOwnIds(
      notebook.getCells().map((cell) => {
        const { document, kind } = cell;
        const isCode = kind === vscode.NotebookCellKind.Code && document.languageId === 'python';
        const source = document.getText().replaceAll('\r\n', '\n');
        return { id: this.deps.keys.keyOf(cell), type: isCode ? 'code' : 'markdown', source };
      }),
    );
  }
}

function documentOf(uri: string): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === uri);
}
