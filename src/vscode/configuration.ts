import * as vscode from 'vscode';
import type { Read } from './settings';

/** A setting as the notebook's folder in the workspace has it. */
export const readConfiguration: Read = (key, uri) => {
  const resource = uri === undefined ? undefined : vscode.Uri.parse(uri);
  const folder = resource && vscode.workspace.getWorkspaceFolder(resource)?.uri.fsPath;
  const value: unknown = vscode.workspace.getConfiguration(undefined, resource).get(key);
  return { value, ...(folder === undefined ? {} : { folder }) };
};
