import * as vscode from 'vscode';
import { commands } from './commands';
import type { Editor } from './editor';
import { invoke } from './invoke';

/** Registers every command. @param editorFor the editor as a command sees it that was called with this context */
export function registerCommands(editorFor: (context: unknown) => Editor): vscode.Disposable {
  return vscode.Disposable.from(
    ...commands.map((command) =>
      vscode.commands.registerCommand(command.id, (context: unknown) => invoke(command, editorFor(context))),
    ),
  );
}
