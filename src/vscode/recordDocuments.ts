import path from 'node:path';
import * as vscode from 'vscode';
import { recordText } from './recordText';

export const RECORD_SCHEME = 'reprise-record';

/** Read-only documents `reprise-record:<run>.jsonc?<root>`, whose text is the record as it is now. */
export class RecordDocuments implements vscode.TextDocumentContentProvider {
  private readonly emitter = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.emitter.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    try {
      return recordText(uri.query, path.posix.basename(uri.path, '.jsonc'));
    } catch (error) {
      const why = error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
      return `// The record cannot be shown: ${why}\n`;
    }
  }

  async show(root: string, run: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: RECORD_SCHEME, path: `/${run}.jsonc`, query: root });
    // It may be open from before, and have grown since.
    this.emitter.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.emitter,
      vscode.workspace.registerTextDocumentContentProvider(RECORD_SCHEME, this),
    );
  }
}
