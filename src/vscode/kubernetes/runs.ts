/** The runs of the workspace that went to a cluster: the tree *Replays*, and what can be done with each. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { CommandLine, Ended } from '../commandLine';
import type { ClusterRuns, Editor } from '../editor';
import { tell } from '../judging';
import type { Log } from '../log';
import { notebookFile } from '../notebookFile';
import { outcomeOf } from '../outcome';
import type { Settings } from '../settings';
import { Followers, type Live, type RunRef } from './followers';
import { Reattaching } from './reattaching';
import { type Row, rowOf } from './rows';
import { type ClusterRunState, clusterRunsIn } from './states';
import { tellTrouble } from './trouble';

const VIEW = 'reprise.replays';
const TARGETS = '**/.reprise/runs/*/target.json';
const DEBOUNCE_MS = 150;
const AGE_MS = 60_000;

export type ClusterRunsDeps = {
  commandLine: Pick<CommandLine, 'run'>;
  settings: Pick<Settings, 'reattaches'>;
  log: Log;
  /** As a command has it that is called without a notebook. */
  editor: () => Editor;
};

export class ClusterRunsView implements ClusterRuns, vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly roots = new Set<string>();
  private readonly followers: Followers;
  private readonly emitter = new vscode.EventEmitter<void>();
  private readonly view: vscode.TreeView<Row>;
  private readonly subscriptions: vscode.Disposable[] = [this.emitter];
  private states: ClusterRunState[] = [];
  private reading: NodeJS.Timeout | undefined;
  private readonly reattaching: Reattaching;
  private isDisposed = false;

  readonly onDidChangeTreeData = this.emitter.event;

  constructor(private readonly deps: ClusterRunsDeps) {
    this.followers = new Followers({
      commandLine: deps.commandLine,
      log: deps.log,
      onChange: () => this.readSoon(),
      onEnd: (ref, ended) => this.tellEnd(ref, ended),
    });
    this.reattaching = new Reattaching({
      states: () => this.read(),
      isFollowed: (ref) => this.followers.liveOf(ref) !== undefined,
      follow: (ref) => this.follow(ref),
      onError: (error) => deps.log.error(String(error)),
    });
    const watcher = vscode.workspace.createFileSystemWatcher('**/.reprise/runs/*/{target,verdict}.json');
    const changed = ({ fsPath }: vscode.Uri): void => {
      this.roots.add(rootOf(fsPath));
      this.readSoon();
    };
    watcher.onDidCreate(changed);
    watcher.onDidChange(changed);
    watcher.onDidDelete(changed);
    const ages = setInterval(() => this.emitter.fire(), AGE_MS);
    this.view = vscode.window.createTreeView(VIEW, { treeDataProvider: this });
    this.subscriptions.push(
      watcher,
      this.view,
      this.reattaching,
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.reattach()),
      { dispose: () => clearInterval(ages) },
    );
    this.find().catch((error: unknown) => deps.log.error(String(error)));
  }

  list(): readonly Row[] {
    this.read();
    return this.getChildren();
  }

  async follow(ref: RunRef, onLive?: (live: Live) => void): Promise<void> {
    this.roots.add(ref.root);
    const ended = this.followers.follow(ref, onLive);
    if (onLive !== undefined) this.reveal(ref);
    return ended;
  }

  /** Ends it in the cluster and takes away what it has there. */
  async cancel(ref: RunRef): Promise<void> {
    await this.followers.leave(ref);
    if (await this.do(ref, 'cancel')) await this.takeAway(ref);
  }

  async takeAway(ref: RunRef): Promise<void> {
    await this.followers.leave(ref);
    await this.do(ref, 'delete');
    this.readSoon();
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const { root, run, label, description, tooltip, spoken, icon, kind } = row;
    const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
    return {
      id: `${run} ${root}`,
      label,
      description,
      tooltip,
      accessibilityInformation: { label: spoken },
      iconPath: new vscode.ThemeIcon(icon.id, color),
      contextValue: kind,
      ...(kind === 'judged'
        ? { command: { command: 'reprise.openClusterReport', title: 'Open Report', arguments: [row] } }
        : {}),
    };
  }

  /** Of what was read when it last changed: the tree asks whenever it is drawn. */
  getChildren(): Row[] {
    const now = Date.now();
    return this.states.map((state) => rowOf(state, this.followers.liveOf(state), now));
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.reading);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async find(): Promise<void> {
    for (const { fsPath } of await vscode.workspace.findFiles(TARGETS, '**/node_modules/**'))
      this.roots.add(rootOf(fsPath));
    if (this.isDisposed) return;
    this.read();
    this.emitter.fire();
    this.reattach();
  }

  /** Commands that a closing window takes along still tell of their end. */
  private readSoon(): void {
    if (this.isDisposed) return;
    this.reading ??= setTimeout(() => {
      this.reading = undefined;
      this.read();
      this.emitter.fire();
    }, DEBOUNCE_MS);
  }

  private read(): readonly ClusterRunState[] {
    this.states = [...this.roots].flatMap(clusterRunsIn).sort((a, b) => (a.run < b.run ? 1 : -1));
    void vscode.commands.executeCommand('setContext', 'reprise.hasReplays', this.states.length > 0);
    return this.states;
  }

  /** What goes on in a cluster from before this window, or before it was trusted. */
  private reattach(): void {
    if (vscode.workspace.isTrusted && this.deps.settings.reattaches()) this.reattaching.begin();
  }

  /** The editor keeps every view of the explorer folded until somebody unfolds it. */
  private reveal(ref: RunRef): void {
    const row = this.list().find(({ root, run }) => root === ref.root && run === ref.run);
    if (row === undefined) return;
    this.view
      .reveal(row, { select: false })
      .then(undefined, (error: unknown) => this.deps.log.warn(String(error)));
  }

  private async tellEnd(ref: RunRef, ended: Ended): Promise<void> {
    const state = clusterRunsIn(ref.root).find(({ run }) => run === ref.run);
    if (state === undefined || ended.code === 130) return;
    const editor = this.deps.editor();
    const file = path.join(ref.root, state.notebook);
    const notebook = { ...notebookFile(vscode.Uri.file(file).toString(), file), root: ref.root };
    await editor.runs.refresh(notebook.uri);
    const outcome = outcomeOf(ended);
    const isResult = outcome.judgement !== undefined || outcome.report !== undefined;
    if (isResult) this.deps.log.info(`${ref.run}: ${outcome.message}`);
    // The work has ended, and a notification may stay for as long as nobody presses anything.
    const told = isResult ? tell(editor, notebook, outcome) : tellTrouble(editor, notebook, ended);
    void told.catch((error: unknown) => this.deps.log.error(String(error)));
  }

  private async do({ root, run }: RunRef, what: 'cancel' | 'delete'): Promise<boolean> {
    const { commandLine, log } = this.deps;
    log.info(`reprise ${what} ${run}`);
    const ended = await commandLine.run({
      args: [what, run],
      folder: root,
      onSaid: (line) => log.info(line),
    });
    if (ended.code === 0) return true;
    const told = tellTrouble(this.deps.editor(), notebookFile('', path.join(root, run)), ended);
    void told.catch((error: unknown) => log.error(String(error)));
    return false;
  }
}

/** @param file `<root>/.reprise/runs/<run>/target.json` */
function rootOf(file: string): string {
  return path.resolve(path.dirname(file), '../../..');
}
