/** What the command line says of a cluster. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Sink } from '../../cluster/prepare';
import type { TargetFlags } from '../../cluster/profile/merge';
import type { Flavour } from '../../cluster/profile/profile';
import { Failure } from '../../notebook/failure';
import { count, imageOf } from '../shared';

export type ClusterFlags = {
  target?: string;
  kubeconfig?: string;
  context?: string;
  namespace?: string;
  profile?: string;
  image?: string;
  gpu?: number;
  gpuProduct?: string;
  cpu?: number;
  memory?: string;
  queue?: string;
  flavour?: Flavour;
  input?: string[];
  resultsPutUrl?: string;
  resultsGetUrl?: string;
  detach?: boolean;
  dryRun?: boolean;
  preflight?: boolean;
};

const FLAVOUR_NAMES: readonly Flavour[] = ['job', 'jobset', 'trainjob', 'pytorchjob', 'tfjob', 'rayjob'];

export function placeOptions(command: Command): Command {
  return command
    .option('--context <name>', 'of the kubeconfig (on a cluster)')
    .option('--namespace <name>', 'of the cluster')
    .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config');
}

/** For --target kubernetes; a profile of reprise.yaml says the same for good. */
export function clusterOptions(command: Command): Command {
  return placeOptions(command)
    .option('--profile <name>', 'of reprise.yaml: where it runs and what it gets there')
    .option('--image <name@sha256:…>', 'the image it runs in (on a cluster)')
    .addOption(new Option('--gpu <n>', 'how many GPUs, or none').argParser(gpus))
    .option('--gpu-product <name>', 'as the nodes are labelled, such as NVIDIA-H100-80GB-HBM3')
    .addOption(new Option('--cpu <n>', 'processors, and threads').argParser(count))
    .option('--memory <size>', 'such as 16Gi')
    .option('--queue <name>', "of Kueue's, in the namespace")
    .addOption(new Option('--flavour <kind>', 'what it becomes in the cluster').choices([...FLAVOUR_NAMES]))
    .option(
      '--input <glob...>',
      'files under the root that go along (on a cluster), such as those that only a library reads',
    )
    .addOption(
      new Option('--results-put-url <url>', 'a presigned address that the pod sends its results to').env(
        'REPRISE_RESULTS_PUT_URL',
      ),
    )
    .addOption(resultsGetOption())
    .option('--detach', 'come back when the cluster has it')
    .option('--preflight', 'say what would stop it, and send nothing')
    .option('--dry-run', 'print the manifests, and send nothing');
}

/** From where they are had when the pod is gone. */
export function resultsGetOption(): Option {
  return new Option('--results-get-url <url>', 'a presigned address of the results that a pod sent').env(
    'REPRISE_RESULTS_GET_URL',
  );
}

/** @throws Failure `bad-address`, without the address in it */
export function sinkOf({ resultsPutUrl: put, resultsGetUrl: get }: SinkFlags): Sink {
  for (const [option, address] of Object.entries({ put, get })) {
    if (address === undefined || /^https?:$/.test(URL.parse(address)?.protocol ?? '')) continue;
    throw new Failure(
      'usage',
      'bad-address',
      `--results-${option}-url is no http or https address. Nothing was sent.`,
    );
  }
  return { ...(put ? { put } : {}), ...(get ? { get } : {}) };
}

export type SinkFlags = Pick<ClusterFlags, 'resultsPutUrl' | 'resultsGetUrl'>;

export function targetFlags(flags: ClusterFlags): TargetFlags {
  const { context, namespace, image, gpu, gpuProduct, cpu, memory, queue, flavour } = flags;
  return { context, namespace, image: image && imageOf(image), gpu, gpuProduct, cpu, memory, queue, flavour };
}

function gpus(text: string): number {
  if (text === 'none') return 0;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It is a whole number, or none.');
}
