/** Does a notebook's seal speak of the notebook as it is now? Nothing is run to tell. */
import { cellDigest } from '../../notebook/digest';
import { matchCells } from '../../notebook/identity';
import { readSeal, type Sealed } from '../../notebook/seal';
import type { Notebook } from '../../notebook/model';
import type { Sidecar } from '../../notebook/sidecar';

/** A code cell; `digest` is `cellDigest` of its source. */
export type PresentCell = { index: number; id: string; digest: string; isBlank?: boolean };

export type SealState =
  | { state: 'none' }
  | {
      state: 'sealed' | 'changed';
      verdict: Sealed['verdict'];
      covered: Sealed['covered'];
      /** sha256 of the lock, or `unpinned`. */
      pin: string;
      /** Cells as they stand now that are not what was sealed. */
      changed: number[];
      /** Sealed cells, by the place they had, that are no longer there. */
      gone: number[];
    };

/** The cells of a notebook, as `sealState` takes them. */
export function sealableCells({ cells }: Pick<Notebook, 'cells'>): PresentCell[] {
  return cells
    .filter(({ type }) => type === 'code')
    .map(({ index, id, source }) => ({
      index,
      id,
      digest: cellDigest(source),
      isBlank: source.trim() === '',
    }));
}

/**
 * @param cells code cells in document order; those without source are never run, so never sealed
 * @throws SidecarError `bad-field` where the seal cannot be read
 */
export function sealState(sidecar: Sidecar | null, cells: readonly PresentCell[]): SealState {
  return sidecar?.seal === undefined ? { state: 'none' } : stateOfSeal(readSeal(sidecar.seal), cells);
}

/** As `sealState`, of a seal that was read. */
export function stateOfSeal(
  sealed: Sealed,
  cells: readonly PresentCell[],
): Exclude<SealState, { state: 'none' }> {
  const { verdict, covered, pin } = sealed;
  const { changed, gone, moved } = changesSince(sealed, cells);
  const state = changed.length + gone.length > 0 || moved ? 'changed' : 'sealed';
  return { state, verdict, covered, pin, changed, gone };
}

function changesSince(
  sealed: Sealed,
  present: readonly PresentCell[],
): { changed: number[]; gone: number[]; moved: boolean } {
  const now = present.filter(({ isBlank }) => !isBlank);
  const { pairs, onlyA, onlyB } = matchCells(
    sealed.cells.map(({ id, index, source }) => ({ id, index, digest: source })),
    now,
  );
  const edited = pairs.filter(([a, b]) => sealed.cells[a]?.source !== now[b]?.digest).map(([, b]) => b);
  const inOrder = [...pairs].sort(([a], [b]) => a - b);
  return {
    changed: [...edited, ...onlyB].map((b) => now[b]?.index ?? 0).sort((a, b) => a - b),
    gone: onlyA.map((a) => sealed.cells[a]?.index ?? 0),
    moved: inOrder.some(([, b], i) => b < (inOrder[i - 1]?.[1] ?? -1)),
  };
}
