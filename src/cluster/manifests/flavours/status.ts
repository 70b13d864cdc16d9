/** What every flavour's status comes down to; read from objects that operators wrote, so nothing in them is taken for granted. */
import { CANCELLED, QUEUE_LABEL } from '../request';

export type Phase =
  'queued' | 'pending' | 'running' | 'succeeded' | 'failed' | 'suspended' | 'cancelled' | 'gone';

/** `reason` is the operator's word, for programs; `message` its sentence. */
export type Status = { phase: Phase; reason?: string; message?: string };

export type Condition = { type: string; status: string; reason?: string; message?: string };

/** An object as the API server answers it. */
export type Observed = {
  metadata?: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
  };
  spec?: unknown;
  status?: unknown;
};

/** The status that is the same for all: the object is not there, or no longer. */
export function goneOr(object: Observed | undefined, status: (object: Observed) => Status): Status {
  if (object === undefined) return { phase: 'gone' };
  const found = status(object);
  const ended = found.phase === 'succeeded' || found.phase === 'failed';
  return object.metadata?.deletionTimestamp === undefined || ended
    ? found
    : { phase: 'gone', reason: 'Deleting' };
}

/** The condition of that type, if it is true. */
export function trueCondition(object: Observed, ...types: string[]): Condition | undefined {
  const { conditions = [] } = (object.status ?? {}) as { conditions?: Condition[] };
  return conditions.find(({ type, status }) => types.includes(type) && status === 'True');
}

export function statusFrom(phase: Phase, { reason, message }: { reason?: string; message?: string }): Status {
  return {
    phase,
    ...(reason === undefined || reason === '' ? {} : { reason }),
    ...(message === undefined || message === '' ? {} : { message }),
  };
}

/** Not started: by its queue, which starts it in its turn, or because somebody stopped it, for a while or for good. */
export function held(object: Observed, condition: { reason?: string; message?: string } = {}): Status {
  if (object.metadata?.annotations?.[CANCELLED] !== undefined) return statusFrom('cancelled', condition);
  const queued = object.metadata?.labels?.[QUEUE_LABEL] !== undefined;
  return statusFrom(queued ? 'queued' : 'suspended', condition);
}
