/** Says under a stale cell that it is, and why; pressing it shows what the cell came from. */
import * as vscode from 'vscode';
import type { Staleness } from './staleness';

export class StaleCellItems implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];

  readonly onDidChangeCellStatusBarItems = this.emitter.event;

  constructor(private readonly staleness: Pick<Staleness, 'itemOf' | 'onDidChange'>) {
    this.subscriptions = [
      this.emitter,
      staleness.onDidChange(() => this.emitter.fire()),
      vscode.notebooks.registerNotebookCellStatusBarItemProvider('jupyter-notebook', this),
    ];
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem | undefined {
    const said = this.staleness.itemOf(cell);
    if (said === undefined) return undefined;
    const item = new vscode.NotebookCellStatusBarItem(said.text, vscode.NotebookCellStatusBarAlignment.Left);
    item.tooltip = said.tooltip;
    item.accessibilityInformation = { label: said.spoken, role: 'button' };
    const title = 'Show What This Came From';
    item.command = { command: 'reprise.showUpstream', title, arguments: [cell.document.uri] };
    return item;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
