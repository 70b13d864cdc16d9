/** The editor behind the commands: what they ask of it, done with VS Code. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type {
  CellRef,
  Choice,
  Heading,
  NotebookFile,
  NotebookRef,
  Place,
  Report,
  Severity,
  Surface,
  TextAction,
} from './editor';
import type { Documents } from './documents';
import type { CellKeys } from './kernels/cells';
import type { RunRef } from './kubernetes/followers';
import { commentMark, frontScript, type Source } from './lint/sources';
import { javascriptIn } from './languages';
import { holdsSameCells, notebookFile, type ShownCell } from './notebookFile';

export type WorkbenchDeps = { keys: Pick<CellKeys, 'keyOf'>; documents: Documents };

/** Made anew for each invocation: which notebook is meant is decided when the command is called. */
export class Workbench implements Surface {
  /** @param context what VS Code hands to a command: the notebook's editor, when a toolbar button was pressed */
  constructor(
    private readonly deps: WorkbenchDeps,
    private readonly context: unknown,
  ) {}

  get isTrusted(): boolean {
    return vscode.workspace.isTrusted;
  }

  notebook(): NotebookRef | undefined {
    const notebook = this.document();
    return notebook && { uri: notebook.uri.toString(), name: nameOf(notebook), ...languageOf(notebook) };
  }

  packages(): string[] {
    const { packages } = (this.context ?? {}) as { packages?: unknown };
    return Array.isArray(packages) ? packages.filter((each) => typeof each === 'string') : [];
  }

  clusterRun(): RunRef | undefined {
    const { root, run } = (this.context ?? {}) as { root?: unknown; run?: unknown };
    return typeof root === 'string' && typeof run === 'string' ? { root, run } : undefined;
  }

  script(): NotebookRef | undefined {
    const script = frontScript();
    return script && { uri: script.uri.toString(), name: nameOf(script) };
  }

  cell(): CellRef | undefined {
    const cell = cellOf(this.context) ?? this.activeCell();
    if (cell === undefined) return undefined;
    const { document, index } = cell;
    const uri = document.uri.toString();
    return {
      uri,
      id: this.deps.keys.keyOf(cell),
      index,
      source: document.getText(),
      comment: commentMark(document),
    };
  }

  notebookFile(): NotebookFile | undefined {
    const notebook = this.document();
    if (notebook === undefined) return undefined;
    const { uri } = notebook;
    if (uri.scheme !== 'file') {
      void this.offerSave(
        notebook,
        `Save ${nameOf(notebook)} as a file first: its record is kept beside it.`,
      );
      return undefined;
    }
    return { ...notebookFile(uri.toString(), uri.fsPath), ...languageOf(notebook) };
  }

  async savedNotebook(): Promise<NotebookFile | undefined> {
    const file = this.notebookFile();
    const notebook = this.document();
    if (file === undefined || !notebook?.isDirty || holdsSameCells(textOf(file.path), cellsOf(notebook)))
      return file;
    const button = 'Save and Continue';
    const message = `${file.name} has changes that are not saved, and this runs what is on the disk.`;
    const pressed = await this.notify('warning', message, button);
    return pressed === button && (await notebook.save()) ? file : undefined;
  }

  async withProgress<T>(
    title: string,
    work: (report: Report, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let shown = 0;
      const report: Report = (message, fraction) => {
        const percent = fraction === undefined ? shown : Math.max(shown, 100 * fraction);
        progress.report({ message, increment: percent - shown });
        shown = percent;
      };
      return work(report, controller.signal);
    });
  }

  async notify(severity: Severity, message: string, ...buttons: string[]): Promise<string | undefined> {
    const { showInformationMessage, showWarningMessage, showErrorMessage } = vscode.window;
    const show: (message: string, ...buttons: string[]) => Thenable<string | undefined> = {
      information: showInformationMessage,
      warning: showWarningMessage,
      error: showErrorMessage,
    }[severity];
    // A notification turns `[text](command:…)` into a link, and a message may quote what a notebook holds.
    return show(message.replaceAll('](', '] ('), ...buttons);
  }

  async confirm(question: string, detail: string, button: string): Promise<boolean> {
    const options = { modal: true, detail };
    return (await vscode.window.showWarningMessage(question, options, button)) === button;
  }

  async pick<T>(title: string, choices: readonly (Choice<T> | Heading)[]): Promise<T | undefined> {
    const items = choices.map((choice) =>
      'heading' in choice
        ? { label: choice.heading, kind: vscode.QuickPickItemKind.Separator }
        : { ...choice, kind: vscode.QuickPickItemKind.Default },
    );
    const options = { title, placeHolder: title, matchOnDescription: true, matchOnDetail: true };
    const picked = await vscode.window.showQuickPick(items, options);
    return picked !== undefined && 'value' in picked ? picked.value : undefined;
  }

  async input({
    title,
    prompt,
    value,
    problem,
  }: Parameters<Surface['input']>[0]): Promise<string | undefined> {
    return vscode.window.showInputBox({ title, prompt, value, validateInput: problem });
  }

  async insert({ uri }: CellRef, line: number, text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(vscode.Uri.parse(uri), new vscode.Position(line, 0), text);
    await vscode.workspace.applyEdit(edit);
  }

  async reveal(uri: string, { index, id, line = 1 }: Place): Promise<void> {
    const script = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri);
    if (script !== undefined) return revealLine(script, line);
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.parse(uri));
    const editor = await vscode.window.showNotebookDocument(notebook, { viewColumn: columnOf(notebook) });
    const cells = notebook.getCells();
    const cell = cells.find((one) => this.deps.keys.keyOf(one) === id) ?? cells[index];
    if (cell === undefined) return;
    const range = new vscode.NotebookRange(cell.index, cell.index + 1);
    editor.selections = [range];
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
    await revealLine(cell.document, line);
  }

  async openFile(file: string): Promise<void> {
    await vscode.window.showTextDocument(vscode.Uri.file(file));
  }

  async openRecord(root: string, run: string): Promise<void> {
    await this.deps.documents.records.show(root, run);
  }

  async showText(title: string, text: string, actions: readonly TextAction[] = []): Promise<void> {
    await this.deps.documents.texts.show(title, text, actions);
  }

  async openText(language: string, text: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument({ language, content: text });
    await vscode.window.showTextDocument(document);
  }

  async copy(text: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
  }

  async askWhere(title: string, proposed: string): Promise<string | undefined> {
    const ending = path.extname(proposed).slice(1);
    const chosen = await vscode.window.showSaveDialog({
      title,
      defaultUri: vscode.Uri.file(proposed),
      filters: { [ending]: [ending] },
    });
    return chosen?.fsPath;
  }

  async askFile(title: string, button: string): Promise<string | undefined> {
    const [chosen] = (await vscode.window.showOpenDialog({ title, openLabel: button })) ?? [];
    return chosen?.fsPath;
  }

  async execute(command: string, ...args: unknown[]): Promise<void> {
    await vscode.commands.executeCommand(command, ...args);
  }

  /** Where no notebook is in front, such as in a walkthrough, the only one that is open is meant. */
  private document(): vscode.NotebookDocument | undefined {
    const named = cellOf(this.context)?.notebook.uri.toString() ?? uriIn(this.context);
    const open = vscode.workspace.notebookDocuments.filter(isJupyter);
    const found =
      open.find(({ uri }) => uri.toString() === named) ??
      [vscode.window.activeNotebookEditor?.notebook].find((notebook) => notebook && isJupyter(notebook)) ??
      (open.length === 1 ? open[0] : undefined);
    if (found === undefined) void this.offerOpen();
    return found;
  }

  private activeCell(): vscode.NotebookCell | undefined {
    const notebook = this.document();
    const editor = vscode.window.visibleNotebookEditors.find((one) => one.notebook === notebook);
    return editor && notebook?.cellAt(editor.selection.start);
  }

  private async offerOpen(): Promise<void> {
    const button = 'Open Notebook…';
    if ((await this.notify('information', 'Open a Jupyter notebook first.', button)) === button)
      await this.execute('workbench.action.files.openFile');
  }

  private async offerSave(notebook: vscode.NotebookDocument, message: string): Promise<void> {
    if ((await this.notify('information', message, 'Save As…')) !== undefined)
      await vscode.workspace.saveAs(notebook.uri);
  }
}

async function revealLine(document: vscode.TextDocument, line: number): Promise<void> {
  // It may be shorter than when it ran.
  const at = document.lineAt(Math.min(Math.max(line, 1), document.lineCount) - 1).range;
  const text = await vscode.window.showTextDocument(document, { selection: at });
  text.revealRange(at);
}

function isJupyter({ notebookType }: vscode.NotebookDocument): boolean {
  return notebookType === 'jupyter-notebook';
}

function nameOf({ uri }: Source): string {
  return path.posix.basename(uri.path);
}

function languageOf(notebook: vscode.NotebookDocument): Pick<NotebookRef, 'javascript'> {
  const javascript = javascriptIn(notebook);
  return javascript === undefined ? {} : { javascript };
}

/** Where a notebook is open, which need not be where the user is: a report stands beside it. */
function columnOf({ uri }: vscode.NotebookDocument): vscode.ViewColumn {
  const groups = vscode.window.tabGroups.all.filter(({ tabs }) =>
    tabs.some(
      ({ input }) => input instanceof vscode.TabInputNotebook && input.uri.toString() === uri.toString(),
    ),
  );
  const active = groups.find(({ isActive }) => isActive) ?? groups[0];
  return active?.viewColumn ?? vscode.ViewColumn.One;
}

/** Empty where there is no file any more. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function cellsOf(notebook: vscode.NotebookDocument): ShownCell[] {
  return notebook.getCells().map(({ kind, document, metadata }) => {
    const tags: unknown = (metadata as { metadata?: { tags?: unknown } }).metadata?.tags;
    return {
      isCode: kind === vscode.NotebookCellKind.Code,
      source: document.getText(),
      tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    };
  });
}

/** The cell whose document a quick fix, an item under it or a list names, or at whose toolbar a button was pressed. */
function cellOf(context: unknown): vscode.NotebookCell | undefined {
  const { document, notebook, cell } = (context ?? {}) as Partial<vscode.NotebookCell> & { cell?: unknown };
  const named =
    context instanceof vscode.Uri ? context.toString() : typeof cell === 'string' ? cell : undefined;
  const cells = (notebook === undefined ? vscode.workspace.notebookDocuments : [notebook]).flatMap((open) =>
    open.getCells(),
  );
  return cells.find((one) => one.document === document || one.document.uri.toString() === named);
}

/** The notebook of the toolbar whose button was pressed. */
function uriIn(context: unknown): string | undefined {
  const { notebookEditor } = (context ?? {}) as { notebookEditor?: { notebookUri?: unknown } };
  const uri = notebookEditor?.notebookUri;
  return uri instanceof vscode.Uri ? uri.toString() : undefined;
}
