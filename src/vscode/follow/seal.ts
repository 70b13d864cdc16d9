/** What a notebook's seal says of the notebook that the editor shows. */
import { cellDigest } from '../../notebook/digest';
import { readSeal, type Sealed, UNPINNED } from '../../notebook/seal';
import type { Seal } from '../../notebook/sidecar';
import { coverage, plural } from '../../replay/words';
import { stateOfSeal } from '../../replay/seal/state';
import type { NotebookState } from './state';

const BLANK = cellDigest('');

/** "sealed: 3 outputs, 1 file …, unpinned", or which cells are not what was sealed. */
export function sealWords(seal: Sealed, document: NotebookState['document']): string {
  const { state, changed, gone } = sealOf(seal, document);
  if (state === 'sealed') {
    return `sealed: ${coverage({ covered: seal.covered })}${seal.pin === UNPINNED ? '; unpinned' : ''}`;
  }
  const count = changed.length + gone.length;
  const what =
    count === 0
      ? 'its cells stand in another order'
      : `${plural(count, 'cell')} differ${count === 1 ? 's' : ''}`;
  return `sealed, but changed since: ${what}`;
}

/** Whether what was sealed is what stands there; taken to be so while the editor's cells are not known. */
export function sealOf(seal: Sealed, document: NotebookState['document']): Standing {
  if (document === undefined) return { state: 'sealed', changed: [], gone: [] };
  const cells = document.map(({ id, source }, index) => {
    return { id, index, digest: source, isBlank: source === BLANK };
  });
  return stateOfSeal(seal, cells);
}

type Standing = { state: 'sealed' | 'changed'; changed: number[]; gone: number[] };

/** A seal that cannot be read is told of by who verifies against it; the notebook's settings hold all the same. */
export function readable(seal: Seal): { seal?: Sealed } {
  try {
    return { seal: readSeal(seal) };
  } catch {
    return {};
  }
}
