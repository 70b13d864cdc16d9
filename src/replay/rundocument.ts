import { join } from 'node:path';
import type { Drift } from '../environment/fingerprint';
import { driftFromPin } from '../environment/pindrift';
import { canonicalize } from '../notebook/canon';
import { Failure } from '../notebook/failure';
import { type Output, rawDigest } from '../notebook/output';
import { relativePath } from '../notebook/root';
import { sidecarBeside } from '../notebook/sidecarFile';
import { expandHome, readLocal } from '../lineage/local';
import type { CellLine, RunRecord } from '../lineage/record';
import type { Store } from '../lineage/store';
import type { CellRun, Run } from './documents';

const NO_OUTPUT = rawDigest([]);

/** The `reprise/run/1` document of a run that has ended. Paths are relative to the root. */
export function runDocument(store: Store, run: string, record: RunRecord): Run {
  const { header, summary } = record;
  const folder = store.runFolder(run);
  const prefix = readLocal(folder).prefix;
  const last = new Map(record.cells.map((cell) => [cell.index, cell]));
  return {
    schema: 'reprise/run/1',
    run,
    notebook: header.notebook,
    status: summary?.status ?? 'died',
    policy: header.policy,
    seed: header.seed,
    environment: {
      python: `${header.environment.python.version} (${header.environment.python.build})`,
      ...(header.pin ? { lock: header.pin.sha256 } : {}),
      drift: driftOf(store, record),
    },
    record: relativePath(store.root, folder),
    executed: relativePath(store.root, join(folder, 'executed.ipynb')),
    root: record.root,
    results: summary?.results ?? '',
    cells: header.cells
      .filter((cell) => cell.type === 'code')
      .flatMap(({ index, id }) => {
        const line = last.get(index);
        if (line) return [cellRun(line, canonicalDigest(store, line, prefix && expandHome(prefix)))];
        if (summary?.died?.index === index) return [emptyCell(index, id, 'error')];
        // A cell without source is not executed; it has run to its end as soon as the run has.
        const skipped = !summary || summary.skipped.some((cell) => cell.index === index);
        return [emptyCell(index, id, skipped ? 'skipped' : 'ok')];
      }),
  };
}

/** How the environment differs from the pin that it ran under; where that was replaced since, what the record itself says of it. */
function driftOf({ root }: Store, { header }: RunRecord): Drift[] {
  const { pin, environment } = header;
  if (pin === undefined) return [];
  const { edits = [] } = pin;
  const path = join(root, header.notebook);
  try {
    const sidecar = sidecarBeside(path);
    if (sidecar?.pin?.sha256 !== pin.sha256) return edits;
    return [...(driftFromPin({ path, root, sidecar })?.(environment) ?? []), ...edits];
  } catch (error) {
    // The lock is gone, or no longer what was pinned.
    if (error instanceof Failure) return edits;
    throw error;
  }
}

export function cellRun(line: CellLine, canonical: string): CellRun {
  return {
    index: line.index,
    id: line.id,
    status: line.status,
    durationMs: line.durationMs,
    reads: line.reads,
    writes: line.writes.map(({ name, digest, how }) => ({ name, ...(digest ? { digest } : {}), how })),
    files: line.files.map(({ path, mode, sha256, attribution }) => ({
      path,
      mode,
      ...(sha256 ? { sha256 } : {}),
      attribution,
    })),
    entropy: line.entropy.map(({ source, reach, count, at }) => ({
      source,
      reach,
      count,
      ...(at ? { at } : {}),
    })),
    outputs: { raw: line.outputs.raw, canonical },
  };
}

function canonicalDigest(store: Store, line: CellLine, prefix: string | undefined): string {
  if (!store.hasObject(line.outputs.raw)) return line.outputs.raw;
  const outputs = JSON.parse(store.getObject(line.outputs.raw).toString('utf8')) as Output[];
  const source = store.hasObject(line.source) ? store.getObject(line.source).toString('utf8') : '';
  return canonicalize(outputs, { source, prefix }).digest;
}

export function emptyCell(index: number, id: string, status: CellRun['status']): CellRun {
  const outputs = { raw: NO_OUTPUT, canonical: NO_OUTPUT };
  return { index, id, status, durationMs: 0, reads: [], writes: [], files: [], entropy: [], outputs };
}
