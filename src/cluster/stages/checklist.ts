/** What is said of a run before anything is spent: whether the cluster takes it, how it travels, and what will come of it. */
import { Failure } from '../../notebook/failure';
import { forecast, type Forecast, forecastWords } from '../../replay/forecast';
import type { Work } from '../../replay/execution/target';
import { QUEUE_RIGHTS, rightsFor } from '../access';
import { collectionOf } from '../manifests/flavours';
import type { Addresses } from '../addresses';
import type { Prepared } from '../prepare';
import { type Check, notSent, preflight } from '../preflight';
import type { Target as Settings } from '../profile/merge';
import { sharing } from '../sharing';
import { refusalOf } from '../supply/git';
import type { Place } from './place';

export async function checklist(
  place: Place,
  work: Work,
  prepared: Prepared,
  signal?: AbortSignal,
): Promise<Check[]> {
  const { api, flavour } = place;
  const { request, way, left, secrets } = prepared;
  const { settings, sink } = place.making;
  const group = flavour.apiVersion.split('/')[0]!;
  const rights = rightsFor({ group, resource: flavour.plural }, secrets.length > 0);
  const wanted = settings.queue === undefined ? [] : QUEUE_RIGHTS;
  const path = collectionOf(flavour);
  const checks = await asked(place, () =>
    preflight(api, { path, owner: flavour.manifest(request), rights, wanted }, signal),
  );
  return [
    ...checks,
    { what: 'inputs', state: 'good', words: way.sentence },
    ...(await unpushable(place, work, prepared, signal)),
    ...keptToo(settings, sink),
    ...sharing(work.store, prepared),
    ...notSent(left),
    ...forecastCheck(foretold(work, settings)),
  ];
}

/** Where nothing is sent, a cluster that does not answer is worth a line. */
async function asked({ telling }: Place, ask: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await ask();
  } catch (error) {
    if (!telling.onPrepared || !(error instanceof Failure)) throw error;
    return [
      { what: 'cluster', state: 'note', words: `${error.message} The manifests were checked by nobody.` },
    ];
  }
}

/** A run pushes right after this, and says itself what stood in its way. */
async function unpushable(
  { telling }: Place,
  work: Work,
  { push }: Prepared,
  signal?: AbortSignal,
): Promise<Check[]> {
  if (push === undefined || !telling.isRehearsal) return [];
  const refusal = await refusalOf(work, push, signal);
  return refusal === undefined ? [] : [{ what: 'remote', state: 'bad', ...refusal }];
}

function keptToo({ results }: Settings, { put, get }: Addresses = {}): Check[] {
  const later = get === undefined ? 'give REPRISE_RESULTS_GET_URL to read them there' : 'read from there';
  const sent = `The results are sent to the address that was given too; where the pod is lost, ${later}.`;
  const sends: Check[] = put === undefined ? [] : [{ what: 'results', state: 'good', words: sent }];
  if (results === undefined) return sends;
  const where = `the volume claim ${results.pvc}${results.path === undefined ? '' : `, in ${results.path}`}`;
  const words = `The results are kept on ${where} too, and read from there where the pod is lost.`;
  return [{ what: 'results', state: 'good', words }, ...sends];
}

/** Of a run there is nothing to foretell. */
export function foretold({ original, sidecar }: Work, { cpu, gpu }: Settings): Forecast | undefined {
  if (original === undefined) return undefined;
  const { policy } = original.header;
  const tolerance = sidecar?.settings.tolerance !== undefined;
  const isPinned = sidecar?.pin !== undefined;
  return forecast(original, { cores: cpu, gpu }, { policy, tolerance, isPinned });
}

function forecastCheck(told: Forecast | undefined): Check[] {
  if (told === undefined) return [];
  const isGood = told.best === 'identical' && told.perhaps.length === 0;
  return [{ what: 'forecast', state: isGood ? 'good' : 'note', words: forecastWords(told) }];
}
