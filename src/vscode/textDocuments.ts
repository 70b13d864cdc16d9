import * as vscode from 'vscode';
import type { TextAction } from './editor';

export const TEXT_SCHEME = 'reprise-text';

type Shown = { text: string; actions: readonly TextAction[] };

/** Read-only Markdown documents `reprise-text:/<title>.md`, as they were shown last, with what can be done above their text. */
export class TextDocuments implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider {
  private readonly shown = new Map<string, Shown>();
  private readonly emitter = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.emitter.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.shown.get(uri.path)?.text ?? 'This was shown in an earlier window. Call its command again.\n';
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const top = new vscode.Range(0, 0, 0, 0);
    const actions = this.shown.get(uri.path)?.actions ?? [];
    return actions.map(({ label, command, notebook }) => {
      // As a button of the notebook's own toolbar would name it.
      const context = { notebookEditor: { notebookUri: vscode.Uri.parse(notebook) } };
      return new vscode.CodeLens(top, { title: label, command, arguments: [context] });
    });
  }

  async show(title: string, text: string, actions: readonly TextAction[]): Promise<void> {
    const uri = vscode.Uri.from({ scheme: TEXT_SCHEME, path: `/${title}.md` });
    this.shown.set(uri.path, { text, actions });
    this.emitter.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.emitter,
      vscode.workspace.registerTextDocumentContentProvider(TEXT_SCHEME, this),
      vscode.languages.registerCodeLensProvider({ scheme: TEXT_SCHEME }, this),
    );
  }
}
