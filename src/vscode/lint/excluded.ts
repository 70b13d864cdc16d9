import * as vscode from 'vscode';

/** @param document a script, or a cell of a notebook: then the notebook's path counts */
export function isExcluded(
  document: vscode.TextDocument,
  file: vscode.Uri,
  globs: readonly string[],
): boolean {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  if (folder === undefined) return false;
  const isCell = document.uri.toString() !== file.toString();
  return globs.some((glob) => {
    const pattern = new vscode.RelativePattern(folder, glob);
    const filter = isCell ? { notebookType: 'jupyter-notebook', pattern } : { pattern };
    return vscode.languages.match(filter, document) > 0;
  });
}
