import { describe, expect, it } from 'vitest';
import { failureWords } from '../../../src/cluster/words/failure';
import type { ObservedPod } from '../../../src/cluster/words/observed';
import { pendingWords, type Waiting } from '../../../src/cluster/words/pending';

// Messages as API servers, schedulers, kubelets and Kueue write them.
const IMAGE = 'registry.example/nb@sha256:0000';

const scheduled = (message: string, reason = 'Unschedulable'): Waiting => ({
  pod: {
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason, message }] },
  },
});
const waiting = (reason: string, message: string): Waiting => ({
  pod: {
    spec: { nodeName: 'node-a', containers: [{ name: 'replay', image: IMAGE }] },
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'replay', state: { waiting: { reason, message } } }],
    },
  },
});
const refused = (message: string): Waiting => ({
  job: { spec: { suspend: false } },
  events: [{ reason: 'FailedCreate', message: `Error creating: ${message}` }],
});
const inQueue = (message: string | undefined, position?: number): Waiting => ({
  job: { metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'team-a' } }, spec: { suspend: true } },
  queue: {
    workload: {
      status: { conditions: [{ type: 'QuotaReserved', status: 'False', reason: 'Pending', message }] },
    },
    position,
  },
});

describe('why a run waits', () => {
  it.each<[string, Waiting, string[]]>([
    [
      'no free GPU on the one node',
      scheduled(
        '0/1 nodes are available: 1 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
      ),
      [
        'No node has a free GPU: of 1 node, 1 has too little free nvidia.com/gpu. It starts by itself when there is room.',
      ],
    ],
    [
      'one node without a free GPU, one without the product',
      scheduled(
        "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
      ),
      [
        'No node has a free GPU: of 2 nodes, 1 has too little free nvidia.com/gpu and 1 does not have the labels asked for (GPU product, nodeSelector). It starts by itself when there is room.',
      ],
    ],
    [
      'no node with the product',
      scheduled(
        "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
      ),
      [
        'No node takes the pod: of 3 nodes, 3 do not have the labels asked for (GPU product, nodeSelector). It waits until such a node joins; to take another GPU name its product in reprise.yaml (gpu).',
      ],
    ],
    [
      'nodes for others, and one cordoned',
      scheduled(
        '0/3 nodes are available: 2 node(s) had untolerated taint {dedicated: ml}, 1 node(s) were unschedulable. preemption: not eligible',
      ),
      [
        'No node takes the pod: of 3 nodes, 2 are reserved by the taint dedicated=ml and 1 is cordoned. Add a toleration to the profile (tolerations, in reprise.yaml), if you may use them.',
      ],
    ],
    [
      'too little memory and too few processors',
      scheduled('0/4 nodes are available: 1 Insufficient memory, 3 Insufficient cpu.'),
      [
        'No node takes the pod: of 4 nodes, 1 has too little free memory and 3 have too little free processors. It starts by itself when there is room.',
      ],
    ],
    [
      'a claim that is not there',
      scheduled(
        '0/1 nodes are available: persistentvolumeclaim "datasets" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      ),
      [
        'The volume claim datasets is not there: make it in this namespace, or name another in reprise.yaml (volumes).',
      ],
    ],
    [
      'a message of a kind that nobody knows',
      scheduled('no\u001b[2Jnodes'),
      ['No node takes the pod: no [2Jnodes'],
    ],
    [
      'an image that is not there',
      waiting(
        'ErrImagePull',
        `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`,
      ),
      [
        `The image ${IMAGE} is not in its registry. Push it, or give the digest of one that is there: --image name@sha256:…`,
      ],
    ],
    [
      'an image that may not be pulled',
      waiting(
        'ErrImagePull',
        `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
      ),
      [
        `The image ${IMAGE} may not be pulled: the registry wants credentials. Name a Secret with them in reprise.yaml (imagePullSecrets), or check that it may read this image.`,
      ],
    ],
    [
      'an image that nobody can name',
      waiting('InvalidImageName', `Failed to apply default image tag "${IMAGE}": couldn't parse image name`),
      [`${IMAGE} is no name of an image: give one as registry/name@sha256:…`],
    ],
    [
      'a registry that is not reached',
      waiting(
        'ImagePullBackOff',
        'Back-off pulling image: dial tcp 127.0.0.1:443: connect: connection refused',
      ),
      [
        `The image ${IMAGE} cannot be pulled: the node does not reach the registry (Back-off pulling image: dial tcp 127.0.0.1:443: connect: connection refused). It is tried again.`,
      ],
    ],
    [
      'a secret that is not there',
      waiting('CreateContainerConfigError', 'secret "hugging-face" not found'),
      ['The Secret hugging-face is not in this namespace: make it, or change what names it in reprise.yaml.'],
    ],
    [
      'a secret without the key',
      waiting('CreateContainerConfigError', "couldn't find key token in Secret notebooks/hugging-face"),
      ['The Secret notebooks/hugging-face has no key token: add it, or change env in reprise.yaml.'],
    ],
    [
      'an image of root',
      waiting(
        'CreateContainerConfigError',
        'container has runAsNonRoot and image will run as root (pod: "x", container: replay)',
      ),
      ['The image runs as root, and Reprise runs nothing as root: set runAsUser in reprise.yaml.'],
    ],
    [
      'a ConfigMap that is not there',
      {
        pod: { spec: { nodeName: 'node-a' }, status: { phase: 'Pending' } },
        events: [
          {
            reason: 'FailedMount',
            message: 'MountVolume.SetUp failed for volume "in" : configmap "x-agent" not found',
          },
        ],
      },
      ['A volume waits for the ConfigMap x-agent, which is not there.'],
    ],
    [
      'a quota that is used up',
      refused(
        'pods "a-x" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: requests.nvidia.com/gpu=4',
      ),
      [
        'The quota gpus of the namespace is used up (requests.nvidia.com/gpu: 1 asked for, 4 of 4 in use). It starts by itself when others end.',
      ],
    ],
    [
      'a quota that never allows it',
      refused(
        'pods "a-x" is forbidden: exceeded quota: q, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=0, limited: requests.nvidia.com/gpu=0',
      ),
      [
        'The quota q of the namespace is used up (requests.nvidia.com/gpu: 1 asked for, 0 of 0 in use). It asks for more than the quota ever allows: ask for less, or have the quota raised.',
      ],
    ],
    [
      'the Pod Security Standard',
      refused(
        'pods "a-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "replay" must set securityContext.allowPrivilegeEscalation=false)',
      ),
      [
        'The namespace admits only pods of the Pod Security Standard restricted, and this one is not: allowPrivilegeEscalation != false (container "replay" must set securityContext.allowPrivilegeEscalation=false). ' +
          'What Reprise makes fits "restricted": look for what changes pods here, a webhook or a runtime\'s template.',
      ],
    ],
    [
      'a LimitRange',
      refused('pods "a-x" is forbidden: maximum cpu usage per Container is 2, but limit is 4'),
      [
        'A LimitRange of the namespace allows at most 2 cpu, and 4 is asked for: change it in reprise.yaml, or by the flag.',
      ],
    ],
    [
      'a service account that is not there',
      refused(
        'pods "a-x" is forbidden: error looking up service account notebooks/trainer: serviceaccount "trainer" not found',
      ),
      [
        'There is no service account trainer in this namespace: make it, or name another in reprise.yaml (serviceAccount).',
      ],
    ],
    [
      'a rule of the cluster',
      refused('admission webhook "validate.kyverno.svc-fail" denied the request: label team is required'),
      ['A rule of this cluster (validate.kyverno.svc-fail) refuses the pod: label team is required'],
    ],
    [
      'its turn in a queue',
      inQueue(
        "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 1 more needed",
        2,
      ),
      ['The run is number 3 in the queue team-a: 1 more nvidia.com/gpu must become free in h100.'],
    ],
    [
      'a queue that is too small',
      inQueue(
        "couldn't assign flavors to pod set main: insufficient quota for nvidia.com/gpu in flavor h100, previously considered podsets requests (0) + current podset request (8) > maximum capacity (4)",
        0,
      ),
      [
        expect.stringMatching(
          /^The run is next in the queue team-a, and asks for more than it ever has/,
        ) as string,
      ],
    ],
    [
      'a queue that is not there',
      inQueue("LocalQueue team-a doesn't exist"),
      [
        'The run waits in the queue team-a, which is not there: make it in this namespace, or name another with --queue (team-a was asked for).',
      ],
    ],
    [
      'a queue that nobody serves',
      { ...inQueue(undefined), queue: {} },
      ['The queue team-a has not taken the run up. Is Kueue running in this cluster?'],
    ],
    ['a queue of which nothing is known yet', { ...inQueue(undefined), queue: undefined }, []],
    [
      'a queue in a cluster without Kueue',
      { ...inQueue(undefined), queue: { unseen: 'not-served' } },
      ['The queue team-a has not taken the run up. This cluster has no Kueue.'],
    ],
    [
      'a queue that may not be looked into',
      { ...inQueue(undefined), queue: { unseen: 'forbidden' } },
      [
        'The run is in the queue team-a. At which place, and what it waits for, you may not see: that takes the right to list workloads (kueue.x-k8s.io), which deploy/components/kueue grants.',
      ],
    ],
    [
      'its turn, counted in the namespace',
      {
        ...inQueue(undefined),
        queue: { ...inQueue('LocalQueue team-a is stopped').queue, position: 2, waiting: 7, isCounted: true },
      },
      [
        'The run is number 3 of 7 in the queue team-a: LocalQueue team-a is stopped.',
        'Its place is counted among the runs of this namespace; those of others may come before it.',
      ],
    ],
    [
      'a workload that was put aside after many tries',
      {
        ...inQueue(undefined),
        queue: {
          workload: {
            spec: { active: false },
            status: {
              conditions: [
                {
                  type: 'Evicted',
                  status: 'True',
                  reason: 'DeactivatedDueToRequeuingLimitExceeded',
                  message:
                    'The workload is deactivated due to exceeding the maximum number of re-queuing retries',
                },
              ],
            },
          },
        },
      },
      [
        'The queue took the run back: The workload is deactivated due to exceeding the maximum number of re-queuing retries.',
        'The queue team-a has put the run aside (its workload is not active): it waits for somebody to activate it.',
      ],
    ],
    [
      'somebody who suspended it',
      { job: { spec: { suspend: true } } },
      ['The job is suspended: nothing of it runs until it is resumed, and what it had is gone.'],
    ],
    [
      'the image, which is on its way',
      {
        pod: { spec: { nodeName: 'node-a' }, status: { phase: 'Pending' } },
        events: [{ reason: 'Scheduled' }, { reason: 'Pulling', message: 'Pulling image' }],
      },
      ['node-a is pulling the image.'],
    ],
    [
      'the packages',
      {
        pod: {
          spec: { nodeName: 'node-a' },
          status: {
            phase: 'Pending',
            initContainerStatuses: [{ name: 'install', state: { running: {} } }],
            containerStatuses: [{ name: 'replay', state: { waiting: { reason: 'PodInitializing' } } }],
          },
        },
      },
      ['The locked packages are being installed on node-a.'],
    ],
    ['nothing that anybody knows', {}, []],
  ])('for %s', (_, state, expected) => {
    expect(pendingWords(state)).toEqual(expected);
  });
});

const terminated = (state: object, more: ObservedPod['status'] = {}): ObservedPod => ({
  spec: { containers: [{ name: 'replay', image: IMAGE }] },
  status: {
    phase: 'Failed',
    containerStatuses: [{ name: 'replay', state: { terminated: { exitCode: 1, ...state } } }],
    ...more,
  },
});
const disrupted = (reason: string, message: string) =>
  terminated(
    { exitCode: 143 },
    { conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message }] },
  );

describe('why a run ended without its results', () => {
  const words = (pod: ObservedPod | undefined, job?: object) =>
    failureWords({ pod, job, container: 'replay', memory: '16Gi', ephemeralStorage: '10Gi' });

  it.each<[string, ObservedPod, string, string | RegExp]>([
    [
      'the kernel was out of memory',
      terminated({ exitCode: 50, reason: 'OOMKilled' }),
      'out-of-memory',
      'The kernel ran out of memory (it had 16Gi). Ask for more: memory, in reprise.yaml.',
    ],
    [
      'the runner itself was',
      terminated({ exitCode: 137, reason: 'OOMKilled' }),
      'out-of-memory',
      'The run ran out of memory (it had 16Gi). Ask for more: memory, in reprise.yaml.',
    ],
    ['somebody killed it', terminated({ exitCode: 137, reason: 'Error' }), 'killed', /signal 9 \(SIGKILL\)/],
    ['a cell raised', terminated({ exitCode: 20, reason: 'Error' }), 'cell-error', /^A cell raised an error/],
    [
      'the packages are others',
      terminated({
        exitCode: 30,
        message: '{"schema":"reprise/end/1","exit":30,"message":"numpy is 2.2.0, and 2.3.1 is locked"}',
      }),
      'environment',
      /It said: numpy is 2\.2\.0, and 2\.3\.1 is locked$/,
    ],
    ['the bundle is another', terminated({ exitCode: 40 }), 'input', /not what was sent, so no cell ran/],
    ['the kernel died', terminated({ exitCode: 50 }), 'kernel-died', /^The kernel died/],
    ['its own deadline came', terminated({ exitCode: 60 }), 'deadline', /longer than its deadline/],
    ['it was told to stop', terminated({ exitCode: 143 }), 'cancelled', /SIGTERM/],
    [
      'the image has no such Python',
      terminated({
        exitCode: 128,
        reason: 'StartError',
        message:
          'failed to create containerd task: OCI runtime create failed: exec: "python3": executable file not found in $PATH: unknown',
      }),
      'start',
      /^The image has no python3, so nothing ran/,
    ],
    [
      'the pod was there too long',
      terminated(
        { exitCode: 137 },
        {
          reason: 'DeadlineExceeded',
          message: 'Pod was active on the node longer than the specified deadline',
        },
      ),
      'deadline',
      /longer than its deadline/,
    ],
    [
      'the disk was full',
      terminated(
        { exitCode: 137 },
        {
          reason: 'Evicted',
          message: 'Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. ',
        },
      ),
      'out-of-disk',
      'The run filled its disk (Pod ephemeral local storage usage exceeds the total limit of containers 10Gi., and 10Gi were asked for). Ask for more: ephemeralStorage, in reprise.yaml.',
    ],
    [
      'the node was short of memory',
      terminated({ exitCode: 137 }, { reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      'evicted',
      /^The node put the run out/,
    ],
    [
      'the node was drained',
      disrupted('EvictionByEvictionAPI', 'Eviction API: evicting'),
      'drained',
      'The node was taken out of service (Eviction API: evicting). A plain Job starts again by itself on another.',
    ],
    [
      'a taint came',
      disrupted('DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint'),
      'drained',
      /NoExecute taint/,
    ],
    [
      'something more important came',
      disrupted(
        'PreemptionByScheduler',
        'default-scheduler: preempting to accommodate a higher priority pod',
      ),
      'preempted',
      /higher priority/,
    ],
    [
      'the packages could not be installed',
      {
        status: {
          phase: 'Failed',
          initContainerStatuses: [
            {
              name: 'install',
              state: {
                terminated: {
                  exitCode: 1,
                  reason: 'Error',
                  message:
                    'Collecting six==1.17.0\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    six==1.17.0:\n        Expected sha256 4721\n             Got        7c29\n',
                },
              },
            },
          ],
        },
      },
      'install',
      /^The locked packages could not be installed, so no cell ran: ERROR: THESE PACKAGES/,
    ],
    [
      'the image never came',
      {
        spec: { containers: [{ name: 'replay', image: IMAGE }] },
        status: {
          containerStatuses: [
            { name: 'replay', state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } },
          ],
        },
      },
      'image',
      /is not in its registry/,
    ],
    ['it ended as nothing does', terminated({ exitCode: 7 }), 'unknown', 'The run ended with exit code 7.'],
  ])('%s', (_, pod, reason, sentence) => {
    const found = words(pod);
    expect(found?.reason).toBe(reason);
    if (typeof sentence === 'string') expect(found?.sentence).toBe(sentence);
    else expect(found?.sentence).toMatch(sentence);
  });

  it('the Job was over its time, and its pod deleted', () => {
    const failed = {
      type: 'Failed',
      status: 'True',
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    };
    expect(words(undefined, { status: { conditions: [failed] } })).toMatchObject({ reason: 'deadline' });
  });

  it('nothing of it is there', () => {
    expect(words(undefined)).toMatchObject({ reason: 'gone' });
  });

  it.each<[string, ObservedPod]>([
    ['it ended well', terminated({ exitCode: 0, reason: 'Completed' })],
    [
      'a process beside it was out of memory, and it ended well',
      terminated({ exitCode: 0, reason: 'OOMKilled' }),
    ],
    ['it runs', { status: { containerStatuses: [{ name: 'replay', state: { running: {} } }] } }],
  ])('it did not: %s', (_, pod) => {
    expect(words(pod)).toBeUndefined();
  });

  it('repeats what a pod says without what a terminal obeys, and not at length', () => {
    const message = JSON.stringify({
      schema: 'reprise/end/1',
      message: `\u001b[31m\u202e${'x'.repeat(5000)}\nnext`,
    });
    const sentence = words(terminated({ exitCode: 20, message }))?.sentence ?? '';
    expect(sentence).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(sentence.length).toBeLessThan(600);
  });
});
