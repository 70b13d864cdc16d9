/** What no single call shows: rules about several places of a notebook. */
import type { Judged } from '../judged';
import type { Seen } from '../python/values';
import { datasets } from './datasets';
import { gpu } from './gpu';
import { keys } from './keys';
import { splits } from './splits';
import { workers } from './workers';

/** Of packages, by their names on PyPI in lower case, with `-` for `_` and `.`. */
export type Versions = Readonly<Record<string, string>>;

export type Check = (seen: readonly Seen[], versions: Versions) => Judged[];

export const CHECKS: readonly Check[] = [gpu, workers, datasets, splits, keys];
