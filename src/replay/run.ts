import { sidecarBeside } from '../notebook/sidecarFile';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type Notebook, type NotebookDocument, parseNotebook } from '../notebook/model';
import { type Sidecar } from '../notebook/sidecar';
import { checkedJavaScript } from '../environment/npm/checked';
import { type JavaScriptKernel, javascriptOf, kernelElsewhere } from '../environment/npm/kernel';
import { probe } from '../environment/interpreter';
import { checkedPython } from '../environment/checked';
import { compareFingerprints, driftPhrase, driftThatMatters } from '../environment/drift';
import type { Drift, Fingerprint } from '../environment/fingerprint';
import { Failure } from '../notebook/failure';
import { kernelEnvironment } from '../determinism/policy';
import { seedValue } from '../determinism/streams';
import { readRecord } from '../lineage/read';
import type { Policy, RecordHeader, RunRecord, RunStatus, Seed } from '../lineage/record';
import { Store } from '../lineage/store';
import { writeBundle } from './bundle';
import { recordedPin } from './live';
import { type Ended, executeLocally, type RunnerEvent } from './local';
import { injectParameters, type Parameters, type Plan, planRun, type RunOptions } from './plan';
import { keepFiles, putFilesBack, recoverFiles, refuseIfBusy } from './putback';
import { packOutputs, unpackInputs } from './isolated';
import { forgetUnrecorded, snapshotForRun } from './snapshot';
import { type Stop, Stopper, type Stopped } from './stopping';
import { executeOn, type Target, wasSubmitted, type Work } from './target';
import { documentOfRun, documentOrder, executedOrder } from './sources';

export type Context = {
  /** Path of the agent's zipapp. */
  agent: string;
  /** Path of the hashed requirements of the pinned uv. */
  uvLock: string;
  /** Told, in a sentence each, of what does not stop a run. */
  onNotice?: (notice: string) => void;
  onEvent: (event: RunnerEvent) => void;
  /** Told what is about to be executed. */
  onDocument?: (document: NotebookDocument) => void;
  signal?: AbortSignal;
  /** Told once of files that an earlier, killed replay left to be put back. */
  onRecovered?: (paths: string[]) => void;
  /** Another place than this machine. */
  target?: Target;
  /** Come back when the target has the run, instead of waiting for its end. */
  detach?: boolean;
};

/** A run that came to an end of some kind, with its record as read back and verified. */
export type Finished = {
  store: Store;
  run: string;
  status: RunStatus;
  record: RunRecord;
  notebook: string;
  /** The notebook on disk is no longer the one that ran. */
  notebookChanged: boolean;
  /** Why a replay was ended before its last cell, when we ended it. */
  stopped?: Stopped;
};

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

/** @throws Failure `portable` */
function requireFull(policy: Policy): void {
  if (policy === 'full') return;
  throw new Failure(
    'usage',
    'portable',
    `--portable fixes what the policy "full" leaves to the processor, and this run has the policy "${policy}": add --policy full.`,
  );
}

export type ReplayOptions = Pick<
  RunOptions,
  'policy' | 'seed' | 'python' | 'allowErrors' | 'timeout' | 'strict' | 'audit' | 'portable' | 'ledger'
> & {
  order?: 'document' | 'executed';
  overwrite?: boolean;
  /** In a folder of its own with the recorded inputs, instead of the notebook's folder. */
  isolated?: boolean;
  stop?: Stop;
};

/**
 * Executes the sources kept with a run again, from an empty kernel, with its entropy and policy. Files that the run
 * wrote are put back afterwards, whatever happens.
 * @throws Failure `drift` under `full` when the environment differs in a way that can matter
 */
export async function replayRun(
  store: Store,
  original: string,
  options: ReplayOptions,
  context: Context,
): Promise<Finished> {
  const record = readRecord(store.recordPath(original));
  const { header } = record;
  const inPlace = !options.isolated && context.target === undefined;
  if (inPlace) refuseIfBusy(store);
  const notebookPath = `${store.root}/${header.notebook}`;
  const policy = options.policy ?? header.policy;
  const seed = replayedSeed(header.seed, options.seed);
  const portable = options.portable ?? header.portable;
  if (portable) requireFull(policy);
  const variables = kernelEnvironment(policy, seed.value, {
    ...machineOf(context),
    portable,
    recorded: header.environment.variables,
  });
  const pinned = { path: notebookPath, root: store.root, sidecar: sidecarBeside(notebookPath) };
  const chosen = await pythonFor(pinned, { python: options.python, policy }, variables, context);
  const { python } = chosen;
  if (policy === 'full' && python !== undefined)
    refuseDrift(record, await probe(python, context.agent, variables, store.root), variables);
  const order = options.order === 'executed' ? executedOrder(record) : documentOrder(record);
  const document = documentOfRun(store, original, record);
  context.onDocument?.(document);
  const parsed = parseNotebook(JSON.stringify(document));
  const known = header.javascript?.kernel;
  const javascript = await javascriptFor(parsed, pinned, { policy, known }, context);
  const edits = [...chosen.edits, ...(javascript?.drift ?? [])];
  const run = store.newRunId();
  const folder = writeBundle(store, {
    run,
    notebook: header.notebook,
    document,
    order,
    policy,
    seed,
    entropy: header.entropy,
    rng: header.rng,
    strict: options.strict ?? header.strict,
    audit: options.audit ?? header.audit,
    ledger: options.ledger,
    ...(javascript ? { javascript: javascript.kernel } : {}),
    environment: variables,
    timeout: options.timeout,
    allowErrors: options.allowErrors ?? false,
    detached: context.target !== undefined,
    header: {
      ...(portable ? { portable } : {}),
      replayOf: original,
      order: options.order ?? 'document',
      ...pinOfHeader(pinned.sidecar, edits),
    },
    root: options.isolated && !context.target ? unpackInputs(store, run, record) : store.root,
  });
  const { target } = context;
  const fetch = target && ((digest: string) => target.object(run, digest));
  const stopper = new Stopper(store, record, options.stop ?? {}, context.signal, fetch);
  const watched = {
    ...context,
    stop: stopper.signal,
    onEvent: (event: RunnerEvent) => {
      context.onEvent(event);
      // What cannot be looked at now is judged when the replay has ended.
      stopper.look(event).catch(() => undefined);
    },
  };
  const work = { store, run, notebook: header.notebook, sidecar: pinned.sidecar, original: record };
  const replay = () => execute(work, folder, python, watched);
  try {
    if (inPlace) await withFilesKept(store, run, folder, record, options.overwrite ?? false, replay);
    else await replay();
    return {
      ...finished(store, run, header.notebook),
      ...(stopper.stopped ? { stopped: stopper.stopped } : {}),
    };
  } finally {
    stopper.dispose();
    if (options.isolated && !context.target)
      packOutputs(
        store,
        run,
        existsSync(store.recordPath(run)) ? readRecord(store.recordPath(run)) : undefined,
      );
  }
}

async function withFilesKept(
  store: Store,
  run: string,
  folder: string,
  original: RunRecord,
  overwrite: boolean,
  replay: () => Promise<Ended>,
): Promise<Ended> {
  try {
    keepFiles(store, run, original.cells, overwrite);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  try {
    return await replay();
  } finally {
    putFilesBack(store, run);
  }
}

/** Finishes what killed replays left in a root, and tells of it. */
export function recover(store: Store, context: Pick<Context, 'onRecovered'>): void {
  const restored = recoverFiles(store);
  if (restored.length > 0) context.onRecovered?.(restored);
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

/** Elsewhere than here there is no interpreter to choose: the image has it. */
type Chosen = { python?: string; edits: Drift[] };

function pinOfHeader(sidecar: Sidecar | null, edits: Drift[]): Partial<RecordHeader> {
  const pin = recordedPin({ sidecar }, edits);
  return pin ? { pin } : {};
}

type Pinned = { path: string; root: string; sidecar: Sidecar | null };

/**
 * The interpreter of the pin, restored where it is absent; another one is checked against the pin.
 * @throws Failure `drift` under `full`, and where it is to be refused, if it differs in a way that can matter
 */
async function pythonFor(
  notebook: Pinned,
  { python: option, policy, refuse = false }: { python?: string; policy: Policy; refuse?: boolean },
  variables: Record<string, string>,
  context: Context,
): Promise<Chosen> {
  const { agent, uvLock, signal, onNotice, target } = context;
  if (target !== undefined) return { edits: [] };
  const { path: python, edits } = await checkedPython(notebook, {
    agent,
    uvLock,
    variables,
    refuses: refuse ? 'seal' : policy === 'full' && 'policy',
    ...(option === undefined ? {} : { python: option }),
    ...(signal ? { signal } : {}),
    ...(onNotice ? { onStep: onNotice, onDrift: onNotice } : {}),
  });
  return { python, edits };
}

/**
 * The kernel of a notebook that is not in Python, and how what it runs in differs from its pin, which elsewhere than here
 * is looked at there.
 * @throws Failure `drift` as `pythonFor`
 */
async function javascriptFor(
  model: Notebook,
  notebook: Pinned,
  {
    policy,
    refuse = false,
    known,
  }: { policy: Policy; refuse?: boolean | undefined; known?: JavaScriptKernel['kernel'] | undefined },
  { target, signal, onNotice, uvLock }: Context,
): Promise<{ kernel: JavaScriptKernel; drift: Drift[] } | undefined> {
  if (javascriptOf(model) === undefined) return undefined;
  if (target !== undefined) {
    const kernel = kernelElsewhere(model, notebook.sidecar?.pin?.javascript?.kernel ?? known);
    return { kernel, drift: [] };
  }
  return checkedJavaScript(model, notebook, {
    uvLock,
    refuses: refuse ? 'seal' : policy === 'full' && 'policy',
    ...(signal ? { signal } : {}),
    ...(onNotice ? { onStep: onNotice, onDrift: onNotice } : {}),
  });
}

/** A run of which nothing was recorded leaves no folder: there is nothing in it to read. */
async function execute(
  work: Work,
  folder: string,
  python: string | undefined,
  { agent, onEvent, signal, stop = signal, target, detach = false }: Context & { stop?: AbortSignal },
): Promise<Ended> {
  const { store, run } = work;
  try {
    return target === undefined
      ? await executeLocally({ python: python!, agent, folder, run }, onEvent, stop)
      : await executeOn(target, work, onEvent, { stop, leave: signal, detach });
  } catch (error) {
    if (!existsSync(store.recordPath(run)) && !wasSubmitted(folder))
      rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** @throws Failure `disk`; RecordError */
export function finished(
  store: Store,
  run: string,
  notebook: string,
  before?: { path: string; text: string },
): Finished {
  if (!existsSync(store.recordPath(run))) {
    throw new Failure('infrastructure', 'disk', `Nothing of run ${run} could be written. Is the disk full?`);
  }
  const record = readRecord(store.recordPath(run));
  const status = record.summary?.status ?? 'died';
  return {
    store,
    run,
    status,
    record,
    notebook,
    notebookChanged: before !== undefined && changedOnDisk(before),
  };
}

function changedOnDisk({ path, text }: { path: string; text: string }): boolean {
  try {
    const now = parseNotebook(readFileSync(path, 'utf8'));
    const before = parseNotebook(text);
    return (
      JSON.stringify(now.cells.map(({ id, source }) => [id, source])) !==
      JSON.stringify(before.cells.map(({ id, source }) => [id, source]))
    );
  } catch {
    return true;
  }
}

/** @param set variables that the policy itself sets: what it fixes is no fault of the environment */
function refuseDrift(record: RunRecord, now: Fingerprint, set: Record<string, string>): void {
  const drift = compareFingerprints(record.header.environment, now);
  const matters = driftThatMatters(drift).filter(
    ({ kind, what }) =>
      !(kind === 'variable' && what in set) && !(kind === 'cpu' && record.header.portable === true),
  );
  if (matters.length === 0) return;
  throw new Failure(
    'drift',
    'drift',
    `The environment is not the one of run ${record.header.run}, and policy full replays only in the same: ` +
      `${matters.map(driftPhrase).join('; ')}. Nothing ran. Install what was recorded, or give --policy close to replay all the same.`,
  );
}

function replayedSeed(recorded: Seed, option: RunOptions['seed']): Seed {
  if (option === undefined || option === 'fresh') return { value: recorded.value, from: 'replayed' };
  return { value: seedValue(option), from: 'option' };
}

function machineOf({ target }: Context): { given: NodeJS.ProcessEnv; cores: number; isQuota?: boolean } {
  if (target !== undefined) return { given: target.given, cores: target.cores, isQuota: true };
  return { given: process.env, cores: availableParallelism() };
}

function shownParameters(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? Number(value.float) : value,
    ]),
  );
}
