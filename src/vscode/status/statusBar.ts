/** The one status bar item, while a notebook or a script with findings is in front; for notebooks also in the language status. */
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Kernels } from '../editor';
import type { Follower } from '../follow/follower';
import { type PinState, pinWords } from '../follow/pin';
import { javascriptIn } from '../languages';
import type { NotebookLint } from '../lint/notebookLint';
import { frontScript } from '../lint/sources';
import type { Staleness } from '../stale/staleness';
import { HOVER_COMMANDS, hoverOf } from './hover';
import { ICONS, type Level, scriptStatus, type Status, statusOf } from './words';

const WARNS: ReadonlySet<Level> = new Set(['warning', 'bad']);

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'reprise.status',
    vscode.StatusBarAlignment.Right,
    100,
  );
  private readonly language = vscode.languages.createLanguageStatusItem('reprise.status', {
    notebookType: 'jupyter-notebook',
  });
  private readonly subscriptions: vscode.Disposable[] = [this.item, this.language];

  constructor(
    private readonly follower: Pick<Follower, 'stateOf' | 'onDidChange'>,
    private readonly kernels: Pick<Kernels, 'pythonOf' | 'liveRunOf'>,
    private readonly lint: Pick<NotebookLint, 'countsOf' | 'onDidChange'>,
    private readonly stale: Pick<Staleness, 'countOf' | 'onDidChange'>,
  ) {
    this.item.name = 'Reprise';
    this.item.command = 'reprise.showRandomness';
    this.language.name = 'Reprise';
    this.language.command = { command: 'reprise.showRandomness', title: 'Show Randomness' };
    this.subscriptions.push(
      lint.onDidChange((uri) => {
        if (uri === (frontNotebook() ?? frontScript())?.uri.toString()) this.show();
      }),
      vscode.window.onDidChangeActiveNotebookEditor(() => this.show()),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
      ...[follower, stale].map(({ onDidChange }) =>
        onDidChange((uri) => {
          if (uri === frontNotebook()?.uri.toString()) this.show();
        }),
      ),
    );
    this.show();
  }

  /** Also called when a kernel was started or ended: no record tells that. */
  show(): void {
    const notebook = frontNotebook();
    if (notebook === undefined) return this.showScript(frontScript());
    const uri = notebook.uri.toString();
    const lint = this.lint.countsOf(uri);
    const stale = this.stale.countOf(uri);
    const state = { ...this.follower.stateOf(uri), ...(lint ? { lint } : {}), stale };
    const status = statusOf(state);
    this.showItem(status, this.hover(notebook));
    this.showLanguage(status, state.pin);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private showScript(script: vscode.TextDocument | undefined): void {
    const status = script && scriptStatus(this.lint.countsOf(script.uri.toString()));
    if (status === undefined) return this.item.hide();
    this.showItem(status, `Reprise ${path.posix.basename(script!.uri.path)}: ${status.hover}`);
  }

  private showItem({ level, text, spoken }: Status, tooltip: vscode.MarkdownString | string): void {
    this.item.text = `${ICONS[level]} ${text}`;
    this.item.accessibilityInformation = { label: spoken };
    this.item.backgroundColor = WARNS.has(level)
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.item.tooltip = tooltip;
    this.item.show();
  }

  private showLanguage(status: Status, pin: PinState | undefined): void {
    this.language.text = `${ICONS[status.level]} ${status.text}`;
    this.language.detail = pin === undefined ? 'Reprise' : `Reprise, pinned: ${pinWords(pin)}`;
    this.language.severity = WARNS.has(status.level)
      ? vscode.LanguageStatusSeverity.Warning
      : vscode.LanguageStatusSeverity.Information;
    this.language.accessibilityInformation = { label: status.spoken };
  }

  private hover(notebook: vscode.NotebookDocument): vscode.MarkdownString {
    const uri = notebook.uri.toString();
    const python = this.kernels.pythonOf(uri)?.replace(homedir(), '~');
    const text = hoverOf(this.follower.stateOf(uri), {
      name: path.posix.basename(notebook.uri.path),
      ...(python === undefined ? {} : { python }),
      isLive: this.kernels.liveRunOf(uri) !== undefined,
      javascript: javascriptIn(notebook) !== undefined,
    });
    const hover = new vscode.MarkdownString(text);
    hover.isTrusted = { enabledCommands: [...HOVER_COMMANDS] };
    return hover;
  }
}

function frontNotebook(): vscode.NotebookDocument | undefined {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  return notebook?.notebookType === 'jupyter-notebook' ? notebook : undefined;
}
