/** A cluster as a place to run notebooks. */
import { createHash } from 'node:crypto';
import type { Ended, RunnerEvent } from '../replay/execution/local';
import { NothingSent, type Signals, type Target, type Work } from '../replay/execution/target';
import type { Api } from './api';
import { readSmall } from './collect/fetch';
import { ROOT } from './collect/gather';
import type { Followed } from './follow/follow';
import { FLAVOURS } from './manifests/flavours';
import { type Making, prepare, type Prepared } from './prepare';
import { requireGood } from './preflight';
import { checklist } from './stages/checklist';
import { collectResults } from './stages/collecting';
import { cleanUp } from './stages/ending';
import { followToEnd } from './stages/following';
import type { Place, Telling } from './stages/place';
import { requireAddresses, send } from './stages/sending';
import { isBrought, readState, type Stage } from './state';

/** Outputs of one cell that are looked at while the next one runs. */
const OBJECT_BYTES = 16 << 20;

export class KubernetesTarget implements Target {
  private prepared: Prepared | undefined;
  private holding: Followed['holding'];
  private pod: string | undefined;

  private readonly place: Place;

  constructor(api: Api, making: Making, telling: Telling) {
    this.place = { api, making, telling, flavour: FLAVOURS[making.settings.flavour] };
  }

  get cores(): number {
    return this.place.making.settings.cpu;
  }

  get given(): Record<string, string> {
    const entries = Object.entries(this.place.making.settings.env ?? {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  }

  async preflight(work: Work, signal?: AbortSignal): Promise<void> {
    const { telling } = this.place;
    const prepared = await this.prepare(work);
    const checks = await checklist(this.place, work, prepared, signal);
    telling.onChecks?.(checks);
    if (telling.onPrepared) {
      await telling.onPrepared(prepared);
      throw new NothingSent();
    }
    requireGood(checks);
  }

  async submit(work: Work, signal?: AbortSignal): Promise<void> {
    requireAddresses(work, this.place.making);
    await send(this.place, work, await this.prepare(work), signal);
  }

  async handOver(work: Work, signals: Signals): Promise<void> {
    if (!isBrought(readState(work.store, work.run))) return;
    const given = new AbortController();
    const leave = signals.leave ? AbortSignal.any([signals.leave, given.signal]) : given.signal;
    const onSupplied = (): void => given.abort();
    try {
      await this.followed(work, () => undefined, { ...signals, leave, onSupplied });
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
    watching: Signals & { onSupplied?: () => void },
  ): Promise<Ended> {
    const onPod = (pod: string): void => void (this.pod = pod);
    const { ended, holding } = await followToEnd(this.place, work, { ...watching, onEvent, onPod });
    this.holding = holding;
    return ended;
  }

  async object(run: string, digest: string): Promise<Buffer | undefined> {
    const { pod } = this;
    const { api, flavour } = this.place;
    if (pod === undefined || !/^[0-9a-f]{64}$/.test(digest)) return undefined;
    const file = `${ROOT}/.reprise/objects/${digest}`;
    try {
      const bytes = await readSmall(api, { pod, container: flavour.container }, file, OBJECT_BYTES);
      return createHash('sha256').update(bytes).digest('hex') === digest ? bytes : undefined;
    } catch {
      return undefined;
    }
  }

  collect(work: Work, signal?: AbortSignal): Promise<void> {
    return collectResults(this.place, work, this.holding, signal);
  }

  cleanup(work: Pick<Work, 'store' | 'run'>, stage?: Stage): Promise<void> {
    return cleanUp(this.place, work, stage);
  }

  private async prepare(work: Work): Promise<Prepared> {
    if (this.prepared?.request.run !== work.run) {
      this.prepared = await prepare(work, this.place.making);
    }
    return this.prepared;
  }
}
