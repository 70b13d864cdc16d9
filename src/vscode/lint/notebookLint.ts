/** Lints open notebooks while they are edited: findings in the editor, and their number for the status bar. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Finding } from '../../lint/finding';
import type { LintCell, Linter, LintOptions } from '../../lint/lint';
import { volatileReason } from '../../notebook/model';
import { sidecarPath } from '../../notebook/sidecar';
import type { Severity } from '../editor';
import type { LintCounts, NotebookState } from '../follow/state';
import type { CellKeys } from '../kernels/cells';
import type { Settings } from '../settings';
import { FindingActions, LANGUAGES } from './codeActions';
import { isExcluded } from './excluded';
import { countsOf, messageOf, severityOf } from './findings';
import { rangeOf } from './ranges';

const NOTEBOOK = 'jupyter-notebook';
const PAUSE_MS = 150;

export type NotebookLintDeps = {
  keys: CellKeys;
  settings: Pick<Settings, 'lintShow' | 'lintRules' | 'lintExclude'>;
  /** What is known of notebooks; their policy decides what a run repeats. */
  runs: { stateOf(uri: string): NotebookState; onDidChange: vscode.Event<string> };
  /** The extension's folder, where the pages of the rules are. */
  pages: vscode.Uri;
};

type Linted = { findings: Finding[]; counts: LintCounts; linter: Linter };

export class NotebookLint implements vscode.Disposable {
  private readonly shown = vscode.languages.createDiagnosticCollection('reprise');
  private readonly linted = new Map<vscode.NotebookDocument, Linted>();
  private readonly timers = new Map<vscode.NotebookDocument, NodeJS.Timeout>();
  private readonly emitter = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[];

  /** Fires with the URI of a notebook that was linted. */
  readonly onDidChange = this.emitter.event;

  constructor(private readonly deps: NotebookLintDeps) {
    const { workspace } = vscode;
    this.subscriptions = [
      this.shown,
      this.emitter,
      new FindingActions(this).register(),
      deps.runs.onDidChange((uri) => this.refresh(uri)),
      workspace.onDidOpenNotebookDocument((notebook) => this.soon(notebook)),
      workspace.onDidChangeNotebookDocument(({ notebook, contentChanges, cellChanges }) => {
        if (contentChanges.length > 0 || cellChanges.some(({ document }) => document)) this.soon(notebook);
      }),
      workspace.onDidCloseNotebookDocument((notebook) => this.forget(notebook)),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('reprise.lint')) this.all();
      }),
    ];
    this.all();
  }

  /** Its settings may have changed. */
  private refresh(uri: string): void {
    const notebook = vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === uri);
    if (notebook) this.soon(notebook);
  }

  countsOf(uri: string): LintCounts | undefined {
    return [...this.linted].find(([notebook]) => notebook.uri.toString() === uri)?.[1].counts;
  }

  findingsOf(notebook: vscode.NotebookDocument): readonly Finding[] {
    return this.linted.get(notebook)?.findings ?? [];
  }

  /** None where the notebook is excluded. */
  cellsOf(notebook: vscode.NotebookDocument): LintCell[] {
    const excluded = this.deps.settings.lintExclude(notebook.uri.toString());
    if (notebook.cellCount > 0 && isExcluded(notebook.cellAt(0).document, notebook.uri, excluded)) return [];
    return notebook.getCells().flatMap((cell) => {
      const source = cell.document.getText();
      const language = LANGUAGES.find((each) => each === cell.document.languageId);
      if (cell.kind !== vscode.NotebookCellKind.Code || language === undefined) return [];
      const volatile = volatileReason(source) !== undefined;
      const id = this.deps.keys.keyOf(cell);
      return [{ index: cell.index, id, source, language, ...(volatile ? { volatile } : {}) }];
    });
  }

  optionsOf(notebook: vscode.NotebookDocument): LintOptions {
    const uri = notebook.uri.toString();
    const { policy } = this.deps.runs.stateOf(uri);
    return { policy, rules: this.deps.settings.lintRules(uri) };
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private all(): void {
    for (const notebook of vscode.workspace.notebookDocuments) this.soon(notebook);
  }

  private soon(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== NOTEBOOK) return;
    clearTimeout(this.timers.get(notebook));
    this.timers.set(
      notebook,
      setTimeout(() => void this.lint(notebook), PAUSE_MS),
    );
  }

  private async lint(notebook: vscode.NotebookDocument): Promise<void> {
    const { Linter } = await import(/* webpackChunkName: "lint" */ '../../lint/lint');
    if (notebook.isClosed) return;
    const linter = this.linted.get(notebook)?.linter ?? new Linter();
    const options = this.optionsOf(notebook);
    const findings = linter.lint(this.cellsOf(notebook), options);
    this.linted.set(notebook, { findings, counts: countsOf(findings), linter });
    this.show(notebook, findings, options);
    this.emitter.fire(notebook.uri.toString());
  }

  private show(
    notebook: vscode.NotebookDocument,
    findings: readonly Finding[],
    { rules }: LintOptions,
  ): void {
    const isShown = this.isShown(notebook);
    for (const cell of notebook.getCells()) {
      const mine = isShown ? findings.filter((finding) => finding.cell.index === cell.index) : [];
      this.shown.set(
        cell.document.uri,
        mine.map((finding) => this.diagnosticOf(finding, severityOf(finding, rules))),
      );
    }
    const open = new Set(notebook.getCells().map(({ document }) => document.uri.toString()));
    this.shown.forEach((uri) => {
      // A deleted cell's document goes with it.
      if (uri.path === notebook.uri.path && !open.has(uri.toString())) this.shown.delete(uri);
    });
  }

  private isShown({ uri, isUntitled }: vscode.NotebookDocument): boolean {
    const when = this.deps.settings.lintShow(uri.toString());
    if (when !== 'optedIn') return when === 'always';
    return !isUntitled && uri.scheme === 'file' && existsSync(sidecarPath(uri.fsPath));
  }

  private diagnosticOf(finding: Finding, severity: Severity): vscode.Diagnostic {
    const { range } = finding;
    const diagnostic = new vscode.Diagnostic(rangeOf(range), messageOf(finding), LEVELS[severity]);
    diagnostic.source = 'reprise';
    const target = vscode.Uri.joinPath(this.deps.pages, finding.docs);
    diagnostic.code = { value: finding.rule, target };
    return diagnostic;
  }

  private forget(notebook: vscode.NotebookDocument): void {
    clearTimeout(this.timers.get(notebook));
    this.timers.delete(notebook);
    this.linted.delete(notebook);
    for (const cell of notebook.getCells()) this.shown.delete(cell.document.uri);
  }
}

const LEVELS: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};
