/**
 * The contract between the editor and the report page: what the page shows and which messages pass. Both sides import
 * this module and nothing else of each other. It holds types and checks only, so that it runs in a browser too.
 */
import type { Drift } from '../../environment/fingerprint';
import type { EntropyUse } from '../../lineage/record';
import type { Cause, Verdict } from '../documents';

/** What an icon and its colour stand for; a text that says the same is always beside it. */
export type Mark = Verdict | 'ran' | 'raised' | 'none';

/** Texts are sentences for a person, in which `` `…` `` is code. Nothing in them is markup. */
export type ReportDocument = {
  schema: 'reprise/report/0';
  /** Relative to the root. */
  notebook: string;
  /** What is replayed, and whose record is opened, from this report. */
  run: string;
  mark: Mark;
  /** "Different from cell 7", "Not replayed yet". */
  headline: string;
  /** What has to be known beside the headline. */
  remarks: string[];
  facts: ReportFact[];
  /** Why the verdict is not better: of the first divergence, and of the cell that differed first. */
  causes: ReportCause[];
  /** How the difference went from cell to cell; empty where none handed it on. */
  chain: ReportStep[];
  /** Differences of the environment; those that can change a result come first. */
  drift: ReportDrift[];
  /** Absent where no random stream moved. */
  streams?: ReportStreams;
  /** Absent where it was never measured. */
  cost?: ReportCost;
  /** Every code cell, in document order. */
  cells: ReportCell[];
  /** Position in `cells` of the first divergence. */
  first: number | null;
};

/** `at`: ISO 8601, shown in the reader's own time zone. */
export type ReportFact = { label: string; values: { text: string; at?: string }[] };

/** `effect`: what it can change, in words; '' where no result depends on it. */
export type ReportDrift = Pick<Drift, 'what' | 'kind' | 'before' | 'after'> & { effect: string };

/** `depth`: how many cells the difference came through before. */
export type ReportStep = {
  cell: number;
  depth: number;
  text: string;
  confidence?: Cause['confidence'];
  where: ReportPlace;
};

/** `cells`: those in which a stream moved. `compared`: there is a replay whose states are known. */
export type ReportStreams = {
  cells: number[];
  compared: boolean;
  rows: { stream: string; uses: ReportUse[] }[];
  /** Streams that are left out. */
  more: number;
};

/** `same`, `apart`: the stream's state after the cell, against the replay. */
export type ReportUse = { cell: number; mark: 'moved' | 'same' | 'apart' | 'unreached'; text: string };

/** Seconds of all cells, by policy; `differs`: from plain, by more than the noise. */
export type ReportCost = {
  measuredAt: string;
  times: number;
  variants: { name: string; median: number; min: number; max: number; ratio: number; differs: boolean }[];
};

export type ReportCell = {
  /** Position among all cells of the notebook, from 0. */
  index: number;
  id: string;
  mark: Mark;
  /** "Same", "Different", "Ran", "Did not run". */
  said: string;
  /** The first line of the source that says something; '' of an empty cell. */
  title: string;
  source: string;
  /** "0.3 s", "raised ValueError: bad", "3 draws, 1 not seeded": what the list shows beside the title. */
  notes: string[];
  differences: ReportDifference[];
  causes: ReportCause[];
  randomness: ReportDraw[];
};

export type ReportDifference = {
  /** "result", "file out/model.pt", "variable score". */
  name: string;
  mime?: string;
  summary: string;
  lines: DiffLine[];
  /** `data:` addresses. */
  pictures?: { original?: string; replay?: string };
  /** Both sides of an output; stands in for `lines`. */
  sides?: ReportSides;
};

export type ReportSides =
  | { kind: 'text'; rows: ReportTextRow[] }
  /** What a row holds is the replay's, but for `was` and rows that only the original has. */
  | { kind: 'table'; rows: ReportTableRow[] }
  /** Of two JSON values: where they differ. `more`: paths beyond those listed. */
  | { kind: 'paths'; paths: ReportPath[]; more: number }
  /** HTML as the notebook made it: the page shows what of it is safe, and nothing of it is ever markup of the page. */
  | { kind: 'markup'; original: string; replay: string };

/** `relative`: largest relative difference of the row's numbers, "2.4e-7". `gap`: rows that are left out, in words. */
export type ReportTextRow =
  | { both: string }
  | { gap: string }
  | { original?: ReportPiece[]; replay?: ReportPiece[]; relative?: string };

export type ReportPiece = string | { changed: string };

export type ReportTableRow = { cells: ReportTableCell[]; side?: 'original' | 'replay'; gap?: string };
export type ReportTableCell = { text: string; head?: true; was?: string; relative?: string };

export type ReportPath = { path: string; original?: string; replay?: string; relative?: string };

/** `place`: where the lines that follow stand, in words. */
export type DiffLine = { side: 'original' | 'replay' | 'both' | 'place'; text: string };

export type ReportCause = {
  confidence: Cause['confidence'];
  summary: string;
  evidence: ReportEvidence[];
  /** Absent where nothing can be done. */
  toDo?: string;
};

/** `lines` stands in for `before` and `after` where these have several lines. */
export type ReportEvidence = {
  what: string;
  where?: ReportPlace;
  before?: string;
  after?: string;
  lines?: DiffLine[];
};

/** `cell`: index, from 0; `line`: of that cell, from 1. */
export type ReportPlace = { cell: number; line?: number };

export type ReportDraw = {
  source: string;
  reach: EntropyUse['reach'];
  /** "3 draws, seeded by Reprise". */
  text: string;
  where?: ReportPlace;
};

/** What the page can ask for. A plain browser offers none of these. */
export const ACTIONS = ['replay', 'record', 'cell'] as const;
export type ReportAction = (typeof ACTIONS)[number];

/** What a panel is restored from after a reload: absolute path of the root, and run id. */
export type PanelState = { root: string; run: string };

export type ToPage =
  | { type: 'show'; report: ReportDocument; actions: ReportAction[]; state?: PanelState }
  /** Nothing can be shown; the sentence says why. */
  | { type: 'problem'; sentence: string; state?: PanelState }
  /** Something that was asked for is under way until the next `show`. */
  | { type: 'working'; sentence: string };

export type FromPage =
  /** The page has loaded, for the first time or again, and shows nothing yet. */
  { type: 'ready' } | { type: 'replay' } | { type: 'record' } | ({ type: 'cell'; id: string } & ReportPlace);

const LONGEST_ID = 200;

/** @returns undefined for anything that is not a whole message of the page */
export function asFromPage(value: unknown): FromPage | undefined {
  if (!isObject(value)) return undefined;
  const { type, id, cell, line } = value;
  if (type === 'ready' || type === 'replay' || type === 'record') return { type };
  if (type !== 'cell' || typeof id !== 'string' || id.length > LONGEST_ID || !isCount(cell, 0))
    return undefined;
  if (line === undefined) return { type, id, cell };
  return isCount(line, 1) ? { type, id, cell, line } : undefined;
}

/** @returns undefined for anything that is not a message to the page */
export function asToPage(value: unknown): ToPage | undefined {
  if (!isObject(value)) return undefined;
  const { type, report, actions, sentence } = value;
  const state = asPanelState(value['state']);
  const withState = state === undefined ? {} : { state };
  if (type === 'show' && isReport(report) && isList(actions, isAction)) {
    return { type, report, actions, ...withState };
  }
  if (typeof sentence !== 'string') return undefined;
  if (type === 'problem') return { type, sentence, ...withState };
  return type === 'working' ? { type, sentence } : undefined;
}

/** @returns undefined for anything that no panel of ours could have kept */
export function asPanelState(value: unknown): PanelState | undefined {
  if (!isObject(value)) return undefined;
  const { root, run } = value;
  const isState = typeof root === 'string' && typeof run === 'string' && /^[0-9a-z-]{1,40}$/.test(run);
  return isState ? { root, run } : undefined;
}

function isReport(value: unknown): value is ReportDocument {
  if (!isObject(value) || value['schema'] !== 'reprise/report/0') return false;
  const texts = ['notebook', 'run', 'mark', 'headline'];
  const lists = ['remarks', 'facts', 'causes', 'chain', 'drift', 'cells'];
  return (
    texts.every((name) => typeof value[name] === 'string') &&
    lists.every((name) => Array.isArray(value[name])) &&
    (value['first'] === null || isCount(value['first'], 0))
  );
}

function isAction(value: unknown): value is ReportAction {
  return ACTIONS.some((action) => action === value);
}

function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isCount(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
