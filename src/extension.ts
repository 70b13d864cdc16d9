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
import { ClusterRunsView } from './vscode/kubernetes/runs';
import { NotebookLint } from './vscode/lint/notebookLint';
import { logTo } from './vscode/log';
import { machineOf } from './vscode/machine';
import { openPages } from './vscode/pages';
import { registerCommands } from './vscode/register';
import { followRenames } from './vscode/renames';
import { Settings } from './vscode/settings';
import { Sidecars } from './vscode/sidecars';
import { Staleness } from './vscode/stale/staleness';
import { StatusBar } from './vscode/status/statusBar';
import { bundledTools } from './vscode/tools';
import { Workbench } from './vscode/workbench';

export function activate(context: vscode.ExtensionContext): void {
  const { extensionUri, secrets, subscriptions, workspaceState } = context;
  const inDist = (name: string): string => vscode.Uri.joinPath(extensionUri, 'dist', name).fsPath;
  const channel = vscode.window.createOutputChannel('Reprise', { log: true });
  const log = logTo(channel);
  const settings = new Settings(readConfiguration);
  const [sidecars, keys, documents] = [new Sidecars(), new CellKeys(), new Documents()];
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
  const stale = new Staleness({ keys, kernels, runs, log });
  const status = new StatusBar(runs, kernels, lint, stale);
  const pages = openPages(extensionUri, { runs, stale, editor: () => editorFor(undefined) });
  const clusterRuns = new ClusterRunsView({ commandLine, settings, log, editor: () => editorFor(undefined) });
  const own = { kernels, runs, lint, stale, sidecars, settings, commandLine, clusterRuns, log };
  const machine = machineOf(context);
  const editorFor = (argument: unknown): Editor =>
    Object.assign(new Workbench({ keys, documents }, argument), own, pages.services, machine);
  subscriptions.push(
    ...[channel, commandLine, clusterRuns, kernels, runs, lint, stale, status, pages],
    documents.register(),
    kernels.onDidChange((uri) => void runs.refresh(uri).then(() => status.show())),
    followRenames(sidecars, log),
    registerCommands(editorFor),
  );
}
