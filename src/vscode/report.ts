/** The report in a panel of the editor: one panel a notebook, brought back after a reload. */
import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { RecordError } from '../lineage/read';
import { StoreError } from '../lineage/store';
import {
  asFromPage,
  asPanelState,
  type FromPage,
  type PanelState,
  type ReportAction,
  type ReportDocument,
  type ToPage,
} from '../replay/report/report';
import { reportHtml } from '../replay/report/page';
import type { Place } from './editor';

const VIEW = 'reprise.report';

/** What was asked for in a panel. `notebook` is relative to `root`. */
export type ReportRequest = PanelState & { notebook: string } & (
    { action: 'replay' | 'record' } | { action: 'cell'; place: Place }
  );

export type ReportDeps = {
  /** @throws RecordError, StoreError */
  readReport(root: string, run: string): ReportDocument;
  /** A replay has ended when this resolves; the panel then shows what came of it. */
  onAction(request: ReportRequest): Promise<void>;
};

export class ReportPanels {
  private readonly open = new Set<ReportPanel>();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly deps: ReportDeps,
  ) {}

  /** Shows the report of a run or a replay, in the panel of its notebook where there is one. */
  show(root: string, run: string): void {
    const content = contentOf(this.deps, { root, run });
    const known = [...this.open].find((panel) => panel.isOf(content));
    if (known !== undefined) return known.show(content);
    const column = { viewColumn: vscode.ViewColumn.Beside };
    this.adopt(vscode.window.createWebviewPanel(VIEW, 'Reprise', column), content);
  }

  /** Something was recorded or judged: an open panel of the notebook (relative to `root`) shows it. */
  refresh(root: string, notebook: string): void {
    for (const panel of this.open) if (panel.isAbout(root, notebook)) panel.refresh();
  }

  /** Panels come back after a reload; without trust they offer nothing that runs code. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(VIEW, {
        deserializeWebviewPanel: (panel, kept) => {
          const state = asPanelState(kept);
          if (state === undefined || !path.isAbsolute(state.root)) panel.dispose();
          else this.adopt(panel, contentOf(this.deps, state));
          return Promise.resolve();
        },
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.open.forEach((panel) => panel.refresh())),
    );
  }

  private adopt(webview: vscode.WebviewPanel, content: Content): void {
    const panel = new ReportPanel(webview, this.extensionUri, this.deps, content);
    this.open.add(panel);
    webview.onDidDispose(() => this.open.delete(panel));
  }
}

type Content = { state: PanelState; report: ReportDocument } | { state: PanelState; problem: string };

function contentOf(deps: ReportDeps, state: PanelState): Content {
  try {
    return { state, report: deps.readReport(state.root, state.run) };
  } catch (error) {
    const isOurs = error instanceof RecordError || error instanceof StoreError;
    const why = error instanceof Error ? error.message : String(error);
    return { state, problem: isOurs ? why : `The record of run ${state.run} cannot be read (${why}).` };
  }
}

class ReportPanel {
  /** A replay that was asked for here and goes on. */
  private replaying = false;
  private closed = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
    private readonly deps: ReportDeps,
    private content: Content,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const { webview } = panel;
    const address = (name: string): { address: string } => ({
      address: webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString(),
    });
    panel.onDidDispose(() => (this.closed = true));
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
    panel.title = this.title();
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage((message: unknown) => this.take(asFromPage(message)));
    webview.html = reportHtml({
      script: address('report.js'),
      styles: [address('theme.css'), address('report.css')],
      nonce: randomBytes(16).toString('hex'),
      source: webview.cspSource,
    });
  }

  isOf(content: Content): boolean {
    const notebook = 'report' in content ? content.report.notebook : undefined;
    const { root, run } = content.state;
    return notebook === undefined
      ? this.content.state.root === root && this.content.state.run === run
      : this.isAbout(root, notebook);
  }

  isAbout(root: string, notebook: string): boolean {
    const { content } = this;
    return content.state.root === root && 'report' in content && content.report.notebook === notebook;
  }

  show(content: Content): void {
    this.update(content);
    this.panel.reveal();
  }

  refresh(): void {
    this.update(contentOf(this.deps, this.content.state));
  }

  private update(content: Content): void {
    if (this.closed) return;
    this.content = content;
    this.panel.title = this.title();
    this.send();
  }

  private take(message: FromPage | undefined): void {
    if (message === undefined) return;
    // A page that was hidden loads anew when it is shown, and holds nothing until it is sent.
    if (message.type === 'ready') this.send();
    else if ('report' in this.content) void this.act(message, this.content.report);
  }

  private async act(message: Exclude<FromPage, { type: 'ready' }>, report: ReportDocument): Promise<void> {
    const about = { root: this.content.state.root, run: report.run, notebook: report.notebook };
    switch (message.type) {
      case 'record':
        return this.deps.onAction({ ...about, action: 'record' });
      case 'cell': {
        const { cell: index, id, line } = message;
        const place = { index, id, ...(line === undefined ? {} : { line }) };
        return this.deps.onAction({ ...about, action: 'cell', place });
      }
      case 'replay':
        return this.replay({ ...about, action: 'replay' });
    }
  }

  private async replay(request: ReportRequest): Promise<void> {
    if (this.replaying || !vscode.workspace.isTrusted) return;
    this.replaying = true;
    this.sendWorking();
    try {
      await this.deps.onAction(request);
    } finally {
      this.replaying = false;
      // The newest replay of the original, whichever was shown before.
      this.update(contentOf(this.deps, { root: request.root, run: request.run }));
    }
  }

  private send(): void {
    const { content } = this;
    const { state } = content;
    const actions: ReportAction[] = vscode.workspace.isTrusted
      ? ['replay', 'record', 'cell']
      : ['record', 'cell'];
    this.post(
      'report' in content
        ? { type: 'show', report: content.report, actions, state }
        : { type: 'problem', sentence: content.problem, state },
    );
    if (this.replaying) this.sendWorking();
  }

  private sendWorking(): void {
    this.post({ type: 'working', sentence: `Replaying ${this.name()} …` });
  }

  private post(message: ToPage): void {
    void this.panel.webview.postMessage(message);
  }

  private title(): string {
    return `Reprise: ${this.name()}`;
  }

  private name(): string {
    const { content } = this;
    return 'report' in content ? path.basename(content.report.notebook) : content.state.run;
  }
}
