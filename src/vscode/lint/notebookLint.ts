/** Lints open notebooks and scripts while they are edited: findings in the editor, and their number for the status bar. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Fix, SeenFinding } from '../../lint/finding';
import type { LintCell, Linter, LintOptions } from '../../lint/lint';
import { volatileReason } from '../../notebook/model';
import { sidecarPath } from '../../notebook/sidecar';
import type { Lint, ListedFinding, Severity } from '../editor';
import type { LintCounts, NotebookState } from '../follow/state';
import type { CellKeys } from '../kernels/cells';
import { LANGUAGES } from '../languages';
import type { Settings } from '../settings';
import { FindingActions } from './codeActions';
import { isExcluded } from './excluded';
import { factsOf } from './facts';
import { countsOf, messageOf, severityOf } from './findings';
import { rangeOf } from './ranges';
import {
  documentOf,
  documentsOf,
  isLinted,
  isNotebook,
  openSources,
  type Source,
  workspaceEdit,
} from './sources';

const PAUSE_MS = 150;

export type NotebookLintDeps = {
  keys: CellKeys;
  settings: Pick<Settings, 'lintShow' | 'lintRules' | 'lintExclude'>;
  /** What is known of notebooks; their policy decides what a run repeats. */
  runs: { stateOf(uri: string): NotebookState; onDidChange: vscode.Event<string> };
  /** The extension's folder, where the pages of the rules are. */
  pages: vscode.Uri;
};

type Linted = { findings: SeenFinding[]; counts: LintCounts; linter: Linter };

export class NotebookLint implements Lint, vscode.Disposable {
  private readonly shown = vscode.languages.createDiagnosticCollection('reprise');
  private readonly linted = new Map<Source, Linted>();
  private readonly timers = new Map<Source, NodeJS.Timeout>();
  private readonly emitter = new vscode.EventEmitter<string>();
  private readonly subscriptions: vscode.Disposable[];

  /** Fires with the URI of a notebook or script that was linted. */
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
      workspace.onDidOpenTextDocument((document) => this.soon(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.soon(document)),
      workspace.onDidCloseTextDocument((document) => this.forget(document)),
      // A script's settings may have been written beside it meanwhile.
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (editor) this.soon(editor.document);
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('reprise.lint')) this.all();
      }),
    ];
    this.all();
  }

  countsOf(uri: string): LintCounts | undefined {
    return this.known(uri)?.[1].counts;
  }

  listOf(uri: string): readonly ListedFinding[] {
    const [source, { findings }] = this.known(uri) ?? [undefined, { findings: [] }];
    return findings.map((finding) => {
      const { cell, range } = finding;
      const { line } = range.start;
      // It may be edited since, and linted in a moment.
      const document = documentOf(source!, cell.index);
      const text = line < document.lineCount ? document.lineAt(line).text.trim() : '';
      return { text, message: messageOf(finding), at: { ...cell, line: line + 1 } };
    });
  }

  findingsOf(source: Source): readonly SeenFinding[] {
    return this.linted.get(source)?.findings ?? [];
  }

  async fixAll(uri: string): Promise<boolean> {
    const source = this.known(uri)?.[0];
    const edits = source === undefined ? [] : await this.fixesOf(source);
    return edits.length > 0 && vscode.workspace.applyEdit(workspaceEdit(source!, edits));
  }

  /** Every safe fix, or those that stay in their cell. */
  async fixesOf(source: Source, within: 'notebook' | 'cell' = 'notebook'): Promise<Fix['edits']> {
    const { allFixes } = await import(/* webpackChunkName: "lint" */ '../../lint/fixAll');
    const cells = await this.cellsOf(source);
    // What is written is to hold for whoever runs it, from top to bottom.
    const { order: _, ...options } = this.optionsOf(source, cells);
    return allFixes(cells, options, within);
  }

  /** The page of a finding's rule. */
  pageOf({ docs }: SeenFinding): vscode.Uri {
    return vscode.Uri.joinPath(this.deps.pages, docs);
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** None where it is excluded. */
  private async cellsOf(source: Source): Promise<LintCell[]> {
    const [first] = documentsOf(source);
    const globs = this.deps.settings.lintExclude(source.uri.toString());
    if (first === undefined || isExcluded(first, source.uri, globs)) return [];
    if (isNotebook(source)) return this.cellsOfNotebook(source);
    const { cellsOfScript } = await import(/* webpackChunkName: "lint" */ '../../lint/files');
    return cellsOfScript(source.getText());
  }

  private cellsOfNotebook(notebook: vscode.NotebookDocument): LintCell[] {
    return notebook.getCells().flatMap((cell) => {
      const source = cell.document.getText();
      const language = LANGUAGES.find((each) => each === cell.document.languageId);
      if (cell.kind !== vscode.NotebookCellKind.Code || language === undefined) return [];
      const volatile = volatileReason(source) !== undefined;
      const id = this.deps.keys.keyOf(cell);
      return [{ index: cell.index, id, source, language, ...(volatile ? { volatile } : {}) }];
    });
  }

  private optionsOf(source: Source, cells: readonly LintCell[]): LintOptions {
    const uri = source.uri.toString();
    const rules = this.deps.settings.lintRules(uri);
    // A script runs without Reprise.
    if (!isNotebook(source)) return { policy: 'observe', rules };
    const { policy, run } = this.deps.runs.stateOf(uri);
    return { policy, rules, ...(run && factsOf(run, cells)) };
  }

  private known(uri: string): [Source, Linted] | undefined {
    return [...this.linted].find(([source]) => source.uri.toString() === uri);
  }

  /** The notebook's settings or its record may have changed. */
  private refresh(uri: string): void {
    const notebook = vscode.workspace.notebookDocuments.find((open) => open.uri.toString() === uri);
    if (notebook) this.soon(notebook);
  }

  private all(): void {
    for (const source of openSources()) this.soon(source);
  }

  private soon(source: Source): void {
    if (!isLinted(source)) return;
    clearTimeout(this.timers.get(source));
    this.timers.set(
      source,
      setTimeout(() => void this.lint(source), PAUSE_MS),
    );
  }

  private async lint(source: Source): Promise<void> {
    const { Linter } = await import(/* webpackChunkName: "lint" */ '../../lint/lint');
    const cells = await this.cellsOf(source);
    if (source.isClosed) return;
    const linter = this.linted.get(source)?.linter ?? new Linter();
    const options = this.optionsOf(source, cells);
    const findings = linter.lint(cells, options);
    this.linted.set(source, { findings, counts: countsOf(findings), linter });
    this.show(source, findings, options);
    this.emitter.fire(source.uri.toString());
  }

  private show(source: Source, findings: readonly SeenFinding[], { rules }: LintOptions): void {
    const isShown = this.isShown(source);
    const documents = documentsOf(source);
    for (const document of documents) {
      const mine = findings.filter(({ cell }) => isShown && documentOf(source, cell.index) === document);
      this.shown.set(
        document.uri,
        mine.map((finding) => this.diagnosticOf(finding, severityOf(finding, rules))),
      );
    }
    const open = new Set(documents.map(({ uri }) => uri.toString()));
    this.shown.forEach((uri) => {
      // A deleted cell's document goes with it.
      if (uri.path === source.uri.path && !open.has(uri.toString())) this.shown.delete(uri);
    });
  }

  private isShown({ uri, isUntitled }: Source): boolean {
    const when = this.deps.settings.lintShow(uri.toString());
    if (when !== 'optedIn') return when === 'always';
    return !isUntitled && uri.scheme === 'file' && existsSync(sidecarPath(uri.fsPath));
  }

  private diagnosticOf(finding: SeenFinding, severity: Severity): vscode.Diagnostic {
    const { range, rule } = finding;
    const diagnostic = new vscode.Diagnostic(rangeOf(range), messageOf(finding), LEVELS[severity]);
    diagnostic.source = 'reprise';
    diagnostic.code = { value: rule, target: this.pageOf(finding) };
    return diagnostic;
  }

  private forget(source: Source): void {
    clearTimeout(this.timers.get(source));
    this.timers.delete(source);
    if (!this.linted.delete(source)) return;
    for (const { uri } of documentsOf(source)) this.shown.delete(uri);
  }
}

const LEVELS: Record<Severity, vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};
