/** What a cell of a pinned notebook wanted to install: the agent has told it that nothing was, and here is the way. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { normalized } from '../../environment/installed';
import { lockedVersions, lockOf } from '../../environment/locks';
import { INDEX } from '../../environment/restore';
import { packagesIn } from '../../lint/installs';
import { settingsFor } from '../../replay/execution/plan';

const BUTTON = 'Add to Pin';

/** @param python that the notebook's kernel runs on */
export async function offerToAdd(
  notebook: vscode.NotebookDocument,
  source: string,
  python: string | undefined,
): Promise<void> {
  if (python === undefined || !existsSync(path.join(path.dirname(path.dirname(python)), INDEX))) return;
  const packages = wanted(notebook.uri.fsPath, source);
  if (packages.length === 0) return;
  const name = path.basename(notebook.uri.fsPath);
  const message = `${name} runs in its pin, which has no ${packages.join(', ')}. Nothing was installed.`;
  if ((await vscode.window.showInformationMessage(message, BUTTON)) !== BUTTON) return;
  const context = { notebookEditor: { notebookUri: notebook.uri }, packages };
  await vscode.commands.executeCommand('reprise.addToPin', context);
}

/** The packages that a cell's magics and shell lines name and the lock does not. */
function wanted(notebook: string, source: string): string[] {
  const named = installedBy(source);
  if (named.length === 0) return [];
  const { root, sidecar } = settingsFor(notebook, {});
  if (sidecar?.pin === undefined) return [];
  const locked = lockedVersions(lockOf(sidecar.pin, path.dirname(notebook), root));
  return named.filter((each) => !locked.has(normalized(/^[\w.-]+/.exec(each)![0])));
}

function installedBy(source: string): string[] {
  const lines = source.split('\n').filter((line) => /^\s*(%|!|[\w ,]+=\s*[!%]|(uv )?pip )/.test(line));
  const named = lines.flatMap(packagesIn).filter((each) => /^[A-Za-z0-9][^/{}$]*$/.test(each));
  return [...new Set(named)];
}
