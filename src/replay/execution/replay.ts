/** A recorded run executed again. */
import { existsSync, rmSync } from 'node:fs';
import { kernelEnvironment } from '../../determinism/policy';
import { seedValue } from '../../determinism/streams';
import { compareFingerprints, driftPhrase, driftThatMatters } from '../../environment/drift';
import type { Fingerprint } from '../../environment/fingerprint';
import { probe } from '../../environment/interpreter';
import { readRecord } from '../../lineage/read';
import type { RunRecord, Seed } from '../../lineage/record';
import { type Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import { parseNotebook } from '../../notebook/model';
import { sidecarBeside } from '../../notebook/sidecarFile';
import { writeBundle } from './bundle';
import { javascriptFor, machineOf, pinOfHeader, pythonFor, requireFull } from './chosen';
import type { Context, Finished } from './context';
import { execute, finished } from './execute';
import { packOutputs, unpackInputs } from './isolated';
import type { Ended, RunnerEvent } from './local';
import type { RunOptions } from './plan';
import { type Journal, renewJournal } from './journal';
import { keepFiles, notBackWarning, putFilesBack, refuseIfBusy } from './putback';
import { documentOfRun, documentOrder, executedOrder } from './sources';
import { type Stop, Stopper } from './stopping';

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

/** A journal that is not renewed for an hour is of a replay that has ended, where nobody can look. */
const RENEW_MS = 60_000;

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
    if (inPlace) await withFilesKept(store, run, folder, record, options.overwrite ?? false, replay, context);
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
  { onWarning }: Pick<Context, 'onWarning'>,
): Promise<Ended> {
  let journal: Journal | undefined;
  try {
    journal = keepFiles(store, run, original.cells, overwrite);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const renewing = setInterval(() => renewJournal(store, run), RENEW_MS);
  try {
    return await replay();
  } finally {
    clearInterval(renewing);
    const notBack = putFilesBack(store, run, journal);
    if (notBack.length > 0) onWarning?.(notBackWarning(run, notBack));
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
