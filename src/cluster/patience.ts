/** Trying again for as long as something comes of it: networks are lost and come back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './errors';

/** Without a byte for so long, the network or the pod is taken for gone. */
export const PATIENCE_MS = 120_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

export type Patience = {
  signal?: AbortSignal;
  /** Told why a try came to nothing, before the next one. What it throws ends the tries. */
  onMissed?: (error: ApiError) => Promise<void>;
  patienceMs?: number;
};

/**
 * @param attempt begins where the last one ended; undefined where it is to be tried anew. It says by `heard` that something came
 * @returns what came, or why nothing did
 * @throws what `attempt` throws, if it is no ApiError; what `onMissed` throws
 */
export async function patiently<T extends object | true>(
  { signal, onMissed, patienceMs = PATIENCE_MS }: Patience,
  attempt: (heard: () => void) => Promise<T | undefined>,
): Promise<{ got: T } | { why: string }> {
  let why = 'nothing came';
  let pause = FIRST_PAUSE_MS;
  let end = 0;
  const heard = (): void => {
    end = Date.now() + patienceMs;
    pause = FIRST_PAUSE_MS;
  };
  for (heard(); Date.now() < end;) {
    signal?.throwIfAborted();
    try {
      const got = await attempt(heard);
      if (got !== undefined) return { got };
    } catch (error) {
      if (!(error instanceof ApiError) || signal?.aborted) throw error;
      why = error.message;
      await onMissed?.(error);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  }
  return { why };
}
