/** Quick fixes: ordinary edits that leave the science as it is. The first of them is the one to take. */
import type { Fix } from '../finding';
import type { Judged } from '../judged';
import type { Versions } from '../checks';
import type { Seen } from '../python/values';
import { RULES } from '../rules';
import { pinned } from './installs';
import { moved } from './move';
import { seedOnce } from './once';
import { ordered } from './order';
import { anotherSeed, ownSeed, someSeed } from './seeds';
import { sharedGenerator } from './shared';
import { argumentSet, type Notebook } from './text';

const ORDER = new Set(['py-set-order', 'py-fs-order']);
/** Their draws come from layers all over a notebook: one seed serves them all. */
const ONE_SEED_FIRST = new Set(['torch', 'keras', 'tensorflow']);

export function fixesOf(
  judged: Judged,
  notebook: Notebook,
  seen: readonly Seen[],
  versions: Versions = {},
): Fix[] {
  const { rule, replace, cell, row, call } = judged;
  if (ORDER.has(rule)) return ordered(judged, notebook);
  if (rule === 'env-unpinned-install') return pinned(judged, notebook, versions);
  if (rule === 'nb-seed-order') return moved(judged, notebook);
  if (rule === 'np-seed-none') return someSeed(judged, notebook);
  if (replace?.text) {
    const edits = [notebook.replace(cell, replace.range, replace.text)];
    return [{ title: `Set it to ${replace.text}`, safe: true, edits }];
  }
  if (replace) return anotherSeed(judged, notebook);
  if (row?.fix && call?.call.whole) {
    const { param, value } = row.fix;
    const at = row.when?.flat().find((condition) => condition.param === param)?.at;
    const edit = argumentSet(notebook, call, param, value, at);
    const safe = RULES.get(rule)!.severity !== 'info';
    return edit ? [{ title: `Set ${param}=${value}`, safe, edits: [edit] }] : [];
  }
  if (rule !== row?.rule) return [];
  const own = [...ownSeed(judged, notebook, versions), ...sharedGenerator(judged, notebook)];
  const once = seedOnce(judged, notebook, seen);
  return ONE_SEED_FIRST.has(row.reach ?? '') ? [...once, ...own] : [...own, ...once];
}
