/** A run goes into the cluster; what is begun can be found and taken away, whatever happens to us. */
import type { Work } from '../../replay/target';
import { explained } from '../errors';
import { collectionOf } from '../manifests/flavours';
import type { Prepared } from '../prepare';
import { type ClusterRun, writeState } from '../state';
import { submit } from '../submit';
import { requireSame } from '../supply/supply';
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
  const submission = { path: collectionOf(flavour), owner, inputs: [...inputs.objects, ...secrets] };
  try {
    await submit(api, submission, signal);
  } catch (error) {
    if (signal?.aborted) throw left(work.run, 'Part of it may be in the cluster.');
    throw await failed(place, work, explained(error, 'submit the run'));
  }
  writeState(work.store, { ...state, stage: 'submitted' });
  telling.onNotice(`Submitted as ${state.name} in namespace ${state.namespace}.`);
}

function begun({ api, making, flavour }: Place, work: Work, prepared: Prepared): ClusterRun {
  const { request, inputs, secrets, bundle } = prepared;
  const { settings, purpose, asked = [] } = making;
  const told = foretold(work, settings);
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
    ...(asked.length > 0 ? { asked } : {}),
    ...(told ? { forecast: { best: told.best, because: told.because } } : {}),
    submittedAt: new Date().toISOString(),
    events: [],
  };
}
