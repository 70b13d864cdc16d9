/** Open notebooks, and what becomes of them when files are renamed. */
import * as vscode from 'vscode';
import { Failure } from '../../notebook/failure';

export function find(uri: string): vscode.NotebookDocument {
  const notebook = vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === uri);
  if (notebook === undefined) throw new Failure('usage', 'no-notebook', 'The notebook is no longer open.');
  return notebook;
}

export function workspaceFolderOf(uri?: vscode.Uri): string | undefined {
  const { getWorkspaceFolder, workspaceFolders } = vscode.workspace;
  return ((uri && getWorkspaceFolder(uri)) ?? workspaceFolders?.[0])?.uri.fsPath;
}

export function movedUri(uri: vscode.Uri, from: vscode.Uri, to: vscode.Uri): vscode.Uri | undefined {
  if (uri.scheme !== from.scheme) return undefined;
  if (uri.path === from.path) return to;
  return uri.path.startsWith(`${from.path}/`)
    ? uri.with({ path: to.path + uri.path.slice(from.path.length) })
    : undefined;
}

export function sameCells(a: vscode.NotebookDocument, b: vscode.NotebookDocument): boolean {
  const texts = (notebook: vscode.NotebookDocument) =>
    notebook.getCells().map(({ document }) => document.getText());
  return JSON.stringify(texts(a)) === JSON.stringify(texts(b));
}
