/** Seals a notebook: a good verdict's digests and printed numbers, kept in the sidecar for whoever runs it next. */
import { changeSidecar } from '../../notebook/sidecarFile';
import { driftFromPin } from '../../environment/pindrift';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cellDigest } from '../../notebook/digest';
import { Failure } from '../../notebook/failure';
import { asSeal, type Sealed } from '../../notebook/seal';
import { sidecarPath } from '../../notebook/sidecar';
import { driftThatMatters } from '../../environment/drift';
import { expandHome, readLocal } from '../../lineage/local';
import { headsOf } from '../../lineage/heads';
import { readEnds, readRecord } from '../../lineage/read';
import type { RecordHeader } from '../../lineage/record';
import { digestFile, Store } from '../../lineage/store';
import { isUnderRoot } from '../compare/files';
import type { Judgement } from '../documents';
import { type Plan, planRun } from '../execution/plan';
import type { Context } from '../execution/context';
import { loadRunSide } from '../compare/side';
import { isGoodJudgement, type Steps, verifyNotebook, type VerifyOptions } from '../verify';
import { makeSeal, type RecordedSide } from './make';

export type SealOptions = Omit<VerifyOptions, 'against'>;

export type SealResult = {
  judgement: Judgement;
  /** Undefined where the verdict is not good: then nothing was written. */
  sealed?: Sealed;
  /** The verdict was there already, and nothing ran. */
  known: boolean;
  /** Of the notebook's sidecar. */
  path: string;
};

/**
 * Takes the newest good verdict on the notebook as it is now, under the options that are given; makes one where there is none.
 * @throws Failure those of `verifyNotebook`; `drift` where the environment is not the pin's; `notebook-changed`
 */
export async function sealNotebook(
  file: string,
  options: SealOptions,
  context: Context & Steps,
): Promise<SealResult> {
  const plan = planRun(file, options);
  const store = new Store(plan.root);
  const path = sidecarPath(plan.path);
  // What ran here says nothing of a cluster.
  const known = context.target === undefined ? knownVerdict(store, plan, options) : undefined;
  if (known) context.onStep?.(`its verdict is known from run ${known.replays.at(-1)}`);
  const verifying: VerifyOptions = {
    ...options,
    ...(options.seed === undefined ? entropyOfSeal(plan) : {}),
    against: 'fresh',
    refuseDrift: true,
  };
  const judgement = known ?? (await verifyNotebook(file, verifying, context));
  if (!isGoodJudgement(store, judgement, options.allowErrors ?? false))
    return { judgement, known: false, path };
  const runs = [judgement.original, ...judgement.replays].map(
    (run) => loadRunSide(store, run) as RecordedSide,
  );
  requireUnchanged(file, runs.at(-1)!);
  if (context.target !== undefined) requirePinned(runs.at(-1)!, plan);
  const sealed = makeSeal(runs, judgement, options.allowErrors ? { allowErrors: true } : {});
  changeSidecar(plan.path, (sidecar) => ({ ...sidecar, seal: asSeal(sealed) }));
  return { judgement, sealed, known: known !== undefined, path };
}

/** A notebook that is sealed again keeps its entropy, so that only the lines of cells that changed change. */
function entropyOfSeal(plan: Plan): Pick<VerifyOptions, 'sealed'> {
  const { policy, entropy, rng, seed, sidecar } = plan;
  const sealed = sidecar?.seal?.seed;
  const reuse = seed.from === 'fresh' && typeof sealed === 'string' && /^[0-9a-f]{32}$/.test(sealed);
  return reuse ? { sealed: { policy, entropy, rng, seed: sealed } } : {};
}

function knownVerdict(store: Store, plan: Plan, options: SealOptions): Judgement | undefined {
  for (const { run, header: head } of headsOf(store)) {
    if (head?.notebook !== plan.notebook || head.replayOf === undefined) continue;
    const { header, summary } = readEnds(store.recordPath(run));
    // Where an error ended the runs, nothing is known of the cells after it.
    if (header === null || summary === null || summary.skipped.length > 0) continue;
    const judgement = keptVerdict(store, run);
    if (judgement === undefined || judgement.replays.at(-1) !== run) continue;
    if (judgement.replays.length < options.times || !store.hasRun(judgement.original)) continue;
    if (!isGoodJudgement(store, judgement, options.allowErrors ?? false)) continue;
    if (!inputsAreThere(store, run)) continue;
    if (fits(header, plan, options) && ranWith(store, run, options.python) && !driftsFromPin(header, plan))
      return judgement;
  }
  return undefined;
}

/** Was it the notebook as it is now, run as it is to be run? */
function fits(header: RecordHeader, plan: Plan, options: SealOptions): boolean {
  const { policy, entropy, rng, seed } = plan;
  const asked = seed.from === 'fresh' ? header.seed.value : seed.value;
  const settings = header.policy === policy && header.entropy === entropy && header.rng === rng;
  const known = settings && header.strict === (options.strict ?? false) && header.seed.value === asked;
  return known && header.order !== 'executed' && sourcesOf(header) === presentSources(plan);
}

function sourcesOf(header: RecordHeader): string {
  return header.cells.filter(({ type }) => type === 'code').map(({ source }) => source).join(); // prettier-ignore
}

function presentSources({ model }: Pick<Plan, 'model'>): string {
  return model.cells.filter(({ type }) => type === 'code').map(({ source }) => cellDigest(source)).join(); // prettier-ignore
}

function ranWith(store: Store, run: string, python: string | undefined): boolean {
  const { python: ran } = readLocal(store.runFolder(run));
  return python === undefined || (ran !== undefined && resolve(expandHome(ran)) === resolve(python));
}

function driftsFromPin(header: RecordHeader, plan: Plan): boolean {
  if (header.pin?.sha256 !== plan.sidecar?.pin?.sha256) return true;
  const drift = driftFromPin(plan)?.(header.environment) ?? [];
  return driftThatMatters([...drift, ...(header.pin?.edits ?? [])]).length > 0;
}

/** Here it is refused before anything runs. @throws Failure `drift` */
function requirePinned({ record }: RecordedSide, plan: Plan): void {
  if (!driftsFromPin(record.header, plan)) return;
  throw new Failure(
    'drift',
    'drift',
    'What it ran in there is not what was pinned, and a seal is of the environment that was. Nothing was sealed; the runs are kept.',
  );
}

/** Files under the root that the run read and no cell of it had written are as they were. */
function inputsAreThere(store: Store, run: string): boolean {
  const files = readRecord(store.recordPath(run)).cells.flatMap((cell) => cell.files);
  const written = new Set(files.filter(({ mode }) => mode === 'write').map((file) => file.path));
  return files
    .filter((file) => file.mode === 'read' && isUnderRoot(file) && !written.has(file.path))
    .every(({ path, sha256 }) => sha256 === undefined || isFile(join(store.root, path), sha256));
}

function isFile(file: string, sha256: string): boolean {
  return existsSync(file) && digestFile(file) === sha256;
}

function keptVerdict(store: Store, run: string): Judgement | undefined {
  try {
    return JSON.parse(readFileSync(join(store.runFolder(run), 'verdict.json'), 'utf8')) as Judgement;
  } catch {
    return undefined;
  }
}

/** @throws Failure `notebook-changed`: a seal speaks of the notebook as it lies there */
function requireUnchanged(file: string, run: RecordedSide): void {
  if (sourcesOf(run.record.header) === presentSources(planRun(file, {}))) return;
  throw new Failure(
    'unverifiable',
    'notebook-changed',
    'The notebook was changed while it was verified. Nothing was sealed; the runs are kept. Seal it again: reprise seal.',
  );
}
