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
import { installationOf } from './vscode/launcher';
import { NotebookLint } from './vscode/lint/notebookLint';
import { Lineages } from './vscode/lineages';
import { logTo } from './vscode/log';
import { registerCommands } from './vscode/register';
import { followRenames } from './vscode/renames';
import { refreshReports, reportPanels } from './vscode/reporting';
import { Settings } from './vscode/settings';
import { Sidecars } from './vscode/sidecars';
import { staleCells } from './vscode/stale/wiring';
import { StatusBar } from './vscode/status/statusBar';
import { bundledTools } from './vscode/tools';
import { Workbench } from './vscode/workbench';

export function activate(context: vscode.ExtensionContext): void {
  const { extensionPath, extensionUri, secrets, subscriptions, workspaceState } = context;
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
    beforeRun: (notebook, cells) => stale.guard.check(notebook, cells),
  });
  const runs = new Follower(sidecars, kernels, keys, log);
  const lint = new NotebookLint({ keys, settings, runs, pages: extensionUri });
  const stale = staleCells({ keys, kernels, runs, log });
  const status = new StatusBar(runs, kernels, lint, stale.staleness);
  const reports = reportPanels(extensionUri, () => editorFor(undefined));
  const clusterRuns = new ClusterRunsView({ commandLine, settings, log, editor: () => editorFor(undefined) });
  const lineage = new Lineages(extensionUri, {
    stale: stale.staleness,
    runs,
    editor: () => editorFor(undefined),
  });
  const services = {
    kernels,
    runs,
    lint,
    stale: stale.staleness,
    lineage,
    reports,
    sidecars,
    settings,
    commandLine,
    clusterRuns,
    log,
  };
  const machine = { installation: installationOf(extensionPath), memory: workspaceState };
  const editorFor = (argument: unknown): Editor =>
    Object.assign(new Workbench({ keys, documents }, argument), services, machine);
  subscriptions.push(
    ...[channel, commandLine, clusterRuns, kernels, runs, lint, stale, status],
    documents.register(),
    reports.register(),
    lineage.register(),
    kernels.onDidChange((uri) => void runs.refresh(uri).then(() => status.show())),
    runs.onDidChange((uri) => refreshReports(reports, uri)),
    stale.staleness.onDidChange((uri) => lineage.refresh(uri)),
    runs.onDidChange((uri) => lineage.refresh(uri)),
    followRenames(sidecars, log),
    registerCommands(editorFor),
  );
}
