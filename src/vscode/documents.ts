import * as vscode from 'vscode';
import { RecordDocuments } from './recordDocuments';
import { TextDocuments } from './textDocuments';

/** The read-only documents that commands show. */
export class Documents {
  readonly records = new RecordDocuments();
  readonly texts = new TextDocuments();

  register(): vscode.Disposable {
    return vscode.Disposable.from(this.records.register(), this.texts.register());
  }
}
