/** The cells of a file: a notebook's, those between `# %%` lines of a script, or the whole script as one. */
import { parseNotebook } from '../notebook/model';
import type { LintCell } from './lint';

/** @throws NotebookError */
export function cellsOf(path: string, text: string): LintCell[] {
  return path.endsWith('.py') ? cellsOfScript(text) : cellsOfNotebook(path, text);
}

function cellsOfNotebook(path: string, text: string): LintCell[] {
  return parseNotebook(text, path)
    .cells.filter(({ type }) => type === 'code')
    .map(({ index, id, source, volatile }) => {
      return { index, id, source, ...(volatile === undefined ? {} : { volatile: true }) };
    });
}

/** Ranges of a script's cells are in the file: text before a cell is blanked, its line ends kept. */
function cellsOfScript(text: string): LintCell[] {
  const starts = [...text.matchAll(/^# ?%%.*$/gm)].map(({ index }) => index);
  const bounds = [...new Set([0, ...starts, text.length])];
  return bounds.slice(0, -1).flatMap((from, index) => {
    const source = text.slice(0, from).replace(/[^\r\n]/g, ' ') + text.slice(from, bounds[index + 1]);
    const isCode = !/^# ?%%[^\n]*\[(markdown|md|raw)\]/.test(text.slice(from));
    return isCode ? [{ index, id: `cell-${index}`, source }] : [];
  });
}
