/** The report's panels beside the commands: what is asked for in a report is done as the command does it. */
import path from 'node:path';
import * as vscode from 'vscode';
import { Store } from '../lineage/store';
import { readReport } from '../replay/report/document';
import type { Editor } from './editor';
import { notebookFile } from './notebookFile';
import { replay, replayRun } from './replaying';
import { ReportPanels, type ReportRequest } from './report';

/** @param editor as a command has it that is called without a notebook */
export function reportPanels(extension: vscode.Uri, editor: () => Editor): ReportPanels {
  return new ReportPanels(extension, {
    readReport: (root, run) => readReport(new Store(root), run),
    onAction: (request) => act(editor(), request),
  });
}

/** Something else is known of a notebook: a report about it that is open shows it. */
export function refreshReports(panels: ReportPanels, uri: string): void {
  const { root, notebook } = notebookFile(uri, vscode.Uri.parse(uri).fsPath);
  panels.refresh(root, notebook);
}

async function act(editor: Editor, request: ReportRequest): Promise<void> {
  const { root, run } = request;
  const file = path.join(root, request.notebook);
  const notebook = { ...notebookFile(vscode.Uri.file(file).toString(), file), root };
  switch (request.action) {
    case 'record':
      return editor.openRecord(root, run);
    case 'cell':
      return editor.reveal(notebook.uri, request.place);
    case 'replay': {
      const { run: newest } = editor.runs.stateOf(notebook.uri);
      return newest?.run === run ? replay(editor, notebook, newest) : replayRun(editor, notebook, run);
    }
  }
}
