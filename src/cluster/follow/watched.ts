/** The Job's pods and what the cluster says of them, kept up to date for as long as somebody looks. */
import type {
  CoreV1Event,
  Informer,
  KubernetesListObject,
  KubernetesObject,
  V1Pod,
} from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api';
import { ApiError } from '../errors';
import type { Observed } from '../manifests/flavours/status';
import type { ObservedQueue } from '../words/observed';
import { QueueReader } from './queue';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Of what is not watched, the object that runs, the newest state is asked for this often. */
const POLL_MS = 2_000;
/** A queue lists the runs of everybody in the namespace. */
const QUEUE_POLL_MS = 5_000;

/** As the API answers it: its times are texts. */
export type Owner = Observed & { metadata?: { name?: string; uid?: string } };

/** The newest pod is the one that counts: one that was evicted is replaced. */
export class Watched {
  readonly events: CoreV1Event[] = [];
  owner: Owner | undefined;
  /** Where the run waits in one; as it was seen last. */
  queue: ObservedQueue | undefined;
  /** The object that runs was looked for and is not there. */
  isGone = false;
  /** Why nothing is heard of the cluster at present, and since when. */
  lost: { error: ApiError; since: number } | undefined;
  private readonly pods = new Map<string, V1Pod>();
  private readonly waiting = new Set<() => void>();
  private readonly stopping = new AbortController();
  private informers: Informer<KubernetesObject>[] = [];

  /** @param path of the object that runs, as `batch/v1/jobs/reprise-…` */
  constructor(
    private readonly api: Api,
    private readonly path: string,
    private readonly selector: string,
    private readonly name: string,
  ) {}

  get pod(): V1Pod | undefined {
    const time = (pod: V1Pod): number => new Date(pod.metadata?.creationTimestamp ?? 0).getTime();
    return [...this.pods.values()].sort((a, b) => time(b) - time(a))[0];
  }

  podByUid(uid: string): V1Pod | undefined {
    return [...this.pods.values()].find((pod) => pod.metadata?.uid === uid);
  }

  async start(): Promise<void> {
    const { makeInformer } = await import('@kubernetes/client-node');
    const watch = <T extends KubernetesObject>(
      path: string,
      selector: string | undefined,
      take: (object: T, gone: boolean) => void,
    ) => {
      const list = async () =>
        (await this.api.ask<KubernetesListObject<T>>(path, { query: { labelSelector: selector } })).body;
      const informer = makeInformer<T>(this.api.config, path, list, selector);
      informer.on('add', (object) => this.tell(() => take(object, false)));
      informer.on('update', (object) => this.tell(() => take(object, false)));
      informer.on('delete', (object) => this.tell(() => take(object, true)));
      this.informers.push(informer);
      void this.keepGoing(informer);
    };
    watch<V1Pod>(this.api.path('v1/pods'), this.selector, (pod, gone) => {
      if (gone) this.pods.delete(pod.metadata?.uid ?? '');
      else this.keep(pod);
    });
    watch<CoreV1Event>(this.api.path('v1/events'), undefined, (event) => {
      if (event.involvedObject.name?.startsWith(this.name)) this.events.push(event);
    });
    void this.poll();
    void this.pollQueue();
  }

  /** Asks for the pods as they are now: what is watched may be late. @throws as `Api.ask` */
  async look(): Promise<void> {
    const query = { labelSelector: this.selector };
    const { body } = await this.api.ask<KubernetesListObject<V1Pod>>(this.api.path('v1/pods'), { query });
    body.items.forEach((pod) => this.keep(pod));
  }

  /** Until something is new, or the time is over. */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => this.waiting.add(resolve));
    const any = AbortSignal.any([signal, over.signal]);
    await Promise.race([woken, sleep(ms, undefined, { signal: any }).catch(() => undefined)]);
    over.abort();
    this.waiting.clear();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.informers.map((informer) => informer.stop()));
  }

  /** The library's informer ends at any error that is not a time limit of its own. */
  private async keepGoing<T extends KubernetesObject>(informer: Informer<T>): Promise<void> {
    const { signal } = this.stopping;
    let pause = FIRST_PAUSE_MS;
    let failed: (error: unknown) => void;
    informer.on('connect', () => (pause = FIRST_PAUSE_MS));
    informer.on('error', (error: unknown) => failed(error));
    while (!signal.aborted) {
      const ended = new Promise<unknown>((resolve) => (failed = resolve));
      informer.start().catch((error: unknown) => failed(error));
      const error = await Promise.race([ended, aborted(signal)]);
      if (signal.aborted) return;
      this.tell(() => this.miss(error));
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }

  private async poll(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const owner = await this.api.find<Owner>(this.api.path(this.path), { signal });
        this.tell(() => {
          this.lost = undefined;
          this.isGone = owner === undefined;
          this.owner = owner ?? this.owner;
        });
      } catch (error) {
        if (signal.aborted) return;
        this.tell(() => this.miss(error));
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** What a queue says is for people alone: without it nothing fails. */
  private async pollQueue(): Promise<void> {
    const { signal } = this.stopping;
    const reader = new QueueReader(this.api);
    while (!signal.aborted) {
      const isKnown = this.owner !== undefined;
      if (isKnown && this.pod === undefined) {
        const queue = await reader.read(this.owner, signal).catch(() => this.queue);
        this.tell(() => (this.queue = queue));
      }
      await sleep(isKnown ? QUEUE_POLL_MS : POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private keep(pod: V1Pod): void {
    this.pods.set(pod.metadata?.uid ?? '', pod);
  }

  private miss(error: unknown): void {
    if (!(error instanceof ApiError)) return;
    this.lost = { error, since: this.lost?.since ?? Date.now() };
  }

  private tell(change: () => void): void {
    change();
    for (const wake of this.waiting) wake();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
