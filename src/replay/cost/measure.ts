import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kernelEnvironment } from '../../determinism/policy';
import type { Setting } from '../../determinism/settings';
import { checkedPython } from '../../environment/checked';
import { readRecord } from '../../lineage/read';
import type { RunRecord } from '../../lineage/record';
import { Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import { writeBundle } from '../execution/bundle';
import { executeLocally, type RunnerEvent } from '../execution/local';
import { type Plan, planRun } from '../execution/plan';
import type { Context } from '../execution/context';
import type { Ablation, Cost, VariantCost } from './document';
import { costPath } from './kept';
import { rotated, type Spread, spreadOf, standApart } from './statistics';
import { ablated, CLOSE, FULL, less, OBSERVE, PLAIN, type Variant } from './variants';

export type CostOptions = { times: number; ablation?: boolean; python?: string; timeout?: number };

/** One run of a variant; `number` 0 is the one that is not counted. */
export type Step = { variant: string; number: number; of: number; seconds: number };

export type CostContext = Pick<Context, 'agent' | 'uvLock' | 'signal' | 'onNotice'> & {
  onStep?: (step: Step) => void;
};

/** A cell raised, so that there is nothing to compare. */
export class Raised extends Error {}

type Timed = { seconds: number; startSeconds: number; record?: RunRecord };

/**
 * Runs a notebook plain and under `close` and `full`, in rounds, each round beginning with another variant. All run in
 * the notebook's own folder, those under a policy with one entropy; their records are in a store of their own, which is
 * gone afterwards. A first run, under `full`, is not counted: it fills caches, and tells what the notebook loads.
 * @throws Raised, Failure `cancelled`, `died` and what stops a run
 */
export async function measureCost(
  file: string,
  options: CostOptions,
  context: CostContext,
): Promise<{ cost: Cost; kept: string }> {
  const plan = planRun(file, { python: options.python, timeout: options.timeout });
  const machine = { given: process.env, cores: availableParallelism() };
  const { agent, uvLock, signal, onNotice } = context;
  const { path: python } = await checkedPython(plan, {
    agent,
    uvLock,
    variables: kernelEnvironment('close', plan.seed.value, machine),
    refuses: false,
    ...(options.python === undefined ? {} : { python: options.python }),
    ...(signal ? { signal } : {}),
    ...(onNotice ? { onStep: onNotice, onDrift: onNotice } : {}),
  });
  // Whether the result can be kept is known before hours are spent on it.
  new Store(plan.root).ensure();
  const store = new Store(realpathSync(mkdtempSync(join(tmpdir(), 'reprise-cost-'))));
  try {
    const once = (variant: Variant): Promise<Timed> =>
      timed(variant, { plan, store, python, machine, timeout: options.timeout, context });
    const first = await once(FULL);
    const found = options.ablation ? ablated(first.record!, machine) : undefined;
    const policies = found ? [PLAIN, OBSERVE, CLOSE, FULL] : [PLAIN, CLOSE, FULL];
    const variants = [...policies, ...(found?.rows ?? []).map(less)];
    const of = variants.length * options.times;
    context.onStep?.({ variant: FULL.name, number: 0, of, seconds: first.seconds });
    const runs = new Map<string, Timed[]>(variants.map(({ name }) => [name, []]));
    const rounds = Array.from({ length: options.times }, (_, round) => rotated(variants, round)).flat();
    const needed = new Set<string>();
    for (const [index, variant] of rounds.entries()) {
      if (variant.without.some((id) => needed.has(id))) continue;
      const run = await once(variant).catch((error: unknown) => {
        // TensorFlow's deterministic operations refuse to draw without a seed: such settings cost nothing by themselves.
        if (!(error instanceof Raised) || variant.without.length === 0) throw error;
        variant.without.forEach((id) => needed.add(id));
        return undefined;
      });
      if (run === undefined) continue;
      runs.get(variant.name)!.push(run);
      context.onStep?.({ variant: variant.name, number: index + 1, of, seconds: run.seconds });
    }
    const cost: Cost = {
      schema: 'reprise/cost/0',
      notebook: plan.notebook,
      measuredAt: new Date().toISOString(),
      times: options.times,
      cores: machine.cores,
      python: first.record!.header.environment.python.version,
      variants: policies.map((variant) => variantCost(variant, runs)),
      ...(found ? { ablation: ablationOf(found, needed, runs) } : {}),
    };
    return { cost, kept: keep(plan, cost) };
  } finally {
    rmSync(store.root, { recursive: true, force: true });
  }
}

type Runs = ReadonlyMap<string, readonly Timed[]>;

function secondsOf(name: string, runs: Runs): Spread {
  return spreadOf(runs.get(name)!.map(({ seconds }) => seconds));
}

function variantCost({ name, policy, records }: Variant, runs: Runs): VariantCost {
  const [seconds, plain] = [secondsOf(name, runs), secondsOf(PLAIN.name, runs)];
  return {
    name: name as VariantCost['name'],
    policy,
    recorded: records,
    seconds,
    startSeconds: spreadOf(runs.get(name)!.map(({ startSeconds }) => startSeconds)),
    // A notebook without code takes no time either way.
    ratio: plain.median > 0 ? seconds.median / plain.median : 1,
    differs: standApart(seconds, plain),
  };
}

function ablationOf(
  { rows, leftOut }: { rows: Setting[]; leftOut: Ablation['leftOut'] },
  needed: ReadonlySet<string>,
  runs: Runs,
): Ablation {
  const measured = rows.filter(({ id }) => !needed.has(id));
  const raised = [...needed].map((without) => ({ without, why: 'raises' as const }));
  return { rows: measured.map((row) => rowCost(row, runs)), leftOut: [...leftOut, ...raised] };
}

function rowCost(row: Setting, runs: Runs): Ablation['rows'][number] {
  const [seconds, full] = [secondsOf(less(row).name, runs), secondsOf(FULL.name, runs)];
  return {
    without: row.id,
    framework: row.framework,
    setting: row.variable?.name ?? row.setting,
    seconds,
    costs: full.median - seconds.median,
    differs: standApart(seconds, full),
  };
}

type Place = {
  plan: Plan;
  store: Store;
  python: string;
  machine: { given: NodeJS.ProcessEnv; cores: number };
  timeout: number | undefined;
  context: CostContext;
};

/** Runs a variant once. Cells are timed by the runner: from the request to the reply, the cell's record included. */
async function timed(
  variant: Variant,
  { plan, store, python, machine, timeout, context }: Place,
): Promise<Timed> {
  const { policy, records, without } = variant;
  const run = store.newRunId();
  const folder = writeBundle(store, {
    run,
    notebook: plan.notebook,
    document: plan.model.document,
    policy,
    seed: plan.seed,
    entropy: plan.entropy,
    rng: plan.rng,
    strict: false,
    without,
    records,
    environment: kernelEnvironment(policy, plan.seed.value, { ...machine, without }),
    timeout,
    allowErrors: false,
    detached: false,
    header: {},
    root: plan.root,
  });
  let seconds = 0;
  let startSeconds = 0;
  let raised: Extract<RunnerEvent, { event: 'cell-end' }> | undefined;
  const began = performance.now();
  const ended = await executeLocally(
    { python, agent: context.agent, folder, run },
    (event) => {
      if (event.event === 'started') startSeconds = (performance.now() - began) / 1000;
      if (event.event !== 'cell-end') return;
      seconds += event.durationMs / 1000;
      if (event.status === 'error') raised = event;
    },
    context.signal,
  );
  if (ended.status === 'cancelled')
    throw new Failure('infrastructure', 'cancelled', 'Cancelled. Nothing was kept of what was measured.');
  if (ended.status === 'died') {
    const where = raised ? ` in cell ${raised.index}` : '';
    const message = `The kernel died${where} (${variant.name}). Nothing was kept of what was measured.`;
    throw new Failure('infrastructure', 'died', message);
  }
  if (ended.status === 'error') throw new Raised(raisedSentence(raised, variant));
  const record = records ? readRecord(store.recordPath(run)) : undefined;
  rmSync(folder, { recursive: true, force: true });
  return { seconds, startSeconds, ...(record ? { record } : {}) };
}

function raisedSentence(
  cell: Extract<RunnerEvent, { event: 'cell-end' }> | undefined,
  { name }: Variant,
): string {
  const error = cell?.record?.error;
  const what = error ? `raised ${error.ename}: ${error.evalue.split('\n')[0]}` : 'did not run to its end';
  return `Cell ${cell?.index ?? '?'} ${what} (${name}). Nothing was kept of what was measured: only a notebook that runs to its end can be timed.`;
}

/** @returns the file's path */
function keep({ root, notebook }: Plan, cost: Cost): string {
  const store = new Store(root);
  const file = costPath(store, notebook);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(cost, null, 2) + '\n');
  return file;
}
