import * as path from 'node:path';
import * as vscode from 'vscode';

export type Severity = 'information' | 'warning' | 'error';

/** What the commands need of the editor. */
export type Workbench = {
  /**
   * The notebook in front, as a file whose content is what the editor shows. Undefined when there is none, when it is
   * not a local file, or when the user would not save it; the user has then been told why.
   */
  savedNotebook(): Promise<{ path: string; folder: string; name: string } | undefined>;
  /** Shows `title` with a way to cancel while `work` goes on; `report` replaces the line below it. */
  withProgress<T>(
    title: string,
    work: (report: (line: string) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  /** Adds text to the Reprise output channel. */
  write(text: string): void;
  /** A notification with a button that opens the output channel. */
  notify(severity: Severity, message: string): void;
};

export class VsCodeWorkbench implements Workbench {
  constructor(private readonly output: vscode.OutputChannel) {}

  async savedNotebook() {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    if (notebook === undefined || notebook.notebookType !== 'jupyter-notebook') {
      void vscode.window.showInformationMessage('Open a Jupyter notebook first.');
      return undefined;
    }
    const file = notebook.uri.fsPath;
    const name = path.basename(file);
    if (notebook.uri.scheme !== 'file') {
      void vscode.window.showInformationMessage(
        `Save ${name} as a file first: Reprise runs what is on the disk.`,
      );
      return undefined;
    }
    if (notebook.isDirty && !(await this.save(notebook, name))) return undefined;
    return { path: file, folder: path.dirname(file), name };
  }

  private async save(notebook: vscode.NotebookDocument, name: string): Promise<boolean> {
    const button = 'Save and Continue';
    const message = `${name} has changes that are not saved, and Reprise runs what is on the disk.`;
    return (await vscode.window.showWarningMessage(message, button)) === button && (await notebook.save());
  }

  async withProgress<T>(
    title: string,
    work: (report: (line: string) => void, signal: AbortSignal) => Promise<T>,
  ) {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return work((message) => progress.report({ message }), controller.signal);
    });
  }

  write(text: string): void {
    this.output.append(text);
  }

  notify(severity: Severity, message: string): void {
    const { showInformationMessage, showWarningMessage, showErrorMessage } = vscode.window;
    const show: (message: string, button: string) => Thenable<string | undefined> = {
      information: showInformationMessage,
      warning: showWarningMessage,
      error: showErrorMessage,
    }[severity];
    void show(message, 'Show').then((button) => button && this.output.show(true));
  }
}
