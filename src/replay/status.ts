/** How a notebook stands: its pin and what drifted from it, its policy, its newest run and verdict, its seal. */
import { dirname, resolve } from 'node:path';
import type { Drift } from '../environment/fingerprint';
import { probe } from '../environment/interpreter';
import { isInstalled, javascriptDrift, kernelFor } from '../environment/npm/checked';
import { javascriptOf } from '../environment/npm/kernel';
import { lockedVersions, lockOf } from '../environment/locks';
import { driftFromLock, handEdits } from '../environment/pindrift';
import { builtEnvironment, type Lock } from '../environment/restore';
import type { StaleReason } from '../lineage/graph';
import { readEnds, readRecord } from '../lineage/read';
import type { Policy } from '../lineage/record';
import { listRuns, type ListedRun } from '../lineage/runs';
import { Store } from '../lineage/store';
import { cellDigest } from '../notebook/digest';
import { Failure } from '../notebook/failure';
import type { Notebook, NotebookCell } from '../notebook/model';
import { UNPINNED } from '../notebook/seal';
import type { Sidecar } from '../notebook/sidecar';
import { planRun } from './execution/plan';
import { staleAgainst } from './stale';
import { sealableCells, sealState } from './seal/state';

export type Status = { schema: 'reprise/status/0'; notebooks: NotebookStatus[] };

export type NotebookStatus = {
  /** From the root. */
  notebook: string;
  policy: Policy;
  seed: 'fresh' | number;
  /** null: it runs in whatever environment is active. */
  pin: PinStatus | null;
  /** From the pin, of its own environment as it is built here, or of the one that is asked for; null: of neither. */
  drift: Drift[] | null;
  /** The newest that is no replay. `changed`: cells whose source is not what ran, or that did not run. */
  run: { run: string; status: ListedRun['status']; startedAt?: string; changed: number } | null;
  /** Cells that no longer say the truth, against that run; null where it left no record of this agent's kind. */
  stale: { index: number; id: string; reasons: StaleReason[] }[] | null;
  verdict: { verdict: string; replay: string; of: string } | null;
  seal: { state: 'sealed' | 'changed'; verdict?: string; why?: string } | null;
};

export type PinStatus = {
  lock: string;
  python: string;
  platforms: string[];
  state: 'restored' | 'not-restored' | 'unusable';
  /** Why it cannot be used. */
  problem?: string;
};

export type StatusOptions = {
  /** Path of the agent, which looks at `python`. */
  agent: string;
  /** Compared with the pin instead of the pin's own environment. */
  python?: string;
};

/** Reads only; nothing is built. @throws those of `planRun`; Failure `no-python` */
export async function statusOf(file: string, { agent, python }: StatusOptions): Promise<NotebookStatus> {
  const { path, root, notebook, sidecar, policy, model } = planRun(file, {});
  const store = new Store(root);
  const packages =
    javascriptOf(model) === undefined ? undefined : await packageStatus(path, root, sidecar, model);
  const runs = listRuns(store, notebook);
  const { pin, lock, environment } = packages ?? (await pinStatus(path, root, sidecar));
  const asked =
    packages === undefined && python !== undefined && lock
      ? driftFromLock(lockedVersions(lock), sidecar!.pin!, await probe(python, agent, {}, root))
      : undefined;
  return {
    notebook,
    policy,
    seed: sidecar?.settings.seed ?? 'fresh',
    pin,
    drift: packages?.drift ?? asked ?? (environment === undefined ? null : await handEdits(environment)),
    run: newestRun(runs, store, model),
    // Nobody can look into the variables of a JavaScript kernel.
    stale: packages === undefined ? staleCells(runs, store, model) : null,
    verdict: newestVerdict(runs),
    seal: sealStatus(sidecar, model),
  };
}

type Pinned = { pin: PinStatus | null; lock?: Lock; environment?: string; drift?: Drift[] };

/** Of a notebook in JavaScript: of what is installed beside its lock, whoever installed it. */
async function packageStatus(
  path: string,
  root: string,
  sidecar: Sidecar | null,
  model: Notebook,
): Promise<Pinned> {
  const pin = sidecar?.pin;
  if (pin === undefined) return { pin: null };
  const { lock, python, platforms = [] } = pin;
  const shown = { lock, python, platforms };
  try {
    lockOf(pin, dirname(path), root);
    if (!isInstalled(path, pin)) return { pin: { ...shown, state: 'not-restored' } };
    const drift = await javascriptDrift({ path, root, pin }, kernelFor(model, path));
    return { pin: { ...shown, state: 'restored' }, drift };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { pin: { ...shown, state: 'unusable', problem: error.message } };
  }
}

async function pinStatus(path: string, root: string, sidecar: Sidecar | null): Promise<Pinned> {
  const pin = sidecar?.pin;
  if (pin === undefined) return { pin: null };
  const { lock: name, python, platforms = [] } = pin;
  const shown = { lock: name, python, platforms };
  try {
    const lock = lockOf(pin, dirname(resolve(path)), root);
    const built = await builtEnvironment(lock.text, python);
    if (built === undefined) return { pin: { ...shown, state: 'not-restored' }, lock };
    return { pin: { ...shown, state: 'restored' }, lock, environment: built.folder };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { pin: { ...shown, state: 'unusable', problem: error.message } };
  }
}

function newestRun(runs: readonly ListedRun[], store: Store, model: Notebook): NotebookStatus['run'] {
  const newest = runs.find(({ replayOf }) => replayOf === undefined);
  if (newest === undefined) return null;
  const { run, status, startedAt } = newest;
  const { header } = readEnds(store.recordPath(run));
  const ran = new Map(header?.cells.map(({ id, source }) => [id, source]));
  const changed = codeCells(model).filter(({ id, source }) => ran.get(id) !== cellDigest(source)).length;
  return { run, status, ...(startedAt === undefined ? {} : { startedAt }), changed };
}

function staleCells(runs: readonly ListedRun[], store: Store, model: Notebook): NotebookStatus['stale'] {
  const newest = runs.find(({ replayOf, status }) => replayOf === undefined && status !== 'unreadable');
  if (newest === undefined) return null;
  const record = readRecord(store.recordPath(newest.run));
  // An older agent did not record what this rests on.
  if (record.cells.some(({ missing }) => missing === undefined)) return null;
  const { cells } = staleAgainst(store, record, model);
  return codeCells(model).flatMap(({ index, id }) => {
    const state = cells[id];
    return state?.status === 'stale' ? [{ index, id, reasons: state.reasons }] : [];
  });
}

function newestVerdict(runs: readonly ListedRun[]): NotebookStatus['verdict'] {
  const judged = runs.find(({ verdict }) => verdict !== undefined);
  return judged ? { verdict: judged.verdict!, replay: judged.run, of: judged.replayOf ?? judged.run } : null;
}

function sealStatus(sidecar: Sidecar | null, model: Notebook): NotebookStatus['seal'] {
  const seal = sealState(sidecar, sealableCells(model));
  if (seal.state === 'none') return null;
  const { verdict, changed, gone, pin } = seal;
  const count = changed.length + gone.length;
  const ofCells = `${count} ${count === 1 ? 'cell is' : 'cells are'} not what was sealed`;
  const others = seal.state === 'changed' ? 'the order of the cells is another' : undefined;
  const ofPin = pin === (sidecar?.pin?.sha256 ?? UNPINNED) ? undefined : 'the pin is another';
  const why = count > 0 ? ofCells : (others ?? ofPin);
  return { state: why === undefined ? 'sealed' : 'changed', verdict, ...(why === undefined ? {} : { why }) };
}

function codeCells({ cells }: Notebook): NotebookCell[] {
  return cells.filter(({ type }) => type === 'code');
}
