/** What the user is told of cells that the notebook's kernel does not run, as they are in another language. */
import * as vscode from 'vscode';
import { kernelspecFor } from '../../environment/npm/kernel';
import type { JavaScriptLanguage } from '../../environment/recordedKernel';
import { javascriptIn } from '../languages';

/** @param again runs them, once the notebook says that it is in their language */
export async function tellOfOtherLanguage(
  cells: readonly vscode.NotebookCell[],
  again: () => Promise<void>,
): Promise<void> {
  const first = cells.find(({ document }) => document.getText().trim() !== '');
  if (first === undefined) return;
  const { notebook, document, index } = first;
  const language = document.languageId;
  const kernel = javascriptIn(notebook) === undefined ? 'Python' : 'JavaScript';
  const message = `Cell ${index} is written in ${language} and was not run: the notebook says that its kernel is one of ${kernel}.`;
  const wanted = language === 'javascript' || language === 'typescript' ? language : undefined;
  // Where cells are in both, no kernel runs all of them.
  const isWhole = codeOf(notebook).every((cell) => cell.document.languageId === language);
  const button = wanted === 'typescript' ? 'Make It a TypeScript Notebook' : 'Make It a JavaScript Notebook';
  const buttons = wanted !== undefined && isWhole ? [button] : [];
  if ((await vscode.window.showWarningMessage(message, ...buttons)) !== button || !wanted) return;
  await write(notebook, wanted);
  await again();
}

function codeOf(notebook: vscode.NotebookDocument): vscode.NotebookCell[] {
  return notebook
    .getCells()
    .filter(
      ({ kind, document }) => kind === vscode.NotebookCellKind.Code && document.getText().trim() !== '',
    );
}

/** As a Jupyter front end writes down which kernel a notebook has. */
async function write(notebook: vscode.NotebookDocument, language: JavaScriptLanguage): Promise<void> {
  const before = (notebook.metadata as { metadata?: Record<string, unknown> }).metadata;
  const kernelspec = kernelspecFor({ kernel: 'tslab', language });
  const metadata = { ...before, kernelspec, language_info: { name: language } };
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata({ ...notebook.metadata, metadata })]);
  await vscode.workspace.applyEdit(edit);
}
