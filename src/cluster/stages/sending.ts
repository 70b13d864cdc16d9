/** A run goes into the cluster; what is begun can be found and taken away, whatever happens to us. */
import { Failure } from '../../notebook/failure';
import { wasSubmitted, type Work } from '../../replay/execution/target';
import { explained } from '../errors';
import { collectionOf } from '../manifests/flavours';
import { sizeText } from '../manifests/inputs';
import type { Making, Prepared } from '../prepare';
import { bundlePath, type ClusterRun, dropBundle, readState, writeState } from '../state';
import { submit } from '../submit';
import { requireSame } from '../supply/supply';
import { pushForRun } from '../supply/git';
import { upload } from '../supply/upload';
import { foretold } from './checklist';
import { failed, left } from './ending';
import type { Place } from './place';

/** @throws Failure */
export async function send(
  place: Place,
  work: Work,
  prepared: Prepared,
  signal?: AbortSignal,
): Promise<void> {
  const { api, flavour, telling } = place;
  const { request, inputs, secrets, bundle } = prepared;
  const owner = flavour.manifest(request);
  requireSame(work.store, work.run, bundle);
  const state = begun(place, work, prepared);
  // Before anything is there.
  writeState(work.store, state);
  await putFiles(place, work, prepared, signal);
  const submission = { path: collectionOf(flavour), owner, inputs: [...inputs.objects, ...secrets] };
  try {
    await submit(api, submission, signal);
  } catch (error) {
    if (signal?.aborted) throw left(work.run, 'Part of it may be in the cluster.');
    throw await failed(place, work, explained(error, 'submit the run'));
  }
  writeState(work.store, { ...readState(work.store, work.run), stage: 'submitted' });
  telling.onNotice(`Submitted as ${state.name} in namespace ${state.namespace}.`);
}

/**
 * A run that was begun with addresses is gone on with only with addresses: its pods are told to take them from Secrets.
 * @throws Failure `no-address`
 */
export function requireAddresses(
  { store, run }: Pick<Work, 'store' | 'run'>,
  { depot, sink }: Pick<Making, 'depot' | 'sink'>,
): void {
  if (!wasSubmitted(store.runFolder(run))) return;
  const given = [...(depot?.get ? ['bundle'] : []), ...(sink?.put ? ['results'] : [])];
  const { secrets = [] } = readState(store, run);
  if (secrets.every((name) => given.some((of) => name.endsWith(`-${of}`)))) return;
  throw new Failure(
    'usage',
    'no-address',
    `Run ${run} was begun with addresses of a store, which are kept nowhere here. Give them again (REPRISE_BUNDLE_PUT_URL, REPRISE_BUNDLE_GET_URL, REPRISE_RESULTS_PUT_URL), or take it away: reprise delete ${run}`,
  );
}

/** Before anything is created: no pod starts that would look for them in vain. */
async function putFiles(
  place: Place,
  work: Work,
  { putTo, push, way, bundle: { size, by } }: Prepared,
  signal?: AbortSignal,
): Promise<void> {
  const { onNotice, onBrought } = place.telling;
  try {
    if (putTo !== undefined) {
      onNotice(`Putting the notebook's files to the address that was given (${sizeText(size)}).`);
      const file = bundlePath(work.store, work.run);
      await upload({ address: putTo, path: file, size, onBytes: onBrought, signal });
    }
    if (push !== undefined && way.way === 'git') {
      onNotice(`Pushing the notebook's files to ${way.url} (${sizeText(size)}).`);
      await pushForRun(work, push, signal);
    }
    if (by === 'address' || by === 'git') dropBundle(work.store, work.run);
  } catch (error) {
    if (signal?.aborted) throw left(work.run, 'Not all of its files are where a pod finds them yet.');
    if (error instanceof Failure) throw await failed(place, work, error);
    throw error;
  }
}

function begun({ api, making, flavour }: Place, work: Work, prepared: Prepared): ClusterRun {
  const { request, inputs, secrets, bundle, places } = prepared;
  const { settings, purpose, asked = [] } = making;
  const told = foretold(work, settings);
  // Of an earlier try there may be something at the remote, whatever comes of this one.
  const { pushedTo } = wasSubmitted(work.store.runFolder(work.run))
    ? readState(work.store, work.run)
    : { pushedTo: undefined };
  return {
    schema: 'reprise/target/0',
    target: 'kubernetes',
    stage: 'submitting',
    run: work.run,
    notebook: work.notebook,
    purpose,
    ...(work.original ? { replayOf: work.original.header.run } : {}),
    context: settings.context ?? api.config.getCurrentContext(),
    namespace: api.namespace,
    name: flavour.manifest(request).metadata.name,
    inputs: inputs.objects.map(({ metadata }) => metadata.name),
    ...(secrets.length > 0 ? { secrets: secrets.map(({ metadata }) => metadata.name) } : {}),
    image: request.image,
    settings,
    bundle,
    ...(pushedTo === undefined ? {} : { pushedTo }),
    ...(Object.keys(places).length > 0 ? { places } : {}),
    ...(asked.length > 0 ? { asked } : {}),
    ...(told ? { forecast: { best: told.best, because: told.because } } : {}),
    submittedAt: new Date().toISOString(),
    events: [],
  };
}
