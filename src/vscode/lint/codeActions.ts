/** Quick fixes of findings, and fix-all, as ordinary edits: one undo takes each back. */
import * as vscode from 'vscode';
import type { Finding, Fix } from '../../lint/finding';
import type { CommandId } from '../commands/ids';
import type { NotebookLint } from './notebookLint';
import { rangeOf } from './ranges';
import { commentMark, documentOf, isNotebook, type Source, sourceOf, workspaceEdit } from './sources';

const { QuickFix, SourceFixAll, Notebook } = vscode.CodeActionKind;
const FIX_ALL = SourceFixAll.append('reprise');
/** What `notebook.codeActionsOnSave` asks for once, of the first cell, whatever that holds. */
const FIX_NOTEBOOK = Notebook.append(FIX_ALL.value);
const SELECTOR: vscode.DocumentSelector = [{ notebookType: 'jupyter-notebook' }, { language: 'python' }];

export class FindingActions implements vscode.CodeActionProvider {
  constructor(private readonly lint: NotebookLint) {}

  register(): vscode.Disposable {
    const providedCodeActionKinds = [QuickFix, FIX_ALL, FIX_NOTEBOOK];
    return vscode.languages.registerCodeActionsProvider(SELECTOR, this, { providedCodeActionKinds });
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { only = QuickFix, diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const source = sourceOf(document);
    if (source === undefined) return [];
    return [
      ...(only.contains(QuickFix) ? this.quickFixes(source, document, range, diagnostics) : []),
      ...(only.contains(FIX_ALL) ? await this.fixAll(source, document) : []),
      ...(only.contains(FIX_NOTEBOOK) && isNotebook(source) ? await this.fixNotebook(source) : []),
    ];
  }

  private quickFixes(
    source: Source,
    document: vscode.TextDocument,
    range: vscode.Range,
    diagnostics: readonly vscode.Diagnostic[],
  ): vscode.CodeAction[] {
    return this.lint
      .findingsOf(source)
      .filter(({ cell, range: at }) => {
        return documentOf(source, cell.index) === document && rangeOf(at).intersection(range);
      })
      .flatMap((finding) => {
        const actions = [
          ...finding.fixes.map((fix) => fixAction(source, fix)),
          ...declareActions(source, document, finding),
          ignoreAction(document, finding),
          pageAction(finding, this.lint.pageOf(finding)),
        ];
        const own = diagnostics.filter(
          ({ range: at, source: by }) => by === 'reprise' && at.isEqual(rangeOf(finding.range)),
        );
        for (const action of actions) action.diagnostics = own;
        return actions;
      });
  }

  private async fixAll(source: Source, document: vscode.TextDocument): Promise<vscode.CodeAction[]> {
    // On save VS Code asks for all cells at once: seeds that differ are those of the whole notebook. A script is one document.
    const edits = await this.lint.fixesOf(source, isNotebook(source) ? 'cell' : 'notebook');
    const mine = edits.filter(({ cell }) => documentOf(source, cell) === document);
    const what = isNotebook(source) ? 'cell' : 'file';
    return fixAllAction(`Fix all unseeded randomness in this ${what}`, FIX_ALL, source, mine);
  }

  private async fixNotebook(notebook: vscode.NotebookDocument): Promise<vscode.CodeAction[]> {
    const edits = await this.lint.fixesOf(notebook);
    return fixAllAction('Fix all unseeded randomness in this notebook', FIX_NOTEBOOK, notebook, edits);
  }
}

function fixAllAction(
  title: string,
  kind: vscode.CodeActionKind,
  source: Source,
  edits: Fix['edits'],
): vscode.CodeAction[] {
  if (edits.length === 0) return [];
  const action = new vscode.CodeAction(title, kind);
  action.edit = workspaceEdit(source, edits);
  return [action];
}

function fixAction(source: Source, { title, safe, edits }: Fix): vscode.CodeAction {
  const action = new vscode.CodeAction(title, QuickFix);
  action.isPreferred = safe;
  action.edit = workspaceEdit(source, edits);
  return action;
}

/** Offered where no run of Reprise would repeat it; only notebooks are run. */
function declareActions(
  source: Source,
  document: vscode.TextDocument,
  { verdict, enforced }: Finding,
): vscode.CodeAction[] {
  if (!isNotebook(source) || (enforced && verdict !== 'volatile')) return [];
  const title = 'Declare the cell volatile, with a reason…';
  const action = new vscode.CodeAction(title, QuickFix);
  const command: CommandId = 'reprise.declareVolatile';
  action.command = { command, title, arguments: [document.uri] };
  return [action];
}

function ignoreAction(document: vscode.TextDocument, { rule, range }: Finding): vscode.CodeAction {
  const action = new vscode.CodeAction(`Ignore ${rule} in this line`, QuickFix);
  action.edit = new vscode.WorkspaceEdit();
  const comment = `  ${commentMark(document)} reprise: ignore[${rule}]`;
  action.edit.insert(document.uri, document.lineAt(range.end.line).range.end, comment);
  return action;
}

/** The link of a diagnostic opens the page as text, and may not run a command. */
function pageAction({ rule }: Finding, page: vscode.Uri): vscode.CodeAction {
  const title = `Explain ${rule}`;
  const action = new vscode.CodeAction(title, QuickFix);
  action.command = { command: 'markdown.showPreview', title, arguments: [page] };
  return action;
}
