/** In which language a notebook is written, and which of its cells its kernel runs. */
import * as vscode from 'vscode';
import { javascriptOf } from '../environment/npm/kernel';
import type { JavaScriptLanguage } from '../environment/recordedKernel';
import type { Json } from '../notebook/digest';
import { languageOf, type Notebook } from '../notebook/model';

/** Languages of cells that are run and linted. */
export const LANGUAGES = ['python', 'javascript', 'typescript'] as const;

/** What decides which kernel a notebook has; of an open one as of its file. */
export type Written = Pick<Notebook, 'language' | 'document'>;

export function writtenIn({ metadata }: vscode.NotebookDocument): Written {
  // The editor keeps the file's metadata within its own.
  const document = { metadata: ((metadata as { metadata?: Json }).metadata ?? {}) as Json };
  return { language: languageOf(document), document };
}

/** Undefined for a Python notebook. */
export function javascriptIn(notebook: vscode.NotebookDocument): JavaScriptLanguage | undefined {
  return javascriptOf(writtenIn(notebook));
}

/** A code cell in the language of the notebook's kernel; JavaScript and TypeScript have the same kernels. */
export function isOfKernel({ kind, document, notebook }: vscode.NotebookCell): boolean {
  if (kind !== vscode.NotebookCellKind.Code) return false;
  const isPython = document.languageId === 'python';
  return javascriptIn(notebook) === undefined
    ? isPython
    : !isPython && LANGUAGES.some((each) => each === document.languageId);
}
