/** A cluster as a place to run notebooks. */
import { createHash } from 'node:crypto';
import { Failure } from '../notebook/failure';
import { forecast, type Forecast, forecastWords } from '../replay/forecast';
import type { Ended, RunnerEvent } from '../replay/local';
import { ResultsLost } from '../replay/lastwords';
import { NothingSent, type Signals, type Target, type Work } from '../replay/target';
import { rightsFor } from './access';
import type { Api } from './api';
import { readSmall } from './collect/fetch';
import { endKept, gather, type Gathering, ResultsGone, ROOT } from './collect/gather';
import { explained } from './errors';
import { exec } from './exec';
import type { Pod } from './pods';
import { requireSame, supply } from './supply/supply';
import { follow, type Followed } from './follow/follow';
import { endedBy, howItEnded, isUnheard } from './follow/outcome';
import { pendingOf } from './follow/pending';
import { collectionOf, type FlavourKind, FLAVOURS } from './manifests/flavours';
import { RUN_LABEL } from './manifests/request';
import { type Making, prepare, type Prepared, type Sink } from './prepare';
import { type Check, notSent, preflight, requireGood } from './preflight';
import type { Target as Settings } from './profile/merge';
import { type ClusterRun, dropBundle, readState, type Stage, writeState } from './state';
import { remove, submit } from './submit';
import { endedEarly } from './words/failure';

/** Outputs of one cell that are looked at while the next one runs. */
const OBJECT_BYTES = 16 << 20;

export type Telling = {
  onNotice: (notice: string) => void;
  /** Told what was looked at before anything is sent. */
  onChecks?: (checks: readonly Check[]) => void;
  /** Given what would be sent; then nothing is. */
  onPrepared?: (prepared: Pick<Prepared, 'request' | 'inputs' | 'way'>) => void;
  /** Told how much of the bundle a pod has that waits for it, in bytes. */
  onBrought?: (bytes: number, of: number) => void;
  /** Told how much of the results is here, in bytes. */
  onFetched?: (bytes: number, of: number) => void;
};

export class KubernetesTarget implements Target {
  private prepared: Prepared | undefined;
  private holding: Followed['holding'];
  private pod: string | undefined;

  private readonly settings: Settings;

  constructor(
    private readonly api: Api,
    private readonly making: Making,
    private readonly telling: Telling,
  ) {
    this.settings = making.settings;
  }

  get cores(): number {
    return this.settings.cpu;
  }

  get given(): Record<string, string> {
    const entries = Object.entries(this.settings.env ?? {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }

  async preflight(work: Work, signal?: AbortSignal): Promise<void> {
    const { request, inputs, way, left } = await this.prepare(work);
    const { apiVersion, plural, manifest } = this.flavour;
    const rights = rightsFor(
      { group: apiVersion.split('/')[0]!, resource: plural },
      this.making.sink?.put !== undefined,
    );
    const path = collectionOf(this.flavour);
    const checks = await this.asked(() =>
      preflight(this.api, { path, owner: manifest(request), rights }, signal),
    );
    const size: Check = {
      what: 'inputs',
      state: 'good',
      words: way.sentence,
    };
    const all = [
      ...checks,
      size,
      ...keptToo(this.settings, this.making.sink),
      ...notSent(left),
      ...forecastCheck(foretold(work, this.settings)),
    ];
    this.telling.onChecks?.(all);
    if (this.telling.onPrepared) {
      this.telling.onPrepared({ request, inputs, way });
      throw new NothingSent();
    }
    requireGood(all);
  }

  /** Where nothing is sent, a cluster that does not answer is worth a line. */
  private async asked(ask: () => Promise<Check[]>): Promise<Check[]> {
    try {
      return await ask();
    } catch (error) {
      if (!this.telling.onPrepared || !(error instanceof Failure)) throw error;
      return [
        { what: 'cluster', state: 'note', words: `${error.message} The manifests were checked by nobody.` },
      ];
    }
  }

  async submit(work: Work, signal?: AbortSignal): Promise<void> {
    const { request, inputs, secrets, bundle } = await this.prepare(work);
    const path = collectionOf(this.flavour);
    const owner = this.flavour.manifest(request);
    const told = foretold(work, this.settings);
    requireSame(work.store, work.run, bundle);
    const { asked = [] } = this.making;
    const state: ClusterRun = {
      schema: 'reprise/target/0',
      target: 'kubernetes',
      stage: 'submitting',
      run: work.run,
      notebook: work.notebook,
      purpose: this.making.purpose,
      ...(work.original ? { replayOf: work.original.header.run } : {}),
      context: this.settings.context ?? this.api.config.getCurrentContext(),
      namespace: this.api.namespace,
      name: owner.metadata.name,
      inputs: inputs.objects.map(({ metadata }) => metadata.name),
      ...(secrets.length > 0 ? { secrets: secrets.map(({ metadata }) => metadata.name) } : {}),
      image: request.image,
      settings: this.settings,
      bundle,
      ...(asked.length > 0 ? { asked } : {}),
      ...(told ? { forecast: { best: told.best, because: told.because } } : {}),
      submittedAt: new Date().toISOString(),
      events: [],
    };
    // Before anything is there: what is begun can be found and taken away, whatever happens to us.
    writeState(work.store, state);
    try {
      await submit(this.api, { path, owner, inputs: [...inputs.objects, ...secrets] }, signal);
    } catch (error) {
      if (signal?.aborted) throw left(work.run, 'Part of it may be in the cluster.');
      throw await this.fail(work, explained(error, 'submit the run'));
    }
    writeState(work.store, { ...state, stage: 'submitted' });
    this.telling.onNotice(`Submitted as ${state.name} in namespace ${state.namespace}.`);
  }

  async handOver(work: Work, signals: Signals): Promise<void> {
    if (readState(work.store, work.run).bundle.by !== 'exec') return;
    const given = new AbortController();
    const leave = signals.leave ? AbortSignal.any([signals.leave, given.signal]) : given.signal;
    try {
      await this.followed(
        work,
        () => undefined,
        { ...signals, leave },
        () => given.abort(),
      );
    } catch (error) {
      if (!given.signal.aborted) throw error;
    }
  }

  follow(work: Work, onEvent: (event: RunnerEvent) => void, signals: Signals): Promise<Ended> {
    return this.followed(work, onEvent, signals);
  }

  private async followed(
    work: Work,
    onEvent: (event: RunnerEvent) => void,
    { stop, leave }: Signals,
    onSupplied?: () => void,
  ): Promise<Ended> {
    const state = readState(work.store, work.run);
    const isSupplied = state.bundle.by === 'exec';
    const bring = (pod: Pod, signal: AbortSignal) => this.supply(work, pod, signal);
    const { container, logs, statusOf } = this.flavour;
    const followed = await follow(this.api, {
      run: work.run,
      path: `${collectionOf(this.flavour)}/${state.name}`,
      name: state.name,
      selector: `${RUN_LABEL}=${work.run}`,
      container,
      logs,
      onEvent,
      onPod: (pod) => (this.pod = pod),
      onNotice: this.telling.onNotice,
      pending: pendingOf,
      statusOf: ({ owner, isGone }) => statusOf(isGone ? undefined : (owner ?? {})),
      ...(isSupplied ? { supply: bring, onSupplied } : {}),
      stop,
      leave,
    });
    this.holding = followed.holding;
    const { memory, ephemeralStorage } = state.settings;
    const outcome = howItEnded(followed, work, { container, memory, ephemeralStorage });
    writeState(work.store, {
      ...state,
      stage: 'followed',
      ...(followed.pod ? { got: followed.pod } : {}),
      ...(outcome.end ? { end: outcome.end } : {}),
      events: followed.events,
    });
    if ('ended' in outcome) return outcome.ended;
    const kept = isUnheard(followed)
      ? await endKept(this.gathering(work, readState(work.store, work.run), leave), followed.pod?.uid)
      : undefined;
    const ended = kept && endedBy(kept);
    if (ended !== undefined) {
      const { exit, status, root, results, cells, manifest } = kept!;
      writeState(work.store, {
        ...readState(work.store, work.run),
        end: { exit, status, root, results, cells, manifest },
      });
      return ended;
    }
    throw await this.fail(work, outcome.failure);
  }

  private async supply(work: Work, pod: Pod, signal: AbortSignal): Promise<void> {
    try {
      await supply({ api: this.api, pod, signal }, work.store, readState(work.store, work.run), this.telling);
    } catch (error) {
      if (error instanceof Failure && error.reason === 'bundle-gone') throw await this.fail(work, error);
      throw error;
    }
  }

  async object(run: string, digest: string): Promise<Buffer | undefined> {
    const { pod, flavour } = this;
    if (pod === undefined || !/^[0-9a-f]{64}$/.test(digest)) return undefined;
    const file = `${ROOT}/.reprise/objects/${digest}`;
    try {
      const bytes = await readSmall(this.api, { pod, container: flavour.container }, file, OBJECT_BYTES);
      return createHash('sha256').update(bytes).digest('hex') === digest ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  async collect(work: Work, signal?: AbortSignal): Promise<void> {
    const state = readState(work.store, work.run);
    if (state.stage === 'collected' || state.stage === 'cleaned') return;
    const { holding } = this;
    let reason: string | undefined;
    try {
      reason = await gather(this.gathering(work, state, signal), holding);
    } catch (error) {
      if (signal?.aborted) throw left(work.run, 'What came is kept, and the pod holds the rest for a while.');
      // What is not what it was said to be is not so the next time either, and what is gone does not come back.
      const isFinal = error instanceof ResultsGone || (error as Failure).reason === 'results-changed';
      if (isFinal && error instanceof Failure)
        throw await this.fail(work, error instanceof ResultsGone ? lostResults(state) : error);
      throw explained(error, 'fetch the results');
    }
    writeState(work.store, { ...state, stage: 'collected' });
    if (holding && state.got) {
      const pod = { pod: state.got.name, container: this.flavour.container };
      await exec(this.api, { ...pod, command: ['sh', '-c', ': > /work/ack'] }, () => undefined).catch(
        () => undefined,
      );
    }
    if (reason === 'kernel-died')
      this.telling.onNotice(
        `The run had ${state.settings.memory} of memory. More of it: --memory, or memory in reprise.yaml.`,
      );
    const early = endedEarly(reason);
    if (early === undefined) return;
    // Of a replay there is a verdict on what ran, of a run nothing more than that it is not whole.
    if (work.original !== undefined) return this.telling.onNotice(early.sentence);
    const sentence = `${early.sentence} It is kept as ${work.run}.`;
    throw await this.fail(work, new Failure('infrastructure', early.reason, sentence));
  }

  private gathering(work: Pick<Work, 'store' | 'run'>, state: ClusterRun, signal?: AbortSignal): Gathering {
    const { onNotice, onFetched } = this.telling;
    const { container } = this.flavour;
    const { get: address } = this.making.sink ?? {};
    return { api: this.api, work, state, container, address, onNotice, onFetched, signal };
  }

  async cleanup({ store, run }: Pick<Work, 'store' | 'run'>, stage: Stage = 'cleaned'): Promise<void> {
    const state = readState(store, run);
    try {
      await remove(this.api, { path: collectionOf(this.flavour), ...state });
    } catch (error) {
      this.telling.onNotice(
        `${explained(error, 'take the run away').message} What is left there: reprise delete ${run}.`,
      );
      return;
    }
    dropBundle(store, run);
    writeState(store, { ...readState(store, run), stage });
  }

  /** Keeps why a run came to nothing, for who asks for it later. */
  private async fail(work: Work, failure: Failure): Promise<Failure> {
    const { kind, reason, message } = failure;
    writeState(work.store, { ...readState(work.store, work.run), failure: { kind, reason, message } });
    await this.cleanup(work);
    return failure;
  }

  private async prepare(work: Work): Promise<Prepared> {
    if (this.prepared?.request.run !== work.run) {
      this.prepared = await prepare(work, this.making);
    }
    return this.prepared;
  }

  private get flavour(): FlavourKind {
    return FLAVOURS[this.settings.flavour];
  }
}

function keptToo({ results }: Settings, { put, get }: Sink = {}): Check[] {
  const later = get === undefined ? 'give REPRISE_RESULTS_GET_URL to read them there' : 'read from there';
  const sent = `The results are sent to the address that was given too; where the pod is lost, ${later}.`;
  const sends: Check[] = put === undefined ? [] : [{ what: 'results', state: 'good', words: sent }];
  if (results === undefined) return sends;
  const where = `the volume claim ${results.pvc}${results.path === undefined ? '' : `, in ${results.path}`}`;
  const words = `The results are kept on ${where} too, and read from there where the pod is lost.`;
  return [{ what: 'results', state: 'good', words }, ...sends];
}

/** Of a run there is nothing to foretell. */
function foretold({ original, sidecar }: Work, { cpu, gpu }: Settings): Forecast | undefined {
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

/** The user stopped waiting; nothing is wrong. */
function left(run: string, kept: string): Failure {
  return new Failure(
    'infrastructure',
    'left',
    `${kept} Come back to it: reprise attach ${run}. Take it away: reprise delete ${run}.`,
  );
}

function lostResults({ run, end }: ClusterRun): Failure {
  const said = 'The pod ended before its results could be fetched.';
  if (end?.cells !== undefined) {
    const words = { run, root: end.root ?? '', cells: end.cells };
    return new ResultsLost(words, `${said} What is left are the digests of its outputs.`);
  }
  return new Failure(
    'infrastructure',
    'results-lost',
    `${said} Nothing is known of what it made: send it again.`,
  );
}
