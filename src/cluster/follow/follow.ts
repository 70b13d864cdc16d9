/** Follows a run on a cluster until its results can be had, or never will be. */
import type { V1Pod } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../notebook/failure';
import type { Ended, RunnerEvent } from '../../replay/execution/local';
import type { Api } from '../api';
import { exec } from '../exec';
import type { Pod } from '../pods';
import { Attempt, isDisrupted, stateOf, terminatedOf } from './attempt';
import { type EndMessage, readEndMessage } from './end';
import type { Holding, PodEvent } from './events';
import { podEvents } from './log';
import type { Status } from '../manifests/flavours/status';
import { type Owner, Watched } from './watched';

const LOOK_MS = 1_000;
/** A log follows its container's end at once, or the connection is lost. */
const DRAIN_MS = 15_000;
/** So long may an API server that starts refuse everybody. */
const REFUSED_MS = 20_000;

export type Followed = {
  pod?: { name: string; uid: string; node: string; gpus: string[] };
  /** What the runner said of the run's end. */
  ended?: Ended;
  failed?: Extract<RunnerEvent, { event: 'failed' }>;
  /** The pod waits for its results to be fetched. */
  holding?: Holding;
  /** Its container has run. */
  hasStarted?: boolean;
  /** Where the container has ended: how. */
  terminated?: { exit: number; reason: string; message?: EndMessage };
  /** Where no container will ever run, or it was taken away: why. */
  lost?: string;
  /** Somebody ended it, and nothing is to start it again. */
  isCancelled?: boolean;
  /** The last that was seen of the pod and of what made it. */
  seen: { pod?: V1Pod; owner?: Owner };
  events: string[];
};

export type Following = {
  run: string;
  /** Of the object that runs, as `batch/v1/jobs/reprise-…`. */
  path: string;
  name: string;
  selector: string;
  container: string;
  /** The container in whose log the events are. */
  logs: string;
  onEvent: (event: RunnerEvent) => void;
  /** Told the name of the pod whose events come. */
  onPod: (pod: string) => void;
  /** Told in a sentence what is waited for, when that changes. */
  onNotice: (notice: string) => void;
  /** Why the pod does not run yet; `isFinal` where it never will. */
  pending: (watched: Watched) => { words: string; isFinal: boolean } | undefined;
  /** How the object that runs stands. */
  statusOf: (watched: Watched) => Status;
  /** Brings a pod what it wants; undefined where all of it is there from the start. */
  supply?: (pod: Pod, signal: AbortSignal) => Promise<void>;
  /** Told when a pod has all that it wanted. */
  onSupplied?: () => void;
  stop?: AbortSignal;
  leave?: AbortSignal;
};

/** @throws Failure `left` when it is only no longer followed */
export async function follow(api: Api, following: Following): Promise<Followed> {
  const watched = new Watched(api, following.path, following.selector, following.name);
  await watched.start();
  const over = new AbortController();
  try {
    return await new Follower(api, following, watched, over.signal).run();
  } finally {
    over.abort();
    await watched.stop();
  }
}

class Follower {
  private attempt: Attempt | undefined;
  private said = '';
  private isStopping = false;
  private hasLooked = false;
  private broken: { error: unknown } | undefined;

  constructor(
    private readonly api: Api,
    private readonly following: Following,
    private readonly watched: Watched,
    private readonly over: AbortSignal,
  ) {}

  async run(): Promise<Followed> {
    const { leave, stop, pending } = this.following;
    const signal = leave ? AbortSignal.any([leave, this.over]) : this.over;
    for (;;) {
      if (leave?.aborted) throw this.goesOn('left', this.leftWords());
      if (this.broken !== undefined) throw this.broken.error;
      if (stop?.aborted) this.stopThere();
      this.takeUp(this.watched.pod);
      const { attempt } = this;
      const ended =
        attempt && terminatedOf(this.watched.podByUid(attempt.uid) ?? attempt.pod, this.following.container);
      if (attempt && ended) {
        await Promise.race([attempt.read, sleep(DRAIN_MS, undefined, { signal }).catch(() => undefined)]);
        // A pod that the cluster ended is replaced; whatever it said of itself is not how the run ended.
        if (!this.isDisrupted(attempt) || this.ownerEnd() !== undefined) {
          return this.found({ terminated: { ...ended, message: readEndMessage(ended.message) } });
        }
        this.tell('The cluster ended the pod; it starts another one.');
      }
      if (attempt?.holding && !ended && (await this.isForUs(attempt)))
        return this.found({ holding: attempt.holding });
      const end = this.ownerEnd() ?? this.goneWords();
      const waits = attempt?.isStarted ? undefined : pending(this.watched);
      const lost = end ?? (waits?.isFinal ? waits.words : undefined);
      if (lost !== undefined && !ended) {
        if (this.hasLooked) return this.found({ lost });
        await this.look();
        continue;
      }
      const { lost: unheard } = this.watched;
      if (unheard !== undefined) this.endureSilence(unheard);
      else if (waits !== undefined) this.tell(waits.words);
      await this.watched.next(LOOK_MS, signal);
    }
  }

  private ownerEnd(): string | undefined {
    const { phase, reason = '', message = '' } = this.following.statusOf(this.watched);
    // Until its pod is gone, it may say how far it came.
    if (phase === 'cancelled') return this.isPodThere() ? undefined : 'it was cancelled';
    return phase === 'succeeded' || phase === 'failed' ? `${reason || phase}: ${message}` : undefined;
  }

  private isPodThere(): boolean {
    return this.attempt !== undefined && this.watched.podByUid(this.attempt.uid) !== undefined;
  }

  private goneWords(): string | undefined {
    return this.following.statusOf(this.watched).phase === 'gone'
      ? 'it was deleted in the cluster'
      : undefined;
  }

  /** Before the last word is said of a run: its pod may have ended well, and the news of it be late. */
  private async look(): Promise<void> {
    try {
      await this.watched.look();
      this.hasLooked = true;
    } catch {
      await this.watched.next(LOOK_MS, this.over);
    }
  }

  /** Whether what a pod holds is the run's end, and not what is left of a try that the cluster ended and begins anew. */
  private async isForUs(attempt: Attempt): Promise<boolean> {
    if (attempt.ended?.status !== 'cancelled' || this.isStopping) return true;
    await this.watched.look().catch(() => undefined);
    if (!this.isDisrupted(attempt)) return true;
    if (!attempt.isReleased) this.release(attempt);
    return false;
  }

  private isDisrupted({ uid, pod }: Attempt): boolean {
    return isDisrupted(this.watched.podByUid(uid) ?? pod);
  }

  /** So that the next one need not wait for its end. */
  private release(attempt: Attempt): void {
    attempt.isReleased = true;
    const command = ['sh', '-c', ': > /work/ack'];
    const { container } = this.following;
    exec(
      this.api,
      { pod: attempt.pod.metadata!.name!, container, command, signal: this.over },
      () => undefined,
    ).catch(() => undefined);
  }

  /** Without an answer it is waited for one; who is not let in any more has to do something. */
  private endureSilence({ error, since }: NonNullable<Watched['lost']>): void {
    this.tell(lostWords(error.status));
    const isRefused = error.status === 401 || error.status === 403;
    if (!isRefused || Date.now() - since < REFUSED_MS) return;
    const why = error.status === 401 ? 'credentials' : 'forbidden';
    const words =
      error.status === 401
        ? 'The cluster does not know you any more: log in again as you do for kubectl. The run goes on there.'
        : 'The cluster lets you look at the run no longer: your rights were taken, or the namespace is gone.';
    throw this.goesOn(why, words);
  }

  private leftWords(): string {
    const { supply } = this.following;
    if (supply === undefined || this.attempt?.isSupplied) return 'It goes on in the cluster.';
    return 'It goes on in the cluster, but its pod does not have all of its files yet, and ends when it has waited for them for two minutes.';
  }

  private goesOn(reason: string, words: string): Failure {
    const { run } = this.following;
    return new Failure('infrastructure', reason, `${words} Come back to it: reprise attach ${run}`);
  }

  /** Each pod has a log of its own, numbered from 1. */
  private takeUp(pod: V1Pod | undefined): void {
    const uid = pod?.metadata?.uid;
    if (pod === undefined || uid === undefined) return;
    if (uid !== this.attempt?.uid) this.attempt = new Attempt(uid, pod);
    this.attempt.pod = pod;
    const state = stateOf(pod, this.following.container);
    if (this.attempt.isStarted || !(state?.running || state?.terminated)) return;
    this.attempt.isStarted = true;
    this.attempt.read = this.readLog(this.attempt).catch((error: unknown) => (this.broken = { error }));
  }

  private async readLog(attempt: Attempt): Promise<void> {
    const hasEnded = (): boolean => {
      const pod = this.watched.podByUid(attempt.uid);
      return pod === undefined || stateOf(pod, this.following.container)?.terminated !== undefined;
    };
    const log = {
      pod: attempt.pod.metadata!.name!,
      container: this.following.logs,
      hasEnded,
      signal: this.over,
    };
    for await (const event of podEvents(this.api, log)) this.take(attempt, event);
  }

  private take(attempt: Attempt, event: PodEvent): void {
    if (event.event === 'holding') attempt.holding = event;
    else if (event.event === 'pod') {
      attempt.gpus = event.gpus.map(({ product }) => product);
      this.following.onPod(attempt.pod.metadata?.name ?? '');
    } else if (event.event === 'wanting') this.supply(attempt);
    else if (event.event === 'fetching') {
      this.following.onNotice("The pod fetches the notebook's files from the address that was given.");
    } else if (event.event === 'received') {
      if (event.from === 'volume')
        this.following.onNotice("The notebook's files were on the volume already.");
      attempt.isSupplied = true;
      this.following.onSupplied?.();
    } else if (event.event === 'unkept') this.following.onNotice(event.message);
    else if (event.event !== 'released' && event.event !== 'kept') {
      if (event.event === 'end') attempt.ended = event;
      if (event.event === 'failed') attempt.failed = event;
      // What the cluster interrupts is no result of the cell's.
      if (!this.isDisrupted(attempt)) this.following.onEvent(event);
    }
  }

  /** Each pod begins with nothing; what came before is asked of the pod itself, not of its log, which may be old. */
  private supply(attempt: Attempt): void {
    const { supply, container } = this.following;
    if (supply === undefined || attempt.isSupplying) return;
    attempt.isSupplying = true;
    const pod = { pod: attempt.pod.metadata!.name!, container };
    supply(pod, this.over).catch((error: unknown) => {
      if (!this.over.aborted) this.broken = { error };
    });
  }

  /** As Ctrl-C here: the cell is interrupted, the record closed, and what there is waits to be fetched. */
  private stopThere(): void {
    if (this.isStopping || !this.attempt?.isStarted) return;
    this.isStopping = true;
    const pod = this.attempt.pod.metadata!.name!;
    const command = ['sh', '-c', 'kill -USR1 1'];
    const { container } = this.following;
    exec(this.api, { pod, container, command, signal: this.over }, () => undefined).catch(
      () => (this.isStopping = false),
    );
  }

  private found(what: Partial<Followed>): Followed {
    const { attempt, watched } = this;
    const events = watched.events.map(({ reason = '', message = '' }) =>
      `${reason}: ${message}`.slice(0, 500),
    );
    const { owner } = watched;
    const isCancelled = this.following.statusOf(watched).phase === 'cancelled' ? { isCancelled: true } : {};
    if (attempt === undefined) return { ...what, ...isCancelled, events, seen: { owner } };
    const { uid, pod, gpus, ended, failed } = attempt;
    return {
      pod: { name: pod.metadata?.name ?? '', uid, node: pod.spec?.nodeName ?? '', gpus },
      ...(ended ? { ended } : {}),
      ...(failed ? { failed } : {}),
      ...(attempt.isStarted ? { hasStarted: true } : {}),
      ...what,
      ...isCancelled,
      events,
      seen: { pod: watched.podByUid(uid) ?? pod, owner },
    };
  }

  private tell(words: string): void {
    if (words === this.said) return;
    this.said = words;
    this.following.onNotice(words);
  }
}

function lostWords(status: number): string {
  if (status === 401)
    return 'The cluster does not know you any more: log in again in another terminal. The run goes on meanwhile.';
  if (status === 403) return 'The cluster lets you look at the run no longer. The run goes on meanwhile.';
  return 'The cluster does not answer. The run goes on there; so does this, once it answers.';
}
