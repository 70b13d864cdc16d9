import * as vscode from 'vscode';
import type { Follower } from '../follow/follower';
import type { CellKeys } from '../kernels/cells';
import type { RepriseController } from '../kernels/controller';
import type { Log } from '../log';
import { StaleCellItems } from './cellItems';
import { StaleInputGuard } from './guard';
import { Staleness } from './staleness';

export type StaleCells = vscode.Disposable & { staleness: Staleness; guard: StaleInputGuard };

/** Stale cells of open notebooks: found, shown below each cell, and asked about before one runs on their values. */
export function staleCells(deps: {
  keys: CellKeys;
  kernels: RepriseController;
  runs: Follower;
  log: Log;
}): StaleCells {
  const staleness = new Staleness(deps);
  const items = new StaleCellItems(staleness, deps.keys);
  const guard = new StaleInputGuard({ ...deps, stale: staleness });
  const all = vscode.Disposable.from(items, staleness);
  return { staleness, guard, dispose: () => void all.dispose() };
}
