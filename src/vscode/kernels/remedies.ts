/** What the user can do about a kernel that did not start: one button. */
import * as vscode from 'vscode';
import type { Failure } from '../../notebook/failure';

export type Remedies = {
  selectInterpreter(): Promise<void>;
  connectServer(): Promise<void>;
  takeOver(): Promise<void>;
  python(): Promise<string>;
  showLog(): void;
};

export async function explainFailure(failure: Failure, remedies: Remedies): Promise<void> {
  const [button, act] = remedyFor(failure.reason, remedies);
  const [headline] = failure.message.split('\n');
  if ((await vscode.window.showErrorMessage(headline!, button)) === button) await act();
}

function remedyFor(reason: string, remedies: Remedies): [string, () => void | Promise<void>] {
  switch (reason) {
    case 'no-python':
      return ['Select Python', () => remedies.selectInterpreter()];
    case 'no-ipykernel':
      return ['Install ipykernel', async () => installIpykernel(await remedies.python())];
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

/** In a terminal, where the user sees what is done to the environment. */
function installIpykernel(python: string): void {
  const execution = new vscode.ProcessExecution(python, ['-m', 'pip', 'install', 'ipykernel']);
  const scope = vscode.workspace.workspaceFolders?.[0] ?? vscode.TaskScope.Workspace;
  void vscode.tasks.executeTask(
    new vscode.Task({ type: 'process' }, scope, 'Install ipykernel', 'Reprise', execution),
  );
}
