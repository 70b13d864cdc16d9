import * as vscode from 'vscode';
import type { Command, Editor } from './editor';
import { invoke } from './invoke';

/** @param editorFor the editor as a command sees it that was called with this context */
export function registerCommands(
  commands: readonly Command[],
  editorFor: (context: unknown) => Editor,
): vscode.Disposable {
  return vscode.Disposable.from(
    ...commands.map((command) =>
      vscode.commands.registerCommand(command.id, (context: unknown) => invoke(command, editorFor(context))),
    ),
  );
}
