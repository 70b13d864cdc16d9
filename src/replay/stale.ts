/** Which cells of a notebook are stale against what one run of it recorded. */
import type { RunRecord } from '../lineage/record';
import { type State, stateOf } from '../lineage/stale/state';
import { Timeline } from '../lineage/stale/timeline';
import type { Store } from '../lineage/store';
import type { Notebook } from '../notebook/model';
import { FileDigests } from './files';

/** A cell of which the source that ran is not kept any more counts as edited. */
export function staleAgainst(store: Store, { header, cells }: RunRecord, notebook: Notebook): State {
  const timeline = new Timeline();
  const perCell = header.rng === 'per-cell' && header.policy !== 'observe';
  for (const line of cells) {
    const source = store.hasObject(line.source) ? store.getObject(line.source).toString('utf8') : '\0';
    timeline.add({ kernel: 0, seed: header.seed.value, perCell, line, source });
  }
  const files = new FileDigests(store.root);
  timeline.lookAtFiles((path) => files.digest(path));
  return stateOf(notebook.cells, timeline, header.seed.value);
}
