/** Quick fixes of findings, and fix-all, as ordinary edits: one undo takes each back. */
import * as vscode from 'vscode';
import type { Finding, Fix } from '../../lint/finding';
import type { NotebookLint } from './notebookLint';
import { rangeOf } from './ranges';

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append('reprise');
/** Languages of cells that are linted. */
export const LANGUAGES = ['python', 'javascript', 'typescript'] as const;
const SELECTOR: vscode.DocumentSelector = LANGUAGES.map((language) => {
  return { notebookType: 'jupyter-notebook', language };
});

export class FindingActions implements vscode.CodeActionProvider {
  constructor(private readonly lint: NotebookLint) {}

  register(): vscode.Disposable {
    const providedCodeActionKinds = [vscode.CodeActionKind.QuickFix, FIX_ALL];
    return vscode.languages.registerCodeActionsProvider(SELECTOR, this, { providedCodeActionKinds });
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { only, diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const cell = cellOf(document);
    if (cell === undefined) return [];
    if (only && FIX_ALL.contains(only)) return this.fixAll(cell);
    if (only && !only.contains(vscode.CodeActionKind.QuickFix))
      return only.contains(FIX_ALL) ? this.fixAll(cell) : [];
    return this.lint
      .findingsOf(cell.notebook)
      .filter((finding) => finding.cell.index === cell.index && rangeOf(finding.range).intersection(range))
      .flatMap((finding) => {
        const own = diagnostics.filter(
          ({ range: at, source }) => source === 'reprise' && at.isEqual(rangeOf(finding.range)),
        );
        return [
          ...finding.fixes.map((fix) => fixAction(cell.notebook, fix, own)),
          ignoreAction(document, finding, own),
        ];
      });
  }

  private async fixAll(cell: vscode.NotebookCell): Promise<vscode.CodeAction[]> {
    const { fixAll } = await import(/* webpackChunkName: "lint" */ '../../lint/fixAll');
    const { notebook } = cell;
    const before = this.lint.cellsOf(notebook);
    const after = fixAll(before, this.lint.optionsOf(notebook), cell.index);
    const changed = after.find(
      ({ index }, i) => index === cell.index && before[i]!.source !== after[i]!.source,
    );
    if (changed === undefined) return [];
    const action = new vscode.CodeAction('Fix all unseeded randomness in this cell', FIX_ALL);
    action.edit = new vscode.WorkspaceEdit();
    const { document } = cell;
    const end = document.lineAt(document.lineCount - 1).range.end;
    action.edit.replace(document.uri, new vscode.Range(new vscode.Position(0, 0), end), changed.source);
    return [action];
  }
}

function fixAction(
  notebook: vscode.NotebookDocument,
  { title, safe, edits }: Fix,
  own: vscode.Diagnostic[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.isPreferred = safe;
  action.diagnostics = own;
  action.edit = new vscode.WorkspaceEdit();
  for (const { cell, range, text } of edits) {
    action.edit.replace(notebook.cellAt(cell).document.uri, rangeOf(range), text);
  }
  return action;
}

function ignoreAction(
  document: vscode.TextDocument,
  { rule, range }: Finding,
  own: vscode.Diagnostic[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(`Ignore ${rule} in this line`, vscode.CodeActionKind.QuickFix);
  action.diagnostics = own;
  action.edit = new vscode.WorkspaceEdit();
  const isPython = document.languageId === 'python' && !/^\s*%%(javascript|js)\b/i.test(document.getText());
  const mark = isPython ? '#' : '//';
  action.edit.insert(
    document.uri,
    document.lineAt(range.end.line).range.end,
    `  ${mark} reprise: ignore[${rule}]`,
  );
  return action;
}

function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
  return cells.find((cell) => cell.document === document);
}
