/** Runs a sealed notebook under what it was sealed under, and judges it against the seal. */
import { driftFromPin } from '../../environment/pindrift';
import { sealableCells } from './state';
import { basename } from 'node:path';
import { CANON } from '../../notebook/canon';
import { Failure } from '../../notebook/failure';
import { relativePath } from '../../notebook/root';
import { readSeal, type Sealed } from '../../notebook/seal';
import { sidecarPath } from '../../notebook/sidecar';
import { seedValue } from '../../determinism/streams';
import type { Judgement } from '../documents';
import { judge } from '../compare/judge';
import { type Plan, planRun, type RunOptions } from '../execution/plan';
import type { Context, Finished } from '../execution/context';
import { runNotebook } from '../execution/run';
import { loadRunSide } from '../compare/side';
import { judging, keepVerdict, requireEnd, type Steps } from '../verify';
import type { RecordedSide } from './make';
import { sealSide } from './side';
import { sealState } from './state';

/**
 * Runs the notebook `times` times; the judgement is kept with the last run.
 * @throws Failure `not-sealed`, `other-seed`, `other-canon`; SidecarError `bad-field`
 */
export async function verifySealed(
  file: string,
  options: RunOptions & { times: number },
  context: Context & Steps,
): Promise<Judgement> {
  const plan = planRun(file, options);
  const sealed = sealOf(plan, options);
  tellChanges(plan, context);
  const asSealed: RunOptions = {
    ...options,
    seed: undefined,
    sealed,
    strict: options.strict ?? sealed.strict,
    allowErrors: (options.allowErrors ?? false) || (sealed.allowErrors ?? false),
  };
  const runs: Finished[] = [];
  for (let number = 1; number <= options.times; number++) {
    context.onStep?.(
      options.times > 1 ? `run ${number} of ${options.times}` : 'running, to judge against the seal',
    );
    const run = await runNotebook(file, asSealed, context);
    requireEnd(run);
    runs.push(run);
  }
  const { store } = runs[0] as Finished;
  const sides = runs.map(({ run }) => loadRunSide(store, run) as RecordedSide);
  const name = relativePath(plan.root, sidecarPath(plan.path));
  const seal = sealSide(sealed, name, sides[0] as RecordedSide, driftFromPin(plan));
  const judgement = judge(seal, sides, { ...judging(store, plan.notebook), notebook: plan.notebook });
  return keepVerdict(store, (runs.at(-1) as Finished).run, judgement);
}

/** Is it this notebook's own seal that `verify` goes by, where nothing else is asked for? */
export function isSealed({ sidecar }: Plan): boolean {
  return sidecar?.seal !== undefined;
}

function sealOf({ sidecar, path }: Plan, { seed }: RunOptions): Sealed {
  const name = basename(path);
  if (sidecar?.seal === undefined) {
    throw new Failure(
      'unverifiable',
      'not-sealed',
      `${name} has no seal to verify against. Nothing ran. Seal it (reprise seal), or leave out --against to run and replay it.`,
    );
  }
  const sealed = readSeal(sidecar.seal);
  if (sealed.canon !== CANON) {
    throw new Failure(
      'unverifiable',
      'other-canon',
      `${name} was sealed with ${sealed.canon}; this Reprise compares by ${CANON}. Nothing ran. Seal it again: reprise seal.`,
    );
  }
  if (seed === 'fresh' || (seed !== undefined && seedValue(seed) !== sealed.seed)) {
    throw new Failure(
      'usage',
      'other-seed',
      `${name} is sealed with entropy of its own, and --seed gives another. Nothing ran. Leave out --seed, or verify --against fresh.`,
    );
  }
  return sealed;
}

function tellChanges(plan: Plan, { onNotice }: Context): void {
  const state = sealState(plan.sidecar, sealableCells(plan.model));
  if (state.state !== 'changed') return;
  const parts = [
    ...(state.changed.length > 0 ? [`${cells(state.changed)} not what was sealed`] : []),
    ...(state.gone.length > 0 ? [`sealed ${cells(state.gone)} gone`] : []),
  ];
  const how = parts.length > 0 ? parts.join('; ') : 'its cells stand in another order';
  onNotice?.(`Sealed, but changed since: ${how}. Seal it again when that is meant: reprise seal.`);
}

function cells(indexes: readonly number[]): string {
  return indexes.length === 1 ? `cell ${indexes[0]} is` : `cells ${indexes.join(', ')} are`;
}
