import { goneOr, held, type Observed, type Status, statusFrom, trueCondition } from './status';

/** A Job's `active` counts pods that only wait, too; `ready` those that run. */
export function statusOfJob(object: Observed | undefined): Status {
  return goneOr(object, (job) => {
    const complete = trueCondition(job, 'Complete', 'SuccessCriteriaMet');
    if (complete) return statusFrom('succeeded', complete);
    const failed = trueCondition(job, 'Failed', 'FailureTarget');
    if (failed) return statusFrom('failed', failed);
    if ((job.spec as { suspend?: boolean } | undefined)?.suspend === true)
      return held(job, trueCondition(job, 'Suspended'));
    const { ready = 0 } = (job.status ?? {}) as { ready?: number };
    return { phase: ready > 0 ? 'running' : 'pending' };
  });
}
