/**
 * The progress of a pod: its log, line by line, each line once. A connection that is lost is taken up where it was: the
 * API's `sinceTime` has a resolution of a second, so lines come again and are told apart by their numbers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api';
import { ApiError } from '../errors';
import { type PodEvent, readPodEvent } from './events';

/** A line of ours is short; what a pod writes beside that is not kept while it grows. */
const LINE_BYTES = 1 << 20;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

export type LogOf = {
  pod: string;
  container: string;
  /** Whether the container has ended, or is gone: then a log that ends has ended for good. */
  hasEnded: () => boolean;
  signal: AbortSignal;
  onLost?: (why: string) => void;
};

/** Ends with the log; a log that is no longer there ends it too. */
export async function* podEvents(
  api: Api,
  { pod, container, hasEnded, signal, onLost }: LogOf,
): AsyncGenerator<PodEvent> {
  let seen = 0;
  let since: string | undefined;
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const endedBefore = hasEnded();
    let why: string | undefined;
    try {
      for await (const { time, line } of logLines(api, { pod, container, since, signal })) {
        since = time ?? since;
        pause = FIRST_PAUSE_MS;
        const event = readPodEvent(line);
        if (event === undefined || event.n <= seen) continue;
        seen = event.n;
        yield event;
        if (event.event === 'released') return;
      }
    } catch (error) {
      if (signal.aborted) return;
      // A kubelet that has just started answers 404 for a pod that is there: the pod says whether it is gone.
      why = error instanceof ApiError ? `${error.status || error.reason}` : (error as Error).message;
    }
    if (endedBefore && (why === undefined || hasEnded())) return;
    if (why !== undefined) onLost?.(why);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  }
}

type Line = { time?: string; line: string };

async function* logLines(
  api: Api,
  { pod, container, since, signal }: { pod: string; container: string; since?: string; signal: AbortSignal },
): AsyncGenerator<Line> {
  const query = { container, follow: 'true', timestamps: 'true', sinceTime: since };
  const answer = await api.stream(api.path(`v1/pods/${pod}/log`), { query, signal });
  let rest = '';
  let skipping = false;
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (!skipping) yield stamped(line);
      skipping = false;
    }
    if (rest.length > LINE_BYTES) {
      rest = '';
      skipping = true;
    }
  }
}

/** `2026-11-26T10:00:00.123456789Z text`; to whole seconds, as `sinceTime` takes it. */
function stamped(line: string): Line {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\S* /.exec(line);
  return found ? { time: `${found[1]}Z`, line: line.slice(found[0].length) } : { line };
}
