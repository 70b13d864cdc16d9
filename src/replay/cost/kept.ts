/** What `reprise cost` measured last of a notebook. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../../lineage/store';
import type { Cost, VariantCost } from './document';

/** By the notebook's path below the root. */
export function costPath({ folder }: Pick<Store, 'folder'>, notebook: string): string {
  return join(folder, 'cost', notebook.replace(/\.ipynb$/, '') + '.json');
}

/** An absent or damaged measurement reads as none: measuring again gives another. */
export function readCost(store: Pick<Store, 'folder'>, notebook: string): Cost | undefined {
  try {
    const cost = JSON.parse(readFileSync(costPath(store, notebook), 'utf8')) as Partial<Cost> | null;
    const isWhole =
      cost?.schema === 'reprise/cost/0' &&
      typeof cost.measuredAt === 'string' &&
      typeof cost.times === 'number' &&
      Array.isArray(cost.variants) &&
      cost.variants.length > 0 &&
      cost.variants.every(isVariant);
    return isWhole ? (cost as Cost) : undefined;
  } catch {
    return undefined;
  }
}

function isVariant({ name, ratio, seconds, differs }: Partial<VariantCost>): boolean {
  const times = [ratio, seconds?.median, seconds?.min, seconds?.max];
  return (
    typeof name === 'string' && typeof differs === 'boolean' && times.every((time) => Number.isFinite(time))
  );
}
