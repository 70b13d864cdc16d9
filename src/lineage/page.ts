/**
 * The contract between the editor and the lineage page: which messages pass. Types and checks only, so that it runs in
 * a browser too.
 */
import type { LineageDocument } from './graph';

export { reasonWords } from './reasons';
export type { LineageDocument, LineageEdge, LineageNode, StaleReason } from './graph';

export type ToLineagePage =
  /** `opens`: a cell that is chosen is shown in the editor. */
  | { type: 'show'; document: LineageDocument; opens: boolean; state?: LineageState }
  /** Nothing can be shown; the sentence says why. */
  | { type: 'problem'; sentence: string; state?: LineageState };

export type FromLineagePage = { type: 'ready' } | { type: 'cell'; id: string; cell: number };

/** What a panel is restored from after a reload: absolute path of the root, and the notebook below it. */
export type LineageState = { root: string; notebook: string };

const LONGEST_ID = 200;
const LONGEST_PATH = 4096;

/** @returns undefined for anything that is not a whole message of the page */
export function asFromLineagePage(value: unknown): FromLineagePage | undefined {
  if (!isObject(value)) return undefined;
  const { type, id, cell } = value;
  if (type === 'ready') return { type };
  const isCell = type === 'cell' && typeof id === 'string' && id.length <= LONGEST_ID && isIndex(cell);
  return isCell ? { type, id, cell } : undefined;
}

/** @returns undefined for anything that is not a message to the page */
export function asToLineagePage(value: unknown): ToLineagePage | undefined {
  if (!isObject(value)) return undefined;
  const state = asLineageState(value['state']);
  const withState = state === undefined ? {} : { state };
  const { type, document, opens, sentence } = value;
  if (type === 'problem' && typeof sentence === 'string') return { type, sentence, ...withState };
  if (type !== 'show' || !isDocument(document)) return undefined;
  return { type, document, opens: opens === true, ...withState };
}

/** @returns undefined for anything that no panel of ours could have kept */
export function asLineageState(value: unknown): LineageState | undefined {
  if (!isObject(value)) return undefined;
  const { root, notebook } = value;
  const isState =
    typeof root === 'string' &&
    typeof notebook === 'string' &&
    root.length <= LONGEST_PATH &&
    notebook.length <= LONGEST_PATH;
  return isState ? { root, notebook } : undefined;
}

function isDocument(value: unknown): value is LineageDocument {
  return (
    isObject(value) &&
    value['schema'] === 'reprise/lineage/0' &&
    typeof value['notebook'] === 'string' &&
    ['runs', 'nodes', 'edges', 'notObserved'].every((name) => Array.isArray(value[name]))
  );
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
