import * as path from 'node:path';
import * as vscode from 'vscode';
import { CommandLine } from './vscode/commandLine';
import { commands } from './vscode/commands';
import { VsCodeWorkbench } from './vscode/workbench';

export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel('Reprise');
  const workbench = new VsCodeWorkbench(output);
  const commandLine = new CommandLine(path.join(context.extensionPath, 'dist', 'cli.js'));
  context.subscriptions.push(output, commandLine);
  for (const [id, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(id, () => run(workbench, commandLine)));
  }
}
