import path from 'node:path';
import { NotebookError, parseNotebook } from '../notebook/model';
import { findRoot, relativePath } from '../notebook/root';
import type { NotebookFile } from './editor';

/** @param file absolute */
export function notebookFile(uri: string, file: string): NotebookFile {
  const root = findRoot(file);
  return {
    uri,
    name: path.basename(file),
    path: file,
    folder: path.dirname(file),
    root,
    notebook: relativePath(root, file),
  };
}

export type ShownCell = { isCode: boolean; source: string; tags: readonly string[] };

/**
 * Whether a file holds what an editor shows as far as a run depends on it. Outputs do not count: a notebook that was only
 * run differs from its file by them.
 */
export function holdsSameCells(text: string, shown: readonly ShownCell[]): boolean {
  try {
    const kept = parseNotebook(text).cells.map(({ type, source, tags }) => [type === 'code', source, tags]);
    return (
      JSON.stringify(kept) === JSON.stringify(shown.map(({ isCode, source, tags }) => [isCode, source, tags]))
    );
  } catch (error) {
    if (error instanceof NotebookError) return false;
    throw error;
  }
}
