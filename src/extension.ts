import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { CommandLine } from './vscode/commandLine';
import { readConfiguration } from './vscode/configuration';
import { Documents } from './vscode/documents';
import type { Editor } from './vscode/editor';
import { Follower } from './vscode/follow/follower';
import { CellKeys } from './vscode/kernels/cells';
import { RepriseController } from './vscode/kernels/controller';
import { Servers } from './vscode/kernels/servers';
import { installationOf } from './vscode/launcher';
import { NotebookLint } from './vscode/lint/notebookLint';
import { logTo } from './vscode/log';
import { registerCommands } from './vscode/register';
import { followRenames } from './vscode/renames';
import { refreshReports, reportPanels } from './vscode/reporting';
import { Settings } from './vscode/settings';
import { Sidecars } from './vscode/sidecars';
import { StatusBar } from './vscode/status/statusBar';
import { bundledTools } from './vscode/tools';
import { Workbench } from './vscode/workbench';

export function activate(context: vscode.ExtensionContext): void {
  const { extensionPath, extensionUri, secrets, subscriptions, workspaceState } = context;
  const inDist = (name: string): string => vscode.Uri.joinPath(extensionUri, 'dist', name).fsPath;
  const channel = vscode.window.createOutputChannel('Reprise', { log: true });
  const log = logTo(channel);
  const settings = new Settings(readConfiguration);
  const sidecars = new Sidecars();
  const keys = new CellKeys();
  const documents = new Documents();
  const commandLine = new CommandLine(inDist('cli.js'));
  const kernels = new RepriseController({
    ...bundledTools(inDist),
    windowName: context.storageUri?.fsPath ?? randomUUID(),
    memory: workspaceState,
    settings,
    servers: new Servers(secrets, settings),
    keys,
    log,
  });
  const runs = new Follower(sidecars, kernels, keys, log);
  const lint = new NotebookLint({ keys, settings, runs, pages: extensionUri });
  const status = new StatusBar(runs, kernels, lint);
  const installation = installationOf(extensionPath);
  const reports = reportPanels(extensionUri, () => editorFor(undefined));
  const services = { kernels, runs, lint, reports, sidecars, settings, commandLine, log, installation };
  const editorFor = (argument: unknown): Editor =>
    Object.assign(new Workbench({ keys, documents }, argument), services);
  subscriptions.push(channel, commandLine, kernels, runs, lint, status);
  subscriptions.push(
    documents.register(),
    reports.register(),
    kernels.onDidChange((uri) => void runs.refresh(uri).then(() => status.show())),
    runs.onDidChange((uri) => refreshReports(reports, uri)),
    followRenames(sidecars, log),
    registerCommands(editorFor),
  );
}
