/** What of a cluster's objects the words are made from. All of it may be absent, and texts in it are anybody's. */
import type { Condition } from '../manifests/flavours/status';

export type ContainerStatus = {
  name: string;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: object;
    terminated?: { exitCode: number; signal?: number; reason?: string; message?: string };
  };
};

export type ObservedPod = {
  metadata?: { name?: string };
  spec?: { nodeName?: string; containers?: { name: string; image?: string }[] };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
};

export type ObservedEvent = {
  reason?: string;
  message?: string;
  involvedObject?: { kind?: string; name?: string };
};

export type ObservedJob = {
  metadata?: { labels?: Record<string, string> };
  spec?: { suspend?: boolean };
  status?: { conditions?: Condition[] };
};

/** Kueue's Workload of a run. */
export type ObservedWorkload = { spec?: { active?: boolean }; status?: { conditions?: Condition[] } };

/** How the run stands in its queue, as far as it may be seen. */
export type ObservedQueue = {
  /** Absent where Kueue has made none yet. */
  workload?: ObservedWorkload;
  /** 0 is next. */
  position?: number;
  /** How many wait in the queue. */
  waiting?: number;
  /** The place was counted from what this namespace shows, and Kueue was not asked for it. */
  isCounted?: boolean;
  /** Why nothing of it is known. */
  unseen?: 'forbidden' | 'not-served';
};

const LONGEST = 400;

/** A cluster's text on one line without what a terminal would obey, and not without end. */
export function plain(text: string, longest = LONGEST): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
}

export function conditionOf(
  object: { status?: { conditions?: Condition[] } } | undefined,
  type: string,
): Condition | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type);
}

/** Init containers first, as they run. */
export function containersOf(pod: ObservedPod | undefined): ContainerStatus[] {
  return [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
}
