/** A notebook executed and recorded. */
import { kernelEnvironment } from '../../determinism/policy';
import { Store } from '../../lineage/store';
import { writeBundle } from './bundle';
import { type Chosen, javascriptFor, machineOf, pinOfHeader, pythonFor, requireFull } from './chosen';
import type { Context, Finished } from './context';
import { execute, finished } from './execute';
import { injectParameters, type Parameters, type Plan, planRun, type RunOptions } from './plan';
import { recover } from './putback';
import { forgetUnrecorded, snapshotForRun } from './snapshot';

/** Executes a notebook top to bottom where it lies, on the files as they are, and records it. */
export async function runNotebook(file: string, options: RunOptions, context: Context): Promise<Finished> {
  const plan = planRun(file, options);
  const document = injectParameters(plan.model, options.parameters);
  const { portable } = options;
  if (portable) requireFull(plan.policy);
  const environment = kernelEnvironment(plan.policy, plan.seed.value, { ...machineOf(context), portable });
  const { store, ...chosen } = await prepare(plan, options, environment, context);
  const javascript = await javascriptFor(plan.model, plan, { ...plan, refuse: options.refuseDrift }, context);
  const { python } = chosen;
  const edits = [...chosen.edits, ...(javascript?.drift ?? [])];
  context.onDocument?.(document);
  const run = store.newRunId();
  const snapshot = options.snapshot === false ? {} : await snapshotForRun(store, run, context.onNotice);
  const folder = writeBundle(store, {
    run,
    notebook: plan.notebook,
    document,
    policy: plan.policy,
    seed: plan.seed,
    entropy: plan.entropy,
    rng: plan.rng,
    strict: options.strict ?? false,
    audit: options.audit,
    ledger: options.ledger,
    ...(javascript ? { javascript: javascript.kernel } : {}),
    environment,
    timeout: options.timeout,
    allowErrors: options.allowErrors ?? false,
    detached: context.target !== undefined,
    header: {
      ...(portable ? { portable } : {}),
      ...(options.parameters ? { parameters: shownParameters(options.parameters) } : {}),
      ...pinOfHeader(plan.sidecar, edits),
      ...snapshot,
    },
  });
  const work = { store, run, notebook: plan.notebook, sidecar: plan.sidecar };
  try {
    await execute(work, folder, python, context);
  } finally {
    await forgetUnrecorded(store, run);
  }
  return finished(store, run, plan.notebook, plan);
}

async function prepare(
  plan: Plan,
  options: RunOptions,
  environment: Record<string, string>,
  context: Context,
): Promise<Chosen & { store: Store }> {
  const store = new Store(plan.root);
  recover(store, context);
  const asked = { python: options.python, policy: plan.policy, refuse: options.refuseDrift };
  const chosen = await pythonFor(plan, asked, environment, context);
  return { store: store.ensure(), ...chosen };
}

function shownParameters(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? Number(value.float) : value,
    ]),
  );
}
