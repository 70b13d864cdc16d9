/** Follows the records of every open notebook, and tells when what is known of one has changed. */
import path from 'node:path';
import * as vscode from 'vscode';
import { cellDigest } from '../../notebook/digest';
import { findRoot, relativePath } from '../../notebook/root';
import { sidecarPath } from '../../notebook/sidecar';
import { Store } from '../../lineage/store';
import { readCost } from '../../replay/cost/kept';
import type { Kernels, Runs } from '../editor';
import type { CellKeys } from '../kernels/cells';
import type { Log } from '../log';
import type { Sidecars } from '../sidecars';
import { RunHeads } from './heads';
import { NotebookRuns } from './notebook';
import { readable } from './seal';
import { Pins } from './pin';
import { DEFAULTS, type DocumentCell, type NotebookState } from './state';

/** Events come in bursts: a cell's line, the object it names, the next cell's line. */
const DEBOUNCE_MS = 150;

type Followed = {
  file: string;
  root: FollowedRoot;
  runs: NotebookRuns;
  settings: Pick<NotebookState, 'policy' | 'seed' | 'problem' | 'pin' | 'seal' | 'cost'>;
  document: readonly DocumentCell[];
  watcher: vscode.FileSystemWatcher;
};

type FollowedRoot = { path: string; store: Store; heads: RunHeads; watcher: vscode.FileSystemWatcher };

export class Follower implements Runs, vscode.Disposable {
  private readonly notebooks = new Map<string, Followed>();
  private readonly roots = new Map<string, FollowedRoot>();
  private readonly changedRuns = new Map<string, Set<string>>();
  private readonly changedDocuments = new Set<vscode.NotebookDocument>();
  private readonly pins = new Pins();
  private readonly emitter = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[] = [this.emitter];
  private timer: NodeJS.Timeout | undefined;

  /** Fires with the URI of a notebook of which something else is known now. */
  readonly onDidChange = this.emitter.event;

  constructor(
    private readonly sidecars: Pick<Sidecars, 'read'>,
    private readonly kernels: Pick<Kernels, 'liveRunOf'>,
    private readonly keys: Pick<CellKeys, 'keyOf'>,
    private readonly log: Log,
  ) {
    const { workspace, window } = vscode;
    this.subscriptions.push(
      workspace.onDidOpenNotebookDocument((notebook) => this.open(notebook)),
      workspace.onDidCloseNotebookDocument((notebook) => this.close(notebook.uri.toString())),
      workspace.onDidChangeNotebookDocument(({ notebook }) => {
        if (this.notebooks.has(notebook.uri.toString()))
          this.schedule(() => this.changedDocuments.add(notebook));
      }),
      // Watchers miss events, and a writer that was killed causes none.
      window.onDidChangeActiveNotebookEditor((editor) => this.lookAgain(editor?.notebook)),
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) this.lookAgain(window.activeNotebookEditor?.notebook);
      }),
    );
    for (const notebook of workspace.notebookDocuments) this.open(notebook);
  }

  stateOf(uri: string): NotebookState {
    const followed = this.notebooks.get(uri);
    if (followed === undefined) return DEFAULTS;
    const { settings, document, runs } = followed;
    const run = runs.newest;
    return { ...settings, document, ...(run === undefined ? {} : { run }) };
  }

  async refresh(uri: string): Promise<void> {
    const followed = this.notebooks.get(uri);
    if (followed === undefined) return;
    // A `.reprise/` that was made since may lie nearer.
    if (findRoot(followed.file) !== followed.root.path) this.moveRoot(followed);
    followed.settings = this.settingsOf(followed.file);
    await this.guard(followed.runs.look());
    this.emitter.fire(uri);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const uri of [...this.notebooks.keys()]) this.close(uri);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private open(notebook: vscode.NotebookDocument): void {
    const uri = notebook.uri.toString();
    if (notebook.notebookType !== 'jupyter-notebook' || notebook.uri.scheme !== 'file') return;
    if (this.notebooks.has(uri)) return;
    const file = notebook.uri.fsPath;
    const root = this.rootOf(file);
    this.notebooks.set(uri, {
      file,
      root,
      runs: this.runsOf(uri, file, root),
      settings: this.settingsOf(file),
      document: this.cellsOf(notebook),
      watcher: this.watchSidecar(uri, file),
    });
    void this.refresh(uri);
  }

  private close(uri: string): void {
    const followed = this.notebooks.get(uri);
    if (followed === undefined) return;
    this.notebooks.delete(uri);
    followed.watcher.dispose();
    this.leaveRoot(followed.root);
  }

  private lookAgain(notebook: vscode.NotebookDocument | undefined): void {
    if (notebook !== undefined) void this.refresh(notebook.uri.toString());
  }

  private moveRoot(followed: Followed): void {
    const uri = vscode.Uri.file(followed.file).toString();
    const before = followed.root;
    followed.root = this.rootOf(followed.file);
    followed.runs = this.runsOf(uri, followed.file, followed.root);
    this.leaveRoot(before);
  }

  private runsOf(uri: string, file: string, { path: root, store, heads }: FollowedRoot): NotebookRuns {
    return new NotebookRuns(store, heads, relativePath(root, file), () => this.kernels.liveRunOf(uri));
  }

  private rootOf(file: string): FollowedRoot {
    const root = findRoot(file);
    const known = this.roots.get(root);
    if (known !== undefined) return known;
    const store = new Store(root);
    const pattern = new vscode.RelativePattern(
      vscode.Uri.file(store.runsFolder),
      '*/{record.jsonl,verdict.json}',
    );
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const changed = ({ fsPath }: vscode.Uri): void => {
      this.schedule(() => {
        const runs = this.changedRuns.get(root) ?? new Set();
        this.changedRuns.set(root, runs.add(path.basename(path.dirname(fsPath))));
      });
    };
    watcher.onDidCreate(changed);
    watcher.onDidChange(changed);
    watcher.onDidDelete(changed);
    const followed = { path: root, store, heads: new RunHeads(store), watcher };
    this.roots.set(root, followed);
    return followed;
  }

  private leaveRoot(root: FollowedRoot): void {
    if ([...this.notebooks.values()].some((followed) => followed.root === root)) return;
    root.watcher.dispose();
    this.roots.delete(root.path);
    this.changedRuns.delete(root.path);
  }

  private watchSidecar(uri: string, file: string): vscode.FileSystemWatcher {
    // Not by its own name: a glob's brackets and braces may stand in it.
    const pattern = new vscode.RelativePattern(
      vscode.Uri.file(path.dirname(file)),
      '{*.repro.json,*.toml,*.lock,*.txt}',
    );
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const own = sidecarPath(file);
    const changed = ({ fsPath }: vscode.Uri): void => {
      const followed = this.notebooks.get(uri);
      const lock = followed?.settings.pin?.lock;
      const isLock = lock !== undefined && fsPath === path.resolve(path.dirname(file), lock);
      if (followed === undefined || (fsPath !== own && !isLock)) return;
      followed.settings = this.settingsOf(file);
      this.emitter.fire(uri);
    };
    watcher.onDidCreate(changed);
    watcher.onDidChange(changed);
    watcher.onDidDelete(changed);
    return watcher;
  }

  private settingsOf(file: string): Followed['settings'] {
    try {
      const { settings, pin, seal } = this.sidecars.read(file);
      const { policy, seed } = settings;
      return {
        policy,
        seed,
        ...(pin ? { pin: this.pins.stateOf(file, pin) } : {}),
        ...(seal ? readable(seal) : {}),
        ...costOf(file),
      };
    } catch (error) {
      return { ...DEFAULTS, problem: error instanceof Error ? error.message : String(error) };
    }
  }

  private schedule(note: () => void): void {
    note();
    // Not put off by further events: a cell loop would keep the status waiting for ever.
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.takeIn();
    }, DEBOUNCE_MS);
  }

  private async takeIn(): Promise<void> {
    const documents = [...this.changedDocuments];
    const changed = new Map(this.changedRuns);
    this.changedDocuments.clear();
    this.changedRuns.clear();
    const touched = new Set<string>();
    for (const document of documents) {
      const uri = document.uri.toString();
      const followed = this.notebooks.get(uri);
      if (followed !== undefined) followed.document = this.cellsOf(document);
      touched.add(uri);
    }
    for (const [uri, { root, runs }] of this.notebooks) {
      const inRoot = changed.get(root.path);
      if (inRoot === undefined) continue;
      await this.guard(runs.changed(inRoot));
      touched.add(uri);
    }
    for (const uri of touched) this.emitter.fire(uri);
  }

  private async guard(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.log.warn(`The records could not be read: ${why}. The status shows what was read before.`);
    });
  }

  private cellsOf(notebook: vscode.NotebookDocument): DocumentCell[] {
    const code = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
    return code.map((cell) => ({ id: this.keys.keyOf(cell), source: cellDigest(cell.document.getText()) }));
  }
}

function costOf(file: string): Pick<NotebookState, 'cost'> {
  const root = findRoot(file);
  const cost = readCost(new Store(root), relativePath(root, file));
  return cost === undefined ? {} : { cost };
}
