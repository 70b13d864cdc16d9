/** Lineage read from the records: what serves where there is no index, and what an index must agree with. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { lineageOfRun } from '../document';
import { type Direction, find, focus } from '../focus';
import type { LineageDocument, LineageEdge, LineageNode } from '../graph';
import { isUnreadable, readRecord } from '../read';
import type { RunRecord } from '../record';
import type { Store } from '../store';
import { cellNodeId } from '../trace';
import { byTime, type Files, type From, type Lineages, type Part, type Touch } from './lineages';

export class RecordLineages implements Lineages {
  private isAsked = false;
  private all: Touch[] | undefined;

  constructor(private readonly store: Store) {}

  part(run: string, from: From, direction: Direction): Part {
    const whole = lineageOfRun(this.store, run);
    const start = startOf(whole, from);
    const { notebook, nodes, edges } = focus(whole, start, direction);
    const restsOn = ({ kind }: LineageEdge): boolean => kind === 'rests-on';
    // In the order of an index, which has no rows for what every cell rests on.
    const ordered = [...edges.filter(restsOn), ...edges.filter((edge) => !restsOn(edge))];
    return { notebook, nodes, edges: ordered };
  }

  touches(files: Files): Touch[] {
    const known = this.all ?? this.read(files);
    if ('path' in files) return known.filter(({ path }) => path === files.path);
    const asked = new Set(files.sha256);
    return known.filter(({ sha256 }) => asked.has(sha256));
  }

  /** Of a first question only the records that name the file; who asks again asks about many. */
  private read(files: Files): Touch[] {
    // A digest stands in a record as it is; a path can be escaped in more than one way.
    const needles =
      'path' in files || this.isAsked ? undefined : files.sha256.map((each) => Buffer.from(each));
    this.isAsked = true;
    const found = byTime(
      this.store.runIds().flatMap((run) => {
        const record = this.store.recordPath(run);
        return needles === undefined || holds(record, needles) ? touchesIn(run, record) : [];
      }),
    );
    if (needles === undefined) this.all = found;
    return found;
  }
}

function startOf(whole: LineageDocument, { seqs, ...wanted }: From): LineageNode[] {
  if (seqs === undefined) return find(whole, wanted);
  const asked = new Set(seqs);
  return whole.nodes.filter((node) => node.kind === 'cell' && asked.has(node.seq));
}

/** Of a damaged record none: it never hides the others. */
function touchesIn(folder: string, record: string): Touch[] {
  try {
    return touchesOf(folder, readRecord(record));
  } catch (error) {
    // Where a value is not of the kind that it should be, as in what no agent wrote.
    if (!isUnreadable(error) && !(error instanceof TypeError)) throw error;
    return [];
  }
}

function touchesOf(folder: string, record: RunRecord): Touch[] {
  const { run, notebook, replayOf } = record.header;
  const found = new Map<string, Touch>();
  for (const line of record.cells) {
    for (const { path, sha256, mode, absent, deleted } of line.files) {
      if (absent || deleted || sha256 === undefined) continue;
      found.set(`${line.seq} ${mode} ${sha256} ${path}`, {
        run: folder,
        notebook,
        isReplay: replayOf !== undefined,
        node: cellNodeId(line.id, run, line.seq),
        seq: line.seq,
        cell: { index: line.index, id: line.id },
        startedAt: line.startedAt,
        path,
        sha256,
        mode,
      });
    }
  }
  return [...found.values()];
}

/** Of so many bytes (some hundred executions), which are read sooner than rows of them are written. */
const SMALL = 1 << 20;

/** One that is not there is read in vain, and sooner still. */
export function isSmall(store: Store, run: string): boolean {
  const size = statSync(store.recordPath(run), { throwIfNoEntry: false })?.size ?? 0;
  return size <= SMALL;
}

const BLOCK = 1 << 20;

/** @param needles of one length */
function holds(file: string, needles: readonly Buffer[]): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    const { size } = fstatSync(descriptor);
    const block = Buffer.allocUnsafe(Math.min(size, BLOCK) + (needles[0]?.length ?? 0));
    // Each block begins with the end of the one before, where the digest may begin.
    for (let at = 0; at < size; at += BLOCK) {
      const read = readSync(descriptor, block, 0, block.length, at);
      const bytes = block.subarray(0, read);
      if (needles.some((needle) => bytes.includes(needle))) return true;
    }
    return false;
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
