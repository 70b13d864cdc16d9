/** The lineage graph in a panel of the editor: one panel a notebook, brought back after a reload. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { LineageDocument } from '../lineage/graph';
import { lineagePage } from '../lineage/lineagepage';
import {
  asFromLineagePage,
  asLineageState,
  type FromLineagePage,
  type LineageState,
  type ToLineagePage,
} from '../lineage/page';
import type { Place } from './editor';

const VIEW = 'reprise.lineage';

export type LineagePanelDeps = {
  /** Undefined where nothing is recorded. @throws RecordError, StoreError */
  read(notebook: LineageState): LineageDocument | undefined;
  reveal(notebook: LineageState, place: Place): Promise<void>;
};

export class LineagePanels {
  private readonly open = new Set<LineagePanel>();

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly deps: LineagePanelDeps,
  ) {}

  show(notebook: LineageState): void {
    const known = [...this.open].find((panel) => panel.isAbout(notebook));
    if (known !== undefined) return known.reveal();
    const column = { viewColumn: vscode.ViewColumn.Beside };
    this.adopt(vscode.window.createWebviewPanel(VIEW, 'Reprise', column), notebook);
  }

  /** Something was recorded, or other cells are stale. */
  refresh(notebook: LineageState): void {
    for (const panel of this.open) if (panel.isAbout(notebook)) panel.send();
  }

  register(): vscode.Disposable {
    return vscode.window.registerWebviewPanelSerializer(VIEW, {
      deserializeWebviewPanel: (panel, kept) => {
        const state = asLineageState(kept);
        if (state === undefined || !path.isAbsolute(state.root)) panel.dispose();
        else this.adopt(panel, state);
        return Promise.resolve();
      },
    });
  }

  private adopt(webview: vscode.WebviewPanel, notebook: LineageState): void {
    const panel = new LineagePanel(webview, this.extensionUri, this.deps, notebook);
    this.open.add(panel);
    webview.onDidDispose(() => this.open.delete(panel));
  }
}

class LineagePanel {
  private closed = false;
  /** What the page shows. */
  private shown = '';

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
    private readonly deps: LineagePanelDeps,
    private readonly notebook: LineageState,
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    const { webview } = panel;
    const address = (name: string): { address: string } => ({
      address: webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString(),
    });
    panel.onDidDispose(() => (this.closed = true));
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.png');
    panel.title = `Lineage: ${path.basename(notebook.notebook)}`;
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage((message: unknown) => this.take(asFromLineagePage(message)));
    webview.html = lineagePage({
      script: address('lineage.js'),
      styles: [address('theme.css'), address('lineage.css')],
      worker: readFileSync(vscode.Uri.joinPath(dist, 'lineage-layout.js').fsPath, 'utf8'),
      nonce: randomBytes(16).toString('hex'),
      source: webview.cspSource,
    });
  }

  isAbout({ root, notebook }: LineageState): boolean {
    return this.notebook.root === root && this.notebook.notebook === notebook;
  }

  reveal(): void {
    this.send();
    this.panel.reveal();
  }

  send(): void {
    const message = this.message();
    const text = JSON.stringify(message);
    if (this.closed || text === this.shown) return;
    this.shown = text;
    void this.panel.webview.postMessage(message);
  }

  private take(message: FromLineagePage | undefined): void {
    if (message?.type === 'ready') {
      // A page that was hidden loads anew when it is shown, and holds nothing until it is sent.
      this.shown = '';
      this.send();
    } else if (message !== undefined) {
      void this.deps.reveal(this.notebook, { index: message.cell, id: message.id });
    }
  }

  private message(): ToLineagePage {
    const state = this.notebook;
    try {
      const document = this.deps.read(state);
      if (document !== undefined) return { type: 'show', document, opens: true, state };
      return { type: 'problem', sentence: `Nothing of ${state.notebook} is recorded yet.`, state };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { type: 'problem', sentence: `The record cannot be read. ${why}`, state };
    }
  }
}
