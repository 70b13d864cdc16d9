/** What the commands keep of and find on the machine that the extension runs on. */
import type * as vscode from 'vscode';
import type { Services } from './editor';
import { SigningKey } from './exporting/key';
import { installationOf } from './launcher';

export function machineOf(
  context: Pick<vscode.ExtensionContext, 'extensionPath' | 'workspaceState' | 'secrets'>,
): Pick<Services, 'installation' | 'memory' | 'signing'> {
  const { extensionPath, workspaceState: memory, secrets } = context;
  return { installation: installationOf(extensionPath), memory, signing: new SigningKey(secrets) };
}
