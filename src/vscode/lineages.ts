/** The lineage of open notebooks for commands and panels: what their newest run recorded, with stale cells marked. */
import path from 'node:path';
import * as vscode from 'vscode';
import { lineageOfRun, withStates } from '../lineage/document';
import type { LineageDocument } from '../lineage/graph';
import type { LineageState } from '../lineage/page';
import { Store } from '../lineage/store';
import type { Editor, Lineage, NotebookFile, Stale } from './editor';
import { RunHeads } from './follow/heads';
import type { NotebookState } from './follow/state';
import { LineagePanels } from './lineagePanels';
import { notebookFile } from './notebookFile';

export type LineagesDeps = {
  stale: Pick<Stale, 'stateOf'>;
  runs: { stateOf(uri: string): NotebookState };
  /** As a command has it that is called without a notebook. */
  editor: () => Editor;
};

export class Lineages implements Lineage {
  private readonly panels: LineagePanels;

  constructor(
    extension: vscode.Uri,
    private readonly deps: LineagesDeps,
  ) {
    this.panels = new LineagePanels(extension, {
      read: (notebook) => this.read(notebook),
      reveal: (notebook, place) => deps.editor().reveal(uriOf(notebook), place),
    });
  }

  documentOf({ root, uri }: Pick<NotebookFile, 'root' | 'uri'>, run: string): LineageDocument {
    const document = lineageOfRun(new Store(root), run);
    const state = this.deps.stale.stateOf(uri);
    return state === undefined ? document : withStates(document, state);
  }

  show({ root, notebook }: NotebookFile): void {
    this.panels.show({ root, notebook });
  }

  /** Something else is known of a notebook: a panel about it shows it. */
  refresh(uri: string): void {
    const { root, notebook } = notebookFile(uri, vscode.Uri.parse(uri).fsPath);
    this.panels.refresh({ root, notebook });
  }

  register(): vscode.Disposable {
    return this.panels.register();
  }

  private read(notebook: LineageState): LineageDocument | undefined {
    const { root } = notebook;
    const uri = uriOf(notebook);
    const known = this.deps.runs.stateOf(uri).run?.run;
    const [run] =
      known === undefined ? new RunHeads(new Store(root)).originalsOf(notebook.notebook) : [known];
    return run === undefined ? undefined : this.documentOf({ root, uri }, run);
  }
}

function uriOf({ root, notebook }: LineageState): string {
  return vscode.Uri.file(path.join(root, notebook)).toString();
}
