/** Questions about the lineage of a store's runs. An index and the records themselves give the same answers. */
import type { Direction, Wanted } from '../focus';
import type { LineageEdge, LineageNode } from '../graph';

/** What a part of a run's graph begins with: as `find` takes it, or some executions. */
export type From = Wanted & { seqs?: readonly number[] };

export type Part = { notebook: string; nodes: LineageNode[]; edges: LineageEdge[] };

/** An execution that read or wrote a version of a file. */
export type Touch = {
  run: string;
  notebook: string;
  isReplay: boolean;
  /** Id of its node. */
  node: string;
  seq: number;
  cell: { index: number; id: string };
  startedAt: string;
  path: string;
  sha256: string;
  mode: 'read' | 'write';
};

export type Files = { sha256: readonly string[] } | { path: string };

export interface Lineages {
  /**
   * What leads to something in one run, or away from it; empty where the run has no such thing.
   * @throws RecordError where there is no record that can be read
   */
  part(run: string, from: From, direction: Direction): Part;

  /**
   * Who read or wrote files of these contents, or at this path from the root; oldest first. Of runs that are recorded after
   * this was first asked nothing need be said.
   */
  touches(files: Files): Touch[];
}

/** By the time at which the execution began; what one execution did stays together. */
export function byTime(touches: readonly Touch[]): Touch[] {
  const key = ({ startedAt, run, seq, mode, path, sha256 }: Touch): string =>
    // What an execution read and wrote it has written itself.
    [startedAt, run, String(seq).padStart(9, '0'), mode === 'write' ? 0 : 1, path, sha256].join(' ');
  return touches
    .map((touch) => ({ touch, key: key(touch) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ touch }) => touch);
}
