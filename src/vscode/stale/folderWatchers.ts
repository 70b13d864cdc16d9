import path from 'node:path';
import * as vscode from 'vscode';

/** Writers change a file in several steps. */
const PAUSE_MS = 200;
/** Beyond these, a change is seen when the next cell has run. */
const MOST_FOLDERS = 64;

/** Watches some files, by their folders: a glob's brackets and braces may stand in a name. */
export class FolderWatchers implements vscode.Disposable {
  private readonly watchers = new Map<string, vscode.FileSystemWatcher>();
  private files: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly changed: () => void) {}

  /** @param files absolute */
  watch(files: readonly string[]): void {
    this.files = new Set(files);
    for (const folder of new Set(files.map((file) => path.dirname(file)))) {
      if (this.watchers.has(folder) || this.watchers.size >= MOST_FOLDERS) continue;
      const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), '*');
      const watcher = vscode.workspace.createFileSystemWatcher(pattern);
      const seen = ({ fsPath }: vscode.Uri): void => this.seen(fsPath);
      watcher.onDidCreate(seen);
      watcher.onDidChange(seen);
      watcher.onDidDelete(seen);
      this.watchers.set(folder, watcher);
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.dispose();
  }

  private seen(file: string): void {
    if (!this.files.has(file)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.changed, PAUSE_MS);
  }
}
