import * as vscode from 'vscode';
import path from 'node:path';
import { sidecarPath } from '../notebook/sidecar';
import type { Log } from './log';
import type { Sidecars } from './sidecars';

/** A notebook that is renamed in the editor takes its sidecar along. */
export function followRenames(sidecars: Pick<Sidecars, 'follow'>, log: Log): vscode.Disposable {
  return vscode.workspace.onDidRenameFiles(({ files }) => {
    for (const { oldUri, newUri } of files) {
      const isNotebook = [oldUri, newUri].every(
        ({ scheme, path }) => scheme === 'file' && path.endsWith('.ipynb'),
      );
      if (isNotebook) takeAlong(sidecars, log, oldUri.fsPath, newUri.fsPath);
    }
  });
}

function takeAlong(sidecars: Pick<Sidecars, 'follow'>, log: Log, before: string, after: string): void {
  const [from, to] = [sidecarPath(before), sidecarPath(after)].map((file) => path.basename(file));
  try {
    const how = sidecars.follow(before, after);
    if (how === 'moved') log.info(`${from} was renamed to ${to} with its notebook`);
    if (how === 'occupied') void tellOccupied(from!, to!, sidecarPath(after));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    log.warn(
      `${from} could not be renamed with its notebook (${why}); rename it yourself to keep its settings`,
    );
  }
}

async function tellOccupied(from: string, to: string, file: string): Promise<void> {
  const message = `${to} was there already, so the notebook's settings stay in ${from} and it now runs under those of ${to}.`;
  if ((await vscode.window.showWarningMessage(message, 'Open')) === 'Open')
    await vscode.window.showTextDocument(vscode.Uri.file(file));
}
