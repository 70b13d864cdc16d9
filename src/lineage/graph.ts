/**
 * The lineage graph as a document: what `reprise lineage --format json` prints, and what the graph page draws. Edges point
 * the way values flow: from what was read to the cell that read it, from a cell to what it wrote.
 */
import type { HowCompared } from './record';

export type LineageDocument = {
  schema: 'reprise/lineage/0';
  notebook: string;
  /** The newest run first; a graph over a live notebook can hold executions of more than one run. */
  runs: string[];
  /** The notebook of each run, where files were followed from run to run. */
  notebooks?: Record<string, string>;
  /** Runs that files lead to and that are too many to be drawn. */
  runsLeftOut?: number;
  nodes: LineageNode[];
  edges: LineageEdge[];
  /** What no record can say, in words for people: kinds of reads and writes that were not observed. */
  notObserved: string[];
};

export type LineageNode = CellNode | VariableNode | FileNode | ContextNode;

/** One execution of a cell. */
export type CellNode = {
  /** `cell:<key>@<run>:<seq>` */
  id: string;
  kind: 'cell';
  cell: { index: number; id: string };
  run: string;
  seq: number;
  /** First line that says something, for people; at most 80 characters. */
  title: string;
  status: 'ok' | 'error';
  startedAt: string;
  durationMs: number;
  /** Sources of randomness that no seed reached. */
  unreached: string[];
  /** Against the notebook as it is now; absent where only a record is known. */
  state?: { status: 'clean' | 'stale'; reasons: StaleReason[] };
  /** What of this execution was not observed. */
  notObserved: string[];
};

/** What a name held from one write to the next. */
export type VariableNode = {
  /** `variable:<name>#<version>@<run>` */
  id: string;
  kind: 'variable';
  name: string;
  /** Counts from 1 in its run. */
  version: number;
  run: string;
  how: HowCompared;
  digest?: string;
  type?: string;
  /** Of a part that was seen by itself: the variable that it is a part of (`df` of `df['a']`). */
  partOf?: string;
};

export type FileNode = {
  /** `file:<path>@<first 12 digits of sha256, or run>`; with `#<number>@<run>` where the run wrote the same bytes again */
  id: string;
  kind: 'file';
  path: string;
  sha256?: string;
  size?: number;
  outside?: true;
  attribution: 'exact' | 'weak';
};

/** What a whole run rests on; and, as `data`, what a cell read from elsewhere than a file. */
export type ContextNode = {
  /** `environment:…`, `seed:…`, `commit:…`, `data:…` */
  id: string;
  kind: 'environment' | 'seed' | 'commit' | 'data';
  label: string;
  detail?: string;
};

export type LineageEdge = {
  from: string;
  to: string;
  /** `rests-on`: a cell's execution on its run's context. */
  kind: 'read' | 'wrote' | 'mutated' | 'deleted' | 'part-of' | 'rests-on';
  /** `static`: the cell's source could do it, nothing saw it done. */
  seen: 'observed' | 'static';
};

/** As the session protocol says it. */
export type StaleReason = {
  type:
    | 'never-executed'
    | 'code-changed'
    | 'input-changed'
    | 'upstream-stale'
    | 'overwritten'
    | 'order'
    | 'writer-deleted'
    | 'restarted';
  variable?: string;
  file?: string;
  cell?: string;
};
