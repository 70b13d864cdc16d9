/** The files beneath the root that a run takes along. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { javascriptOf } from '../environment/npm/kernel';
import { type Notebook, parseNotebook } from '../notebook/model';
import { askedInputs, type Chosen, notebookInputs, recordedInputs } from '../replay/execution/inputs';
import type { Work } from '../replay/execution/target';

/** Paths relative to the root; those of `asked` are globs beneath it. */
export function inputsOf(work: Work, asked: readonly string[]): Chosen {
  const { original, store } = work;
  const notebook = sentNotebook(work);
  const isPython = javascriptOf(notebook) === undefined;
  // A record of a kernel in JavaScript does not have all that was loaded.
  const found = original === undefined || !isPython ? importedModules(work, notebook, isPython) : NOTHING;
  const recorded = original === undefined ? NOTHING : recordedInputs(store.root, original);
  const besides = askedInputs(store.root, asked);
  const files = [...new Set([...recorded.files, ...found.files, ...besides.files, ...npmLock(work)])];
  return { files, left: [...recorded.left.filter(({ path }) => !files.includes(path)), ...besides.left] };
}

const NOTHING: Chosen = { files: [], left: [] };

function sentNotebook({ store, run }: Work): Notebook {
  return parseNotebook(readFileSync(path.join(store.runFolder(run), 'notebook.ipynb'), 'utf8'));
}

function importedModules({ store, notebook }: Work, { cells }: Notebook, isPython: boolean): Chosen {
  const code = cells.filter(({ type }) => type === 'code').map(({ source }) => source);
  return notebookInputs(store.root, notebook, code, { isPython });
}

/** The pod compares what is installed there with it. */
function npmLock({ sidecar, notebook }: Work): string[] {
  return sidecar?.pin?.javascript === undefined
    ? []
    : [path.posix.join(path.posix.dirname(notebook), sidecar.pin.lock)];
}
