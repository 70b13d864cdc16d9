/** What is linted as one program: a notebook, or a script with its `# %%` cells. */
import * as vscode from 'vscode';
import type { Fix } from '../../lint/finding';
import { rangeOf } from './ranges';

export type Source = vscode.NotebookDocument | vscode.TextDocument;

const NOTEBOOK = 'jupyter-notebook';

export function isNotebook(source: Source): source is vscode.NotebookDocument {
  return 'notebookType' in source;
}

export function isLinted(source: Source): boolean {
  if (isNotebook(source)) return source.notebookType === NOTEBOOK;
  const { languageId, uri } = source;
  if (languageId !== 'python' || !['file', 'untitled'].includes(uri.scheme)) return false;
  // What pip installed is read there, not written.
  return !uri.path.includes('/site-packages/');
}

/** Every notebook and script that is open. */
export function openSources(): Source[] {
  const { notebookDocuments, textDocuments } = vscode.workspace;
  return [...notebookDocuments, ...textDocuments].filter(isLinted);
}

/** The script that the user sees and writes in; undefined in a notebook. */
export function frontScript(): vscode.TextDocument | undefined {
  const { activeNotebookEditor, activeTextEditor } = vscode.window;
  const document = activeNotebookEditor === undefined ? activeTextEditor?.document : undefined;
  return document && isLinted(document) ? document : undefined;
}

/** The notebook of a cell, the script itself; undefined for any other document. */
export function sourceOf(document: vscode.TextDocument): Source | undefined {
  if (isLinted(document)) return document;
  const { notebookDocuments } = vscode.workspace;
  return notebookDocuments.find(
    (notebook) => isLinted(notebook) && notebook.getCells().some((cell) => cell.document === document),
  );
}

/** The document that holds a cell: all cells of a script are in the script's own, at their places in it. */
export function documentOf(source: Source, cell: number): vscode.TextDocument {
  return isNotebook(source) ? source.cellAt(cell).document : source;
}

/** All documents that findings of it can be in. */
export function documentsOf(source: Source): vscode.TextDocument[] {
  return isNotebook(source) ? source.getCells().map(({ document }) => document) : [source];
}

/** As one edit, so that one undo takes it back. */
export function workspaceEdit(source: Source, edits: Fix['edits']): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { cell, range, text } of edits) {
    edit.replace(documentOf(source, cell).uri, rangeOf(range), text);
  }
  return edit;
}

/** What begins a comment there. */
export function commentMark(document: vscode.TextDocument): '#' | '//' {
  const isPython = document.languageId === 'python' && !/^\s*%%(javascript|js)\b/i.test(document.getText());
  return isPython ? '#' : '//';
}
