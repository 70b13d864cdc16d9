/** How a run stands in a queue of Kueue's: its Workload, and its place among those that wait. */
import type { Api } from '../api';
import { ApiError } from '../errors';
import { trueCondition } from '../manifests/flavours/status';
import { QUEUE_LABEL } from '../manifests/request';
import type { ObservedQueue, ObservedWorkload } from '../words/observed';
import type { Owner } from './watched';

const GROUP = 'kueue.x-k8s.io';
const VISIBILITY_GROUP = 'visibility.kueue.x-k8s.io';

export type Workload = ObservedWorkload & {
  metadata?: {
    name?: string;
    labels?: Record<string, string>;
    uid?: string;
    creationTimestamp?: string;
    ownerReferences?: { uid?: string }[];
  };
  spec?: ObservedWorkload['spec'] & { queueName?: string; priority?: number };
};

type Pending = {
  items?: { metadata?: { name?: string }; positionInLocalQueue?: number }[];
};
type LocalQueue = { status?: { pendingWorkloads?: number } };

type Found = { queue: string; version: string; items: Workload[]; own?: Workload };
type Unseen = NonNullable<ObservedQueue['unseen']>;

/** Where Kueue keeps them, in the version that is served. */
export function workloadPath(version: string): string {
  return `${GROUP}/${version}/workloads`;
}

/** Reads as much as the user may; what they may not see is said, and fails nothing. */
export class QueueReader {
  private readonly versions = new Map<string, string | undefined>();

  constructor(private readonly api: Api) {}

  /** undefined for what is in no queue. @throws ApiError where the cluster does not answer */
  async read(owner: Owner | undefined, signal?: AbortSignal): Promise<ObservedQueue | undefined> {
    const found = await this.find(owner, signal);
    if (found === undefined) return undefined;
    if (typeof found === 'string') return { unseen: found };
    const { queue, version, items, own } = found;
    if (own === undefined) return {};
    if (trueCondition(own, 'QuotaReserved') !== undefined) return { workload: own };
    const told = await this.placeTold(queue, own, signal);
    const place = told ?? placeAmong(items, own);
    const waiting = await this.waitingIn(queue, version, signal);
    return {
      workload: own,
      ...(place === undefined ? {} : { position: place }),
      ...(waiting === undefined ? {} : { waiting }),
      ...(told === undefined && place !== undefined ? { isCounted: true } : {}),
    };
  }

  /** All workloads that may be seen, and that of this run where it has one; undefined for what is in no queue. @throws ApiError */
  async find(owner: Owner | undefined, signal?: AbortSignal): Promise<Found | Unseen | undefined> {
    const queue = owner?.metadata?.labels?.[QUEUE_LABEL];
    const uid = owner?.metadata?.uid;
    if (queue === undefined || uid === undefined) return undefined;
    const version = await this.versionOf(GROUP, signal);
    if (version === undefined) return 'not-served';
    const all = await this.see<{ items: Workload[] }>(workloadPath(version), signal);
    if (all === 'forbidden') return 'forbidden';
    const items = all?.items ?? [];
    const own = items.find(({ metadata }) => metadata?.ownerReferences?.some((by) => by.uid === uid));
    return { queue, version, items, own };
  }

  /** As Kueue itself orders them, where its visibility API is served and may be asked. */
  private async placeTold(queue: string, own: Workload, signal?: AbortSignal): Promise<number | undefined> {
    const version = await this.versionOf(VISIBILITY_GROUP, signal);
    if (version === undefined) return undefined;
    const path = `${VISIBILITY_GROUP}/${version}/localqueues/${queue}/pendingworkloads`;
    const pending = await this.see<Pending>(path, signal);
    if (pending === undefined || pending === 'forbidden') return undefined;
    return pending.items?.find(({ metadata }) => metadata?.name === own.metadata?.name)?.positionInLocalQueue;
  }

  private async waitingIn(queue: string, version: string, signal?: AbortSignal): Promise<number | undefined> {
    const found = await this.see<LocalQueue>(`${GROUP}/${version}/localqueues/${queue}`, signal);
    return found === 'forbidden' ? undefined : found?.status?.pendingWorkloads;
  }

  /** The one that the server prefers; undefined where it serves none of the group. */
  private async versionOf(group: string, signal?: AbortSignal): Promise<string | undefined> {
    if (!this.versions.has(group)) {
      const found = await this.api.find<{ preferredVersion?: { version?: string } }>(`/apis/${group}`, {
        signal,
      });
      this.versions.set(group, found?.preferredVersion?.version);
    }
    return this.versions.get(group);
  }

  private async see<T>(path: string, signal?: AbortSignal): Promise<T | 'forbidden' | undefined> {
    try {
      return await this.api.find<T>(this.api.path(path), { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return 'forbidden';
      throw error;
    }
  }
}

/**
 * How many of the same queue come before it: by priority, then by age, as Kueue orders them.
 * @returns undefined for one that does not wait
 */
export function placeAmong(all: readonly Workload[], own: Workload): number | undefined {
  const waiting = all.filter((each) => each.spec?.queueName === own.spec?.queueName && isWaiting(each));
  const place = waiting.sort(inTurn).findIndex(({ metadata }) => metadata?.uid === own.metadata?.uid);
  return place < 0 ? undefined : place;
}

function isWaiting(workload: Workload): boolean {
  return (
    workload.spec?.active !== false &&
    trueCondition(workload, 'QuotaReserved', 'Admitted', 'Finished') === undefined
  );
}

function inTurn(a: Workload, b: Workload): number {
  const since = ({ metadata }: Workload): string => metadata?.creationTimestamp ?? '';
  return (
    (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0) ||
    since(a).localeCompare(since(b)) ||
    (a.metadata?.uid ?? '').localeCompare(b.metadata?.uid ?? '')
  );
}
