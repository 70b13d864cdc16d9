import { sidecarBeside } from '../../notebook/sidecarFile';
import { readFileSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { Failure } from '../../notebook/failure';
import { type Notebook, type NotebookDocument, parseNotebook } from '../../notebook/model';
import { findRoot, relativePath } from '../../notebook/root';
import type { Sealed } from '../../notebook/seal';
import { type Sidecar, type StreamScope } from '../../notebook/sidecar';
import { type Policy } from '../../determinism/policy';
import { drawEntropy, seedValue } from '../../determinism/streams';
import type { Seed } from '../../lineage/record';

/** A value of `-p`; `float` keeps the digits as they were typed. */
export type Parameter = boolean | null | number | string | { float: string };
export type Parameters = Record<string, Parameter>;

/** `indices`: which samples are in each batch besides. */
export type LedgerDepth = 'off' | 'on' | 'indices';

/** What the user asked for on the command line or in the editor; everything else comes from the sidecar. */
export type RunOptions = {
  /** Unless false, the files are kept in git as they are when the run starts. */
  snapshot?: boolean;
  policy?: Policy;
  seed?: 'fresh' | bigint;
  python?: string;
  allowErrors?: boolean;
  /** Seconds a cell may run. */
  timeout?: number;
  parameters?: Parameters;
  enforceOsEntropy?: boolean;
  rng?: StreamScope;
  strict?: boolean;
  /** Digests of every operation of the frameworks, so that the first one that differs has a name: slow. */
  audit?: 'deep';
  /** Instruction sets and thread counts that other processors have too; only with policy `full`. */
  portable?: boolean;
  /** Batches, losses and weights of training; `on` where it is not said. */
  ledger?: LedgerDepth;
  /** What a seal was made under, before the settings of the sidecar. */
  sealed?: Pick<Sealed, 'seed' | 'policy' | 'entropy' | 'rng'>;
  /** Nothing is run in an environment that differs from the pin in a way that can matter, whatever the policy. */
  refuseDrift?: boolean;
};

/** The settings that a notebook runs under. */
export type Settings = {
  root: string;
  /** Relative to the root, with `/`. */
  notebook: string;
  sidecar: Sidecar | null;
  policy: Policy;
  seed: Seed;
  entropy: 'record' | 'enforce';
  rng: string;
};

/** A notebook on disk with the settings it runs under. */
export type Plan = Settings & { path: string; text: string; model: Notebook };

/**
 * Reads the notebook and its sidecar, and decides policy and seed: the option, else the sidecar, else the defaults.
 * @throws Failure `no-notebook`, NotebookError, SidecarError
 */
export function planRun(file: string, options: RunOptions): Plan {
  const path = resolve(file);
  const text = readNotebookText(path);
  const model = parseNotebook(text, basename(path));
  return { path, text, model, ...settingsFor(path, options) };
}

/**
 * As `planRun`, without reading the notebook itself, which need not be on disk yet.
 * @throws SidecarError
 */
export function settingsFor(path: string, options: RunOptions): Settings {
  const root = findRoot(path);
  const sidecar = sidecarBeside(path);
  const settings = sidecar?.settings;
  const { sealed } = options;
  return {
    root,
    notebook: relativePath(root, path),
    sidecar,
    policy: options.policy ?? sealed?.policy ?? settings?.policy ?? 'close',
    seed: sealed ? { value: sealed.seed, from: 'replayed' } : decideSeed(options.seed, settings?.seed),
    entropy: options.enforceOsEntropy ? 'enforce' : (sealed?.entropy ?? settings?.entropy ?? 'record'),
    rng: recordedScope(options.rng) ?? sealed?.rng ?? recordedScope(settings?.rng) ?? 'per-session',
  };
}

/** As records and seals name it. */
function recordedScope(scope?: string): string | undefined {
  return scope === 'session' ? 'per-session' : scope;
}

function readNotebookText(path: string): string {
  if (extname(path) === '.py') {
    throw new Failure(
      'usage',
      'not-a-notebook',
      `${basename(path)} is a script; only .ipynb notebooks are run.`,
    );
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'There is no notebook at' : code === 'EISDIR' ? 'This is a folder:' : 'Cannot read';
    throw new Failure('usage', 'no-notebook', `${why} ${relativePath(process.cwd(), path)}.`);
  }
}

function decideSeed(option: RunOptions['seed'], setting: Sidecar['settings']['seed'] | undefined): Seed {
  if (option !== undefined && option !== 'fresh') return { value: seedValue(option), from: 'option' };
  if (option === undefined && typeof setting === 'number')
    return { value: seedValue(setting), from: 'notebook' };
  return { value: drawEntropy(), from: 'fresh' };
}

/**
 * The document with `name = value` lines in a cell of their own after the cell tagged `parameters`, as papermill does.
 * @throws Failure `no-parameters-cell`
 */
export function injectParameters(model: Notebook, parameters: Parameters | undefined): NotebookDocument {
  if (!parameters || Object.keys(parameters).length === 0) return model.document;
  const at = model.cells.findIndex((cell) => cell.tags.includes('parameters'));
  if (at < 0) {
    throw new Failure(
      'usage',
      'no-parameters-cell',
      'No cell is tagged "parameters", so -p has nowhere to put its values. Tag the cell that holds the defaults.',
    );
  }
  const lines = Object.entries(parameters).map(([name, value]) => `${name} = ${pythonLiteral(value)}`);
  const cell = {
    cell_type: 'code',
    ...(model.cells[at]!.id.startsWith('cell-') ? {} : { id: 'injected-parameters' }),
    metadata: { tags: ['injected-parameters'] },
    execution_count: null,
    outputs: [],
    source: ['# Parameters\n', ...lines.join('\n').split(/(?<=\n)/)],
  };
  const cells = [...(model.document.cells as NotebookDocument[])];
  cells.splice(at + 1, 0, cell);
  return { ...model.document, cells };
}

/** A value of `-p`: what YAML-like words mean in Python, else the text itself. */
export function parseParameter(text: string): Parameter {
  if (/^(true|True)$/.test(text)) return true;
  if (/^(false|False)$/.test(text)) return false;
  if (/^(null|None|~)$/.test(text)) return null;
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return { float: text };
  return text;
}

function pythonLiteral(value: Parameter): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object') return value.float;
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
