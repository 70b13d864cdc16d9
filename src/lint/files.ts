/** The cells of a file: a notebook's, those between `# %%` lines of a script, or the whole script as one. */
import { NotebookError, parseAnyNotebook } from '../notebook/model';
import type { LintCell } from './lint';

/** What kernels call the languages that lint knows: IPython's, Deno's, tslab's and IJavascript's. */
const LANGUAGES: [name: RegExp, language: NonNullable<LintCell['language']>][] = [
  [/python/, 'python'],
  [/^(typescript|ts|deno)$/, 'typescript'],
  [/^(javascript|js|node(\.?js)?)$/, 'javascript'],
];

/** @throws NotebookError */
export function cellsOf(path: string, text: string): LintCell[] {
  return path.endsWith('.py') ? cellsOfScript(text) : cellsOfNotebook(path, text);
}

function cellsOfNotebook(path: string, text: string): LintCell[] {
  const notebook = parseAnyNotebook(text, path);
  if (languageOf(notebook.language) === undefined) {
    throw new NotebookError(
      'other-language',
      `This notebook is written in ${notebook.language}; Reprise lints Python, JavaScript and TypeScript.`,
    );
  }
  return notebook.cells.flatMap(({ index, id, type, source, volatile, language: own }) => {
    const language = languageOf(own ?? notebook.language);
    if (type !== 'code' || language === undefined) return [];
    return [
      {
        index,
        id,
        source,
        ...(language === 'python' ? {} : { language }),
        ...(volatile === undefined ? {} : { volatile: true }),
      },
    ];
  });
}

function languageOf(name: string): LintCell['language'] {
  return LANGUAGES.find(([pattern]) => pattern.test(name))?.[1];
}

/** Ranges of a script's cells are in the file: text before a cell is blanked, its line ends kept. */
export function cellsOfScript(text: string): LintCell[] {
  const starts = [...text.matchAll(/^# ?%%.*$/gm)].map(({ index }) => index);
  const bounds = [...new Set([0, ...starts, text.length])];
  return bounds.slice(0, -1).flatMap((from, index) => {
    const source = text.slice(0, from).replace(/[^\r\n]/g, ' ') + text.slice(from, bounds[index + 1]);
    const isCode = !/^# ?%%[^\n]*\[(markdown|md|raw)\]/.test(text.slice(from));
    return isCode ? [{ index, id: `cell-${index}`, source }] : [];
  });
}
