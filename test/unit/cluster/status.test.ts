import { describe, expect, it } from 'vitest';
import { FLAVOURS } from '../../../src/cluster/manifests/flavours';
import type { Observed } from '../../../src/cluster/manifests/flavours/status';
import type { Flavour } from '../../../src/cluster/profile/profile';

const statusOf = (flavour: Flavour, object: Observed | undefined) => FLAVOURS[flavour].statusOf(object);
const queued = { labels: { 'kueue.x-k8s.io/queue-name': 'team-a' } };
/** A condition as controllers write it, with its times. */
const condition = (type: string, reason: string, message: string, status = 'True') => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-11-26T10:15:00Z',
});

describe('the status of a', () => {
  it.each(Object.keys(FLAVOURS) as Flavour[])('%s that is not there, is going, or is new', (flavour) => {
    expect(statusOf(flavour, undefined)).toEqual({ phase: 'gone' });
    expect(statusOf(flavour, { metadata: { deletionTimestamp: '2026-11-26T10:15:00Z' } })).toEqual({
      phase: 'gone',
      reason: 'Deleting',
    });
    expect(statusOf(flavour, { metadata: {}, spec: {} })).toEqual({ phase: 'pending' });
    expect(statusOf(flavour, { metadata: {}, spec: {}, status: {} })).toEqual({ phase: 'pending' });
  });

  it.each(Object.keys(FLAVOURS) as Flavour[])('%s that somebody cancelled, in a queue too', (flavour) => {
    const spec = { suspend: true, runPolicy: { suspend: true } };
    const status = { jobDeploymentStatus: 'Suspended' };
    const annotations = { 'reprise.dev/cancelled': 'true' };
    const phase = (metadata: Observed['metadata']) => statusOf(flavour, { metadata, spec, status }).phase;
    expect(phase({})).toBe('suspended');
    expect(phase(queued)).toBe('queued');
    expect([phase({ annotations }), phase({ ...queued, annotations })]).toEqual(['cancelled', 'cancelled']);
    const resumed = { metadata: { annotations }, spec: {}, status: {} };
    expect(statusOf(flavour, resumed).phase).toBe('pending');
  });

  const FAILED_MESSAGE =
    'Container replay for pod ns/a-x failed with exit code 40 matching FailJob rule at index 1';
  it.each<[string, Observed, object]>([
    ['waits', { status: { active: 1, ready: 0, terminating: 0 } }, { phase: 'pending' }],
    ['runs', { status: { active: 1, ready: 1 } }, { phase: 'running' }],
    ['was refused its pod by a quota', { spec: { suspend: false }, status: {} }, { phase: 'pending' }],
    [
      'failed by the rule for exit codes',
      { status: { failed: 1, conditions: [condition('Failed', 'PodFailurePolicy', FAILED_MESSAGE)] } },
      { phase: 'failed', reason: 'PodFailurePolicy', message: FAILED_MESSAGE },
    ],
    [
      'is about to fail, its pod still ending',
      {
        status: {
          conditions: [
            condition('FailureTarget', 'DeadlineExceeded', 'Job was active longer than specified deadline'),
          ],
        },
      },
      {
        phase: 'failed',
        reason: 'DeadlineExceeded',
        message: 'Job was active longer than specified deadline',
      },
    ],
    [
      'ended well',
      {
        status: {
          succeeded: 1,
          conditions: [
            condition(
              'SuccessCriteriaMet',
              'CompletionsReached',
              'Reached expected number of succeeded pods',
            ),
            condition('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods'),
          ],
        },
      },
      { phase: 'succeeded', reason: 'CompletionsReached' },
    ],
    [
      'somebody suspended',
      {
        spec: { suspend: true },
        status: { conditions: [condition('Suspended', 'JobSuspended', 'Job suspended')] },
      },
      { phase: 'suspended', reason: 'JobSuspended', message: 'Job suspended' },
    ],
    ['is in a queue', { metadata: queued, spec: { suspend: true } }, { phase: 'queued' }],
    [
      'was suspended once and runs again',
      {
        spec: { suspend: false },
        status: {
          active: 1,
          ready: 1,
          conditions: [condition('Suspended', 'JobResumed', 'Job resumed', 'False')],
        },
      },
      { phase: 'running' },
    ],
  ])('Job that %s', (_, object, expected) => {
    expect(statusOf('job', object)).toMatchObject(expected);
  });

  const replicated = (counts: object) => ({
    name: 'replay',
    ...{ ready: 0, active: 0, succeeded: 0, failed: 0, suspended: 0, ...counts },
  });
  it.each<[string, Observed, object]>([
    ['waits', { status: { replicatedJobsStatus: [replicated({ active: 1 })] } }, { phase: 'pending' }],
    [
      'runs',
      { status: { replicatedJobsStatus: [replicated({ active: 1, ready: 1 })] } },
      { phase: 'running' },
    ],
    [
      'ended well',
      {
        status: {
          terminalState: 'Completed',
          conditions: [condition('Completed', 'AllJobsCompleted', 'jobset completed successfully')],
        },
      },
      { phase: 'succeeded', reason: 'AllJobsCompleted' },
    ],
    [
      'failed',
      {
        status: {
          terminalState: 'Failed',
          conditions: [
            condition(
              'Failed',
              'ReachedMaxRestarts',
              'jobset failed due to reaching max number of restarts (first failed job: a-replay-0)',
            ),
          ],
        },
      },
      { phase: 'failed', reason: 'ReachedMaxRestarts' },
    ],
    [
      'is in a queue',
      {
        metadata: queued,
        spec: { suspend: true },
        status: { conditions: [condition('Suspended', 'SuspendedJobs', 'jobset is suspended')] },
      },
      { phase: 'queued', reason: 'SuspendedJobs' },
    ],
    [
      'was resumed',
      {
        status: {
          conditions: [condition('Suspended', 'ResumeJobs', 'jobset is resumed', 'False')],
          replicatedJobsStatus: [replicated({ active: 1, ready: 1 })],
        },
      },
      { phase: 'running' },
    ],
  ])('JobSet that %s', (_, object, expected) => {
    expect(statusOf('jobset', object)).toMatchObject(expected);
  });

  const node = (counts: object) => ({ ...replicated(counts), name: 'node' });
  it.each<[string, Observed, object]>([
    ['waits', { status: { jobsStatus: [node({ active: 1 })] } }, { phase: 'pending' }],
    ['runs', { status: { jobsStatus: [node({ active: 1, ready: 1 })] } }, { phase: 'running' }],
    [
      'is in a queue',
      {
        metadata: queued,
        spec: { suspend: true },
        status: { conditions: [condition('Suspended', 'Suspended', 'TrainJob is suspended')] },
      },
      { phase: 'queued', reason: 'Suspended' },
    ],
    [
      'was resumed, and runs',
      {
        status: {
          conditions: [condition('Suspended', 'Resumed', 'TrainJob is resumed', 'False')],
          jobsStatus: [node({ active: 1, ready: 1 })],
        },
      },
      { phase: 'running' },
    ],
    [
      'ended well',
      {
        status: { conditions: [condition('Complete', 'AllJobsCompleted', 'jobset completed successfully')] },
      },
      { phase: 'succeeded', reason: 'AllJobsCompleted' },
    ],
    [
      'names a runtime that is not there',
      {
        status: {
          conditions: [
            condition('Failed', 'TrainingRuntimeNotSupported', 'Referenced TrainingRuntime not supported'),
          ],
        },
      },
      { phase: 'failed', reason: 'TrainingRuntimeNotSupported' },
    ],
    [
      'failed',
      {
        status: {
          conditions: [condition('Failed', 'FailedJobs', 'jobset failed due to one or more job failures')],
        },
      },
      { phase: 'failed', reason: 'FailedJobs' },
    ],
  ])('TrainJob that %s', (_, object, expected) => {
    expect(statusOf('trainjob', object)).toMatchObject(expected);
  });

  const created = condition('Created', 'PyTorchJobCreated', 'PyTorchJob a is created.');
  it.each<[string, Observed, object]>([
    ['waits', { status: { conditions: [created] } }, { phase: 'pending' }],
    [
      'runs',
      {
        status: {
          conditions: [created, condition('Running', 'PyTorchJobRunning', 'PyTorchJob a is running.')],
        },
      },
      { phase: 'running' },
    ],
    [
      'ended well',
      {
        status: {
          conditions: [
            created,
            condition('Running', 'PyTorchJobRunning', 'PyTorchJob a is running.', 'False'),
            condition('Succeeded', 'PyTorchJobSucceeded', 'PyTorchJob a is successfully completed.'),
          ],
        },
      },
      { phase: 'succeeded', reason: 'PyTorchJobSucceeded' },
    ],
    [
      'failed',
      {
        status: {
          conditions: [
            created,
            condition('Running', 'PyTorchJobRunning', 'PyTorchJob a is running.', 'False'),
            condition(
              'Failed',
              'PyTorchJobFailed',
              'PyTorchJob a is failed because 1 Master replica(s) failed.',
            ),
          ],
        },
      },
      { phase: 'failed', message: 'PyTorchJob a is failed because 1 Master replica(s) failed.' },
    ],
    [
      'is in a queue',
      {
        metadata: queued,
        spec: { runPolicy: { suspend: true } },
        status: {
          conditions: [created, condition('Suspended', 'PyTorchJobSuspended', 'PyTorchJob a is suspended.')],
        },
      },
      { phase: 'queued', reason: 'PyTorchJobSuspended' },
    ],
  ])('PyTorchJob or TFJob that %s', (_, object, expected) => {
    expect(statusOf('pytorchjob', object)).toMatchObject(expected);
    expect(statusOf('tfjob', object)).toMatchObject(expected);
  });

  it.each<[string, Observed, object]>([
    ['makes its cluster', { status: { jobDeploymentStatus: 'Initializing' } }, { phase: 'pending' }],
    [
      'is submitted',
      { status: { jobDeploymentStatus: 'Running', jobStatus: 'PENDING' } },
      { phase: 'pending' },
    ],
    ['runs', { status: { jobDeploymentStatus: 'Running', jobStatus: 'RUNNING' } }, { phase: 'running' }],
    [
      'ended well',
      {
        status: {
          jobDeploymentStatus: 'Complete',
          jobStatus: 'SUCCEEDED',
          message: 'Job finished successfully.',
        },
      },
      { phase: 'succeeded', reason: 'SUCCEEDED' },
    ],
    [
      'failed in the notebook',
      {
        status: {
          jobDeploymentStatus: 'Failed',
          jobStatus: 'FAILED',
          reason: 'AppFailed',
          message: 'Job entrypoint command failed with exit code 20',
        },
      },
      { phase: 'failed', reason: 'AppFailed' },
    ],
    [
      'failed by its deadline',
      {
        status: {
          jobDeploymentStatus: 'Failed',
          reason: 'DeadlineExceeded',
          message: 'The RayJob has passed the activeDeadlineSeconds.',
        },
      },
      { phase: 'failed', reason: 'DeadlineExceeded' },
    ],
    [
      'is written wrong',
      {
        status: {
          jobDeploymentStatus: 'ValidationFailed',
          reason: 'ValidationFailed',
          message: 'spec is wrong',
        },
      },
      { phase: 'failed', reason: 'ValidationFailed' },
    ],
    [
      'is in a queue',
      { metadata: queued, spec: { suspend: true }, status: { jobDeploymentStatus: 'Suspended' } },
      { phase: 'queued' },
    ],
    [
      'is being suspended',
      { status: { jobDeploymentStatus: 'Suspending', jobStatus: 'RUNNING' } },
      { phase: 'suspended' },
    ],
  ])('RayJob that %s', (_, object, expected) => {
    expect(statusOf('rayjob', object)).toMatchObject(expected);
  });
});
