/** What the user can do about a kernel that did not start, as buttons. */
import * as vscode from 'vscode';
import { TSLAB } from '../../environment/npm/kernel';
import type { Failure } from '../../notebook/failure';

export type Remedies = {
  /** Of the notebook. */
  folder: string;
  selectInterpreter(): Promise<void>;
  connectServer(): Promise<void>;
  takeOver(): Promise<void>;
  python(): Promise<string>;
  showLog(): void;
  /** What was to be done, on an environment that is built anew from the pin. */
  restore(): Promise<void>;
  pinAgain(): Promise<void>;
  /** What was to be done, on the Python that there would be without a pin; its record names no pin. */
  runWithoutPin(): Promise<void>;
};

type Button = [label: string, act: () => void | Promise<void>];

export async function explainFailure(failure: Failure, remedies: Remedies): Promise<void> {
  const buttons = remediesFor(failure.reason, remedies);
  const [headline] = failure.message.split('\n');
  const pressed = await vscode.window.showErrorMessage(headline!, ...buttons.map(([label]) => label));
  await buttons.find(([label]) => label === pressed)?.[1]();
}

function remediesFor(reason: string, remedies: Remedies): Button[] {
  switch (reason) {
    case 'drift':
    case 'restore':
    case 'other-python':
    case 'no-lock':
    case 'lock-changed':
    case 'bad-lock':
    case 'no-uv':
    case 'no-conda':
    case 'disk':
      return [
        ['Restore', () => remedies.restore()],
        ['Pin Again', () => remedies.pinAgain()],
        ['Run Without the Pin', () => remedies.runWithoutPin()],
      ];
    default:
      return [remedyFor(reason, remedies)];
  }
}

function remedyFor(reason: string, remedies: Remedies): Button {
  switch (reason) {
    case 'no-python':
      return ['Select Python', () => remedies.selectInterpreter()];
    case 'no-ipykernel':
      return ['Install ipykernel', async () => installIpykernel(await remedies.python())];
    case 'no-javascript-kernel':
      return ['Install tslab', () => installTslab(remedies.folder)];
    case 'in-use':
      return ['Take Over', () => remedies.takeOver()];
    case 'bad-token':
    case 'bad-url':
    case 'no-server':
    case 'no-jupyter':
    case 'no-kernelspec':
      return ['Change Server', () => remedies.connectServer()];
    default:
      return ['Show Log', () => remedies.showLog()];
  }
}

function installIpykernel(python: string): void {
  install('ipykernel', new vscode.ProcessExecution(python, ['-m', 'pip', 'install', 'ipykernel']));
}

/** Beside the notebook, where it is found, and where npm notes it down. */
function installTslab(cwd: string): void {
  // Its own parts come built in its packages: none of their scripts is needed.
  const args = ['install', '--ignore-scripts', ...TSLAB];
  install('tslab', new vscode.ProcessExecution('npm', args, { cwd }));
}

/** In a terminal, where the user sees what is done to the environment. */
function install(what: string, execution: vscode.ProcessExecution): void {
  const scope = vscode.workspace.workspaceFolders?.[0] ?? vscode.TaskScope.Workspace;
  void vscode.tasks.executeTask(
    new vscode.Task({ type: 'process' }, scope, `Install ${what}`, 'Reprise', execution),
  );
}
