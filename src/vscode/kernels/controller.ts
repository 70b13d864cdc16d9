/** The notebook controller `reprise`, and the live kernels behind it: one a notebook. */
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { Failure } from '../../notebook/failure';
import type { Kernels } from '../editor';
import { isOfKernel, LANGUAGES, writtenIn } from '../languages';
import type { Log } from '../log';
import type { Settings } from '../settings';
import type { Tools } from '../tools';
import type { CellKeys } from './cells';
import type { Basis, KernelHost, NotebookPlace } from './host';
import { offerToAdd } from './installs';
import { Interpreters, type PinUse, type Place } from './interpreter';
import { LocalHost, untitledPath } from './localHost';
import { NotebookKernel } from './notebookKernel';
import { find, movedUri, sameCells, workspaceFolderOf } from './notebooks';
import { tellOfOtherLanguage } from './otherLanguage';
import { explainFailure } from './remedies';
import { type Memory, RemoteHost } from './remoteHost';
import type { Servers } from './servers';

export const CONTROLLER = 'reprise';
export const EXTENSION = 'reprise.reprise';
const NOTEBOOK = 'jupyter-notebook';
const DESELECTED_MS = 1000;

export type ControllerDeps = Tools & {
  /** Names this window's untitled notebooks apart from those of other windows. */
  windowName: string;
  memory: Memory;
  settings: Settings;
  servers: Servers;
  keys: CellKeys;
  log: Log;
};

/** @returns the cells to run in place of these; undefined: nothing has to be asked */
export type AskBefore = (
  notebook: vscode.NotebookDocument,
  cells: readonly vscode.NotebookCell[],
) => Promise<readonly vscode.NotebookCell[]> | undefined;

/** What a cell of a live kernel does. */
export type CellEvent = { cell: vscode.NotebookCell; what: 'began' | 'ended' | 'emptied' };

export class RepriseController implements Kernels, vscode.Disposable {
  private readonly controller: vscode.NotebookController;
  private readonly interpreters: Interpreters;
  private readonly kernels = new Map<vscode.NotebookDocument, NotebookKernel>();
  private readonly selected = new WeakSet<vscode.NotebookDocument>();
  /** Renames under way: the new notebook's kernel is found once the old one's server has moved. */
  private readonly moving = new Map<string, Promise<void>>();
  /** Of the next start of a kernel. */
  private readonly pinUse = new WeakMap<vscode.NotebookDocument, PinUse>();
  private ask: AskBefore | undefined;
  private readonly emitter = new vscode.EventEmitter<string>();
  private readonly cellEmitter = new vscode.EventEmitter<CellEvent>();
  private readonly subscriptions: vscode.Disposable[];

  /** Fires with the URI of a notebook whose kernel started, ended, or became busy or idle. */
  readonly onDidChange = this.emitter.event;
  readonly onCell = this.cellEmitter.event;

  constructor(private readonly deps: ControllerDeps) {
    this.interpreters = new Interpreters(deps.memory, deps.settings, deps);
    this.controller = vscode.notebooks.createNotebookController(CONTROLLER, NOTEBOOK, 'Reprise');
    this.controller.supportedLanguages = [...LANGUAGES];
    this.controller.supportsExecutionOrder = true;
    this.controller.description = 'seeded, recorded, replayable';
    this.controller.executeHandler = (cells, notebook) => this.execute(notebook, cells);
    this.controller.interruptHandler = (notebook) => this.kernelOf(notebook).interrupt();
    this.subscriptions = [
      this.emitter,
      this.cellEmitter,
      this.controller,
      this.controller.onDidChangeSelectedNotebooks(({ notebook, selected }) =>
        this.select(notebook, selected),
      ),
      vscode.workspace.onDidRenameFiles(({ files }) => this.renamed(files)),
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.closed(notebook)),
      vscode.workspace.onDidChangeNotebookDocument((change) => this.edited(change)),
    ];
  }

  async runAll(uri: string): Promise<void> {
    await this.useReprise(uri);
    const notebook = find(uri);
    const kernel = this.kernelOf(notebook);
    if (kernel.isLive || (await kernel.attach().catch(() => false)))
      await this.guarded(notebook, () => kernel.restart());
    await kernel.execute(notebook.getCells().filter(isOfKernel));
  }

  /** Runs these cells, by their keys, in the document's order; settles when all of them have ended. */
  async runCells(uri: string, keys: readonly string[]): Promise<boolean> {
    const notebook = find(uri);
    const cells = notebook.getCells().filter((cell) => keys.includes(this.deps.keys.keyOf(cell)));
    if (this.selected.has(notebook)) await this.kernelOf(notebook).execute(cells);
    else {
      const ranges = cells.map(({ index }) => ({ start: index, end: index + 1 }));
      const { commands } = vscode;
      await commands.executeCommand('notebook.cell.execute', { document: notebook.uri, ranges });
    }
    return cells.every(({ executionSummary, document }) => {
      return executionSummary?.success === true || document.getText().trim() === '';
    });
  }

  /** Asked before cells are run by the editor's own buttons and keys. */
  askBefore(ask: AskBefore): void {
    this.ask = ask;
  }

  isUnderWay(cell: vscode.NotebookCell): boolean {
    return this.kernels.get(cell.notebook)?.isUnderWay(cell) ?? false;
  }

  async restart(uri: string): Promise<void> {
    const notebook = find(uri);
    await this.guarded(notebook, () => this.kernelOf(notebook).restart());
  }

  async interrupt(uri: string): Promise<void> {
    await this.kernelOf(find(uri)).interrupt();
  }

  async selectInterpreter(uri: string): Promise<void> {
    const notebook = find(uri);
    const kernel = this.kernels.get(notebook);
    const changed = await this.interpreters.pick(this.namedPlace(notebook), kernel?.host.runsOn);
    if (!changed) return;
    this.emitter.fire(uri);
    if (kernel?.isLive) await this.guarded(notebook, () => kernel.restart());
  }

  async connectServer(): Promise<void> {
    if (!(await this.deps.servers.ask())) return;
    for (const kernel of this.kernels.values()) await kernel.close(false);
    this.kernels.clear();
    for (const notebook of vscode.workspace.notebookDocuments) {
      if (this.selected.has(notebook)) void this.attach(notebook, false);
    }
  }

  async useReprise(uri: string): Promise<void> {
    const notebook = find(uri);
    if (this.selected.has(notebook)) return;
    await vscode.window.showNotebookDocument(notebook);
    const chosen = new Promise<void>((resolve) => {
      const wait = this.controller.onDidChangeSelectedNotebooks((change) => {
        if (change.notebook !== notebook || !change.selected) return;
        wait.dispose();
        resolve();
      });
      setTimeout(() => (wait.dispose(), resolve()), 5000);
    });
    await vscode.commands.executeCommand('notebook.selectKernel', { id: CONTROLLER, extension: EXTENSION });
    await chosen;
  }

  pythonOf(uri: string): string | undefined {
    const notebook = vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === uri);
    const kernel = notebook && this.kernels.get(notebook);
    return (kernel?.isLive ? kernel.host.runsOn : undefined) ?? this.interpreters.chosen(uri);
  }

  pythonWithoutPin(uri: string): Promise<string> {
    return this.interpreters.pythonFor(uri, this.placeOf(find(uri)).path);
  }

  pickedPython(uri: string): string | undefined {
    return this.interpreters.chosen(uri);
  }

  liveRunOf(uri: string): string | undefined {
    return this.kernelByUri(uri)?.run;
  }

  isBusy(uri: string): boolean {
    return this.kernelByUri(uri)?.isBusy ?? false;
  }

  /** `none`, `starting`, `connected`, `lost`, `ended`, `dead` or `taken`. */
  statusOf(uri: string): string {
    return this.kernelByUri(uri)?.status ?? 'none';
  }

  dispose(): void {
    for (const kernel of this.kernels.values()) void kernel.close(false);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private kernelByUri(uri: string): NotebookKernel | undefined {
    return [...this.kernels].find(([notebook]) => notebook.uri.toString() === uri)?.[1];
  }

  private kernelOf(notebook: vscode.NotebookDocument): NotebookKernel {
    const known = this.kernels.get(notebook);
    if (known) return known;
    const kernel = new NotebookKernel(notebook, this.hostFor(this.placeOf(notebook)), {
      create: (cell) => this.controller.createNotebookCellExecution(cell),
      keys: this.deps.keys,
      log: this.deps.log,
      basis: (signal, onStep) => this.basisFor(notebook, signal, onStep),
      changed: () => this.changed(notebook),
      began: (cell) => this.cellEmitter.fire({ cell, what: 'began' }),
      ended: (cell) => this.ended(cell),
      emptied: (cell) => this.cellEmitter.fire({ cell, what: 'emptied' }),
      explain: (failure, again) => this.explain(notebook, failure, again),
    });
    this.kernels.set(notebook, kernel);
    return kernel;
  }

  private async basisFor(
    notebook: vscode.NotebookDocument,
    signal: AbortSignal,
    onStep: (what: string) => void,
  ): Promise<Basis> {
    const use = this.pinUse.get(notebook) ?? 'as-ever';
    this.pinUse.delete(notebook);
    const onDrift = (sentence: string): void => this.deps.log.warn(`${notebook.uri.path}: ${sentence}`);
    return this.interpreters.basisFor(this.namedPlace(notebook), use, { signal, onStep, onDrift });
  }

  private namedPlace(notebook: vscode.NotebookDocument): Place {
    const { path } = this.placeOf(notebook);
    return { uri: notebook.uri.toString(), path, written: writtenIn(notebook) };
  }

  private hostFor(place: NotebookPlace): KernelHost {
    const { servers, memory, agent, settings } = this.deps;
    if (servers.isUsed()) {
      const folder = workspaceFolderOf(vscode.Uri.file(place.path)) ?? dirname(place.path);
      return new RemoteHost(place, folder, servers, memory);
    }
    const owner = randomUUID();
    const startSeconds = settings.startSeconds(vscode.Uri.file(place.path).toString());
    return new LocalHost(place, () => ({ agent: agent(), owner, startSeconds }));
  }

  private placeOf({ uri, isUntitled }: vscode.NotebookDocument): NotebookPlace {
    if (!isUntitled) return { path: uri.fsPath, name: uri.fsPath };
    const folder = workspaceFolderOf() ?? homedir();
    return { path: untitledPath(folder, uri.path), name: `${this.deps.windowName} ${uri.toString()}` };
  }

  private select(notebook: vscode.NotebookDocument, selected: boolean): void {
    if (selected) {
      this.selected.add(notebook);
      if (vscode.workspace.isTrusted) void this.attach(notebook, false);
      return;
    }
    this.selected.delete(notebook);
    // A notebook that is closed is deselected first, and its kernel may go to the one that it was saved as.
    setTimeout(() => {
      if (!this.selected.has(notebook)) this.drop(notebook);
    }, DESELECTED_MS);
  }

  private async attach(notebook: vscode.NotebookDocument, take: boolean): Promise<void> {
    const move = this.moving.get(notebook.uri.toString());
    await move;
    try {
      await this.kernelOf(notebook).attach(take || move !== undefined);
    } catch (error) {
      // Nothing was asked for yet: what is wrong is said when a cell is run.
      this.deps.log.info(`${notebook.uri.path}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.moving.delete(notebook.uri.toString());
    }
  }

  private renamed(files: readonly { oldUri: vscode.Uri; newUri: vscode.Uri }[]): void {
    for (const [notebook, kernel] of this.kernels) {
      for (const { oldUri, newUri } of files) {
        const moved = movedUri(notebook.uri, oldUri, newUri);
        if (moved) this.move(kernel, moved);
      }
    }
  }

  /** The server goes with the notebook; the new document attaches to it as a reloaded window does. */
  private move(kernel: NotebookKernel, to: vscode.Uri): void {
    const done = kernel.host.move({ path: to.fsPath, name: to.fsPath }).catch((error: unknown) => {
      this.deps.log.warn(`The kernel could not follow the notebook: ${String(error)}`);
    });
    this.moving.set(to.toString(), done);
  }

  /**
   * An untitled notebook that is saved becomes another document (microsoft/vscode-jupyter#7820): one that was opened just
   * before with the same cells, and has no kernel yet.
   */
  private successorOf({ notebook }: NotebookKernel): vscode.NotebookDocument | undefined {
    return vscode.workspace.notebookDocuments.find(
      (open) =>
        !open.isUntitled &&
        open.notebookType === NOTEBOOK &&
        !this.kernels.get(open)?.isLive &&
        sameCells(open, notebook),
    );
  }

  private edited({ notebook, contentChanges, cellChanges }: vscode.NotebookDocumentChangeEvent): void {
    const kernel = this.kernels.get(notebook);
    if (kernel === undefined) return;
    for (const cell of contentChanges.flatMap(({ removedCells }) => removedCells)) {
      // A moved cell is removed and added, and keeps its identity.
      if (cell.index < 0) kernel.forget(cell);
    }
    if (!kernel.isBusy && cellChanges.some(({ outputs }) => outputs?.length === 0)) kernel.forgetEnded();
  }

  private closed(notebook: vscode.NotebookDocument): void {
    const kernel = this.kernels.get(notebook);
    const successor = notebook.isUntitled && kernel?.isLive ? this.successorOf(kernel) : undefined;
    if (kernel === undefined || successor === undefined) return this.drop(notebook);
    this.move(kernel, successor.uri);
    void this.useReprise(successor.uri.toString())
      .then(() => this.attach(successor, true))
      .finally(() => this.drop(notebook));
  }

  private drop(notebook: vscode.NotebookDocument): void {
    const kernel = this.kernels.get(notebook);
    this.kernels.delete(notebook);
    void kernel?.close(false);
    this.emitter.fire(notebook.uri.toString());
  }

  /** Where nobody has to be asked, nothing is awaited before each execution exists. */
  private async execute(
    notebook: vscode.NotebookDocument,
    cells: readonly vscode.NotebookCell[],
  ): Promise<void> {
    const own = cells.filter(isOfKernel);
    if (own.length === 0) {
      const again = (): Promise<void> => this.kernelOf(notebook).execute(cells);
      void tellOfOtherLanguage(cells, again);
      return;
    }
    const asked = this.ask?.(notebook, own);
    const run = asked === undefined ? own : await asked;
    if (run.length > 0) await this.kernelOf(notebook).execute(run);
  }

  private ended(cell: vscode.NotebookCell): void {
    const { notebook, document } = cell;
    this.cellEmitter.fire({ cell, what: 'ended' });
    if (document.languageId !== 'python') return;
    const python = this.kernels.get(notebook)?.host.runsOn;
    void offerToAdd(notebook, document.getText(), python).catch((error: unknown) =>
      this.deps.log.warn(`What a cell installs could not be compared with the pin: ${String(error)}`),
    );
  }

  private changed(notebook: vscode.NotebookDocument): void {
    const uri = notebook.uri.toString();
    this.emitter.fire(uri);
    const kernel = this.kernels.get(notebook);
    if (kernel?.status === 'ended') {
      const server = kernel.host.runsOn ?? 'the server';
      void vscode.window
        .showWarningMessage(`The connection to ${server} is lost. Outputs until here are kept.`, 'Reconnect')
        .then((button) => button && kernel.reconnect());
    }
  }

  /** Runs what starts a kernel outside of a cell, where a failure has no cell to be shown in. */
  private async guarded(notebook: vscode.NotebookDocument, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.reason !== 'cancelled') this.explain(notebook, error, () => this.guarded(notebook, work));
    }
  }

  private explain(notebook: vscode.NotebookDocument, failure: Failure, again: () => Promise<void>): void {
    const uri = notebook.uri.toString();
    const using = async (use: PinUse): Promise<void> => {
      this.pinUse.set(notebook, use);
      await again();
    };
    void explainFailure(failure, {
      selectInterpreter: () => this.selectInterpreter(uri),
      connectServer: () => this.connectServer(),
      takeOver: () => this.attach(notebook, true),
      folder: dirname(this.placeOf(notebook).path),
      python: () => this.interpreters.pythonFor(uri, this.placeOf(notebook).path),
      showLog: () => this.deps.log.show(),
      restore: () => using('restored'),
      runWithoutPin: () => using('without'),
      pinAgain: async () => {
        await vscode.commands.executeCommand('reprise.pin', {
          notebookEditor: { notebookUri: notebook.uri },
        });
      },
    });
  }
}
