/** A seal as one side of a comparison. */
import type { PinDrift } from '../../environment/pindrift';
import { withDefaults } from '../../lineage/read';
import { canonicalJson, sha256 } from '../../notebook/digest';
import { matchCells } from '../../notebook/identity';
import { type Sealed, type SealedCell, type SealedEnvironment, UNPINNED } from '../../notebook/seal';
import { compareFingerprints } from '../../environment/drift';
import type { Drift, Fingerprint } from '../../environment/fingerprint';
import type { CellLine, DataRead, RecordedCell, RunRecord } from '../../lineage/record';
import type { Side } from '../compare/side';
import { codeCells } from '../compare/view';
import { type RecordedSide, sealedEnvironment } from './make';

/** How an environment differs from the lock that a notebook is pinned to, package by package. */
/**
 * @param name of the sidecar, relative to the root
 * @param replay a run of the notebook as it is now: it says where its cells stand, and what those that did not change hold
 */
export function sealSide(sealed: Sealed, name: string, replay: RecordedSide, pinDrift?: PinDrift): Side {
  const cells = inPlace(sealed.cells, codeCells(replay));
  const byId = new Map(cells.map(({ present, cell }) => [present.id, { present, cell }]));
  const document = cells.map(({ present }) => present);
  return {
    run: name,
    notebook: replay.notebook,
    ranBy: 'seal',
    record: recordOf(sealed, document, cells, replay.record),
    document,
    outputs: () => undefined,
    source: ({ id }) => {
      const now = replay.document.find((each) => each.id === id);
      return now?.source === byId.get(id)?.cell.source && now ? replay.source(now) : '';
    },
    seal: {
      cell: ({ id }) => byId.get(id)?.cell,
      drift: ({ header }) => [
        ...drift(sealed.environment, header.environment),
        ...packageDrift(sealed, header, pinDrift),
      ],
    },
  };
}

type Placed = { present: RecordedCell; cell: SealedCell };

/** Sealed cells under the place and the key that they have in the notebook now; those it no longer has, under their own. */
function inPlace(sealed: readonly SealedCell[], present: readonly RecordedCell[]): Placed[] {
  const identity = ({ id, index, source }: SealedCell | RecordedCell): { id: string; index: number; digest: string } => ({
    id,
    index,
    digest: source,
  }); // prettier-ignore
  const { pairs } = matchCells(sealed.map(identity), present.map(identity));
  const found = new Map(pairs);
  const keys = new Set(present.map(({ id }) => id));
  return sealed.map((cell, i) => {
    const now = present[found.get(i) ?? -1];
    const { index } = now ?? cell;
    // Below nbformat 4.5 another cell may have its key by now.
    const id = now?.id ?? (keys.has(cell.id) ? `${cell.id} of the seal` : cell.id);
    return { present: { index, id, type: 'code', source: cell.source }, cell };
  });
}

function recordOf(
  sealed: Sealed,
  document: RecordedCell[],
  cells: readonly Placed[],
  replay: RunRecord,
): RunRecord {
  const { policy, entropy, rng, canon, values } = sealed;
  return {
    header: {
      ...replay.header,
      startedAt: '',
      seed: { value: sealed.seed, from: 'replayed' },
      ...{ policy, entropy, rng, canon, values },
      strict: sealed.strict ?? false,
      cells: document,
      starter: 'runner',
    },
    cells: cells.map(({ present, cell }, seq) => lineOf(present, cell, seq)),
    summary: {
      type: 'summary',
      prev: '',
      status: 'ok',
      endedAt: '',
      durationMs: 0,
      results: sealed.results ?? '',
      executed: cells.length,
      skipped: [],
      faults: [],
    },
    root: sha256(canonicalJson(sealed)),
    broken: null,
  };
}

function lineOf(present: RecordedCell, cell: SealedCell, seq: number): CellLine {
  return withDefaults({
    type: 'cell',
    prev: '',
    seq,
    index: present.index,
    id: present.id,
    execution: 1,
    executionCount: null,
    status: 'ok',
    startedAt: '',
    durationMs: 0,
    source: cell.source,
    writes: cell.variables ?? [],
    files: (cell.files ?? []).map((file) => ({ attribution: 'exact', ...file })),
    ...(cell.data === undefined ? {} : { data: cell.data as DataRead[] }),
    outputs: { raw: cell.raw ?? '', layout: '', count: cell.outputs },
    precision: 'static',
    notObserved: ['what a seal does not hold: variables, draws, clocks, generator states'],
  });
}

function drift(before: SealedEnvironment, after: Fingerprint): Drift[] {
  const { python, system, libc, cpu, flags, cores, gpus = [] } = before;
  const version = { ...after.python, version: python };
  return compareFingerprints(
    {
      ...after,
      python: version,
      os: { ...after.os, system, libc },
      cpu: { model: cpu, flags, cores },
      gpus: gpus.map((product) => ({ product })),
    },
    { ...after, gpus: after.gpus.map(({ product }) => ({ product })) },
  );
}

/** By name where a lock says what was sealed; else that they are not the same. */
function packageDrift(
  sealed: Sealed,
  { environment, pin }: RunRecord['header'],
  pinDrift?: PinDrift,
): Drift[] {
  const row = (what: string, before: string, after: string): Drift[] =>
    before === after
      ? []
      : [{ what, kind: 'package', before, after, affects: ['streams', 'numbers', 'order'] }];
  const edits = pin?.edits ?? [];
  const samePin = sealed.pin === (pin?.sha256 ?? UNPINNED);
  const before = sealed.environment.packages;
  const after = sealedEnvironment(environment).packages;
  if (before === after) return edits;
  const named = samePin ? pinDrift?.(environment).filter(({ kind }) => kind === 'package') : undefined;
  return [...(named ?? row('packages', before, after)), ...edits];
}
