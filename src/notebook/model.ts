import { type Json } from './digest';
import { Failure } from './failure';
import { oneText, type Output } from './output';

export type CellType = 'code' | 'markdown' | 'raw';

export type NotebookCell = {
  /** Position among all cells, from 0. */
  index: number;
  /** The nbformat id; `cell-<index>` below nbformat 4.5 and where an id is missing or taken by an earlier cell. */
  id: string;
  type: CellType;
  source: string;
  tags: string[];
  /** Of a code cell as on disk; empty for the others. */
  outputs: Output[];
  /** Tagged `raises-exception`. */
  mayRaise: boolean;
  /** The reason given in a `# reprise: volatile <reason>` comment line, `//` in JavaScript. */
  volatile?: string;
  /** In lower case, where the cell has another than its notebook, as VS Code notes it. */
  language?: string;
};

/** The parsed file, every field kept. */
export type NotebookDocument = { [key: string]: Json };

export type Notebook = {
  nbformat: 4;
  minor: number;
  /** In lower case; `python` where the notebook does not say. */
  language: string;
  cells: NotebookCell[];
  document: NotebookDocument;
};

export type NotebookReason =
  'empty' | 'not-json' | 'not-a-notebook' | 'too-old' | 'too-new' | 'other-language';

export class NotebookError extends Failure {
  declare readonly reason: NotebookReason;

  constructor(reason: NotebookReason, message: string) {
    super('usage', reason, message);
    this.name = 'NotebookError';
  }
}

/** The languages that notebooks are run in. */
const LANGUAGES = ['python', 'javascript', 'typescript'];

/**
 * Reads a notebook of nbformat 4 (any minor version). `file` is only the name used in messages.
 * @throws NotebookError
 */
export function parseNotebook(text: string, file = 'FILE'): Notebook {
  const notebook = parseAnyNotebook(text, file);
  if (!LANGUAGES.some((language) => notebook.language.includes(language))) {
    throw new NotebookError(
      'other-language',
      `This notebook is written in ${notebook.language}; Reprise runs Python, JavaScript and TypeScript notebooks.`,
    );
  }
  return notebook;
}

/**
 * The same in whichever language, which is for the caller to look at.
 * @throws NotebookError
 */
export function parseAnyNotebook(text: string, file = 'FILE'): Notebook {
  const document = parseDocument(text);
  const { nbformat, nbformat_minor: minor = 0, cells } = document;
  if (typeof nbformat !== 'number' || typeof minor !== 'number') {
    throw new NotebookError('not-a-notebook', 'This is JSON but no notebook: it has no nbformat version.');
  }
  if (nbformat < 4) {
    throw new NotebookError(
      'too-old',
      `This notebook has nbformat ${nbformat}; Reprise reads nbformat 4. Convert it with: ` +
        `jupyter nbconvert --to notebook --nbformat 4 ${file}`,
    );
  }
  if (nbformat >= 5) {
    throw new NotebookError(
      'too-new',
      `This notebook has nbformat ${nbformat}, newer than the 4 that Reprise reads. A newer Reprise may read it.`,
    );
  }
  if (!Array.isArray(cells)) {
    throw new NotebookError('not-a-notebook', 'This is no whole notebook: it has no list of cells.');
  }
  const language = languageOf(document);
  return { nbformat: 4, minor, language, cells: withIds(cells.map(parseCell), cells, minor), document };
}

/** As nbformat writes it: one space of indentation, a newline at the end. The order of keys is kept. */
export function serializeNotebook(document: NotebookDocument): string {
  return JSON.stringify(document, null, 1) + '\n';
}

function parseDocument(text: string): NotebookDocument {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (json.trim() === '') throw new NotebookError('empty', 'This notebook file is empty.');
  let document: Json;
  try {
    document = JSON.parse(json) as Json;
  } catch (error) {
    throw new NotebookError('not-json', `This notebook is not valid JSON: ${(error as Error).message}`);
  }
  if (!isObject(document)) {
    throw new NotebookError('not-a-notebook', 'This is JSON but no notebook: it is not an object.');
  }
  return document;
}

/** In lower case; `python` where the notebook does not say. */
export function languageOf(document: NotebookDocument): string {
  const metadata = objectOr(document.metadata);
  const language = objectOr(metadata.kernelspec).language ?? objectOr(metadata.language_info).name;
  return typeof language === 'string' && language !== '' ? language.toLowerCase() : 'python';
}

function parseCell(cell: Json, index: number): Omit<NotebookCell, 'id'> {
  if (!isObject(cell)) throw notACell(index, 'is not an object');
  const type = cell.cell_type;
  if (type !== 'code' && type !== 'markdown' && type !== 'raw')
    throw notACell(index, 'has no known cell_type');
  const source = cell.source ?? '';
  if (!isText(source)) throw notACell(index, 'has a source that is not text');
  const { tags, vscode } = objectOr(cell.metadata);
  const language = objectOr(vscode).languageId;
  const parsed: Pick<NotebookCell, 'index' | 'type' | 'source' | 'tags' | 'outputs'> = {
    index,
    type,
    source: oneText(source),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    outputs: type === 'code' ? parseOutputs(cell.outputs ?? [], index) : [],
  };
  const volatile = type === 'code' ? volatileReason(parsed.source) : undefined;
  return {
    ...parsed,
    mayRaise: parsed.tags.includes('raises-exception'),
    ...(volatile === undefined ? {} : { volatile }),
    ...(typeof language === 'string' ? { language: language.toLowerCase() } : {}),
  };
}

/** An output that is passed over could make two different notebooks compare as equal, so an unknown one is refused. */
function parseOutputs(outputs: Json, index: number): Output[] {
  if (!Array.isArray(outputs)) throw notACell(index, 'has outputs that are not a list');
  return outputs.map((output) => {
    if (!isObject(output)) throw notACell(index, 'has an output that is not an object');
    const { output_type: kind } = output;
    const fits =
      (kind === 'stream' && typeof output.name === 'string' && isText(output.text)) ||
      ((kind === 'display_data' || kind === 'execute_result') && isObject(output.data)) ||
      (kind === 'error' &&
        typeof output.ename === 'string' &&
        typeof output.evalue === 'string' &&
        isLines(output.traceback));
    if (!fits) throw notACell(index, `has an output that is no nbformat 4 output (${JSON.stringify(kind)})`);
    return output as Output;
  });
}

function withIds(cells: Omit<NotebookCell, 'id'>[], raw: Json[], minor: number): NotebookCell[] {
  const own = new Map<string, number>();
  if (minor >= 5) {
    raw.forEach((cell, index) => {
      const id = objectOr(cell).id;
      if (typeof id === 'string' && id !== '' && !own.has(id)) own.set(id, index);
    });
  }
  const idOf = new Map([...own].map(([id, index]) => [index, id]));
  return cells.map(({ index, ...cell }) => {
    let id = idOf.get(index);
    if (id === undefined) {
      id = cellKey(index);
      while (own.has(id)) id += '_';
    }
    return { index, id, ...cell };
  });
}

/** What stands for an id where the notebook has none. */
export function cellKey(index: number): string {
  return `cell-${index}`;
}

/** The reason in a comment line `# reprise: volatile <reason>`, or `// …`, anywhere in the cell. */
export function volatileReason(source: string): string | undefined {
  const reason = /^[ \t]*(?:#|\/\/)[ \t]*reprise:[ \t]*volatile(?![\w-])(.*)$/m.exec(source)?.[1];
  return reason === undefined ? undefined : reason.trim() || 'no reason given';
}

function notACell(index: number, what: string): NotebookError {
  return new NotebookError(
    'not-a-notebook',
    `Cell ${index} (counted from 0) ${what}. The file was not changed.`,
  );
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOr(value: Json | undefined): { [key: string]: Json } {
  return isObject(value) ? value : {};
}

function isLines(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}

function isText(value: Json | undefined): value is string | string[] {
  return typeof value === 'string' || isLines(value);
}
