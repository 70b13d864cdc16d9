/** What the command line says of a cluster. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Addresses } from '../../cluster/addresses';
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
  bundlePutUrl?: string;
  bundleGetUrl?: string;
  bundleOut?: string;
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
  return addressOptions(placeOptions(command))
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
    .option('--detach', 'come back when the cluster has it')
    .option('--preflight', 'say what would stop it, and send nothing')
    .option('--dry-run', 'print the manifests, and send nothing')
    .option('--bundle-out <file>', "write the notebook's packed files there, and send nothing");
}

/** Addresses of a store; the environment is where no list of processes shows them. */
export function addressOptions(command: Command): Command {
  const address = (option: string, what: string) =>
    command.addOption(
      new Option(`--${option} <url>`, what).env(`REPRISE_${option.replaceAll('-', '_').toUpperCase()}`),
    );
  address('bundle-put-url', "a presigned address that the notebook's large files are put to from here");
  address('bundle-get-url', 'the one that the pod fetches them from');
  address('results-put-url', 'a presigned address that the pod sends its results to');
  return address('results-get-url', 'the one that they are read from when the pod is gone');
}

/**
 * `depot`: for the files that go there, `sink`: for the results that come back.
 * @throws Failure `bad-address`, without the address in it
 */
export function addressesOf(flags: AddressFlags): { depot: Addresses; sink: Addresses } {
  const depot = checked('bundle', { put: flags.bundlePutUrl, get: flags.bundleGetUrl });
  if (depot.put !== undefined && depot.get === undefined)
    throw badAddress('--bundle-put-url needs --bundle-get-url, which the pod fetches the files from');
  return { depot, sink: checked('results', { put: flags.resultsPutUrl, get: flags.resultsGetUrl }) };
}

function checked(of: string, { put, get }: Addresses): Addresses {
  for (const [option, address] of Object.entries({ put, get })) {
    if (address && !/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
      throw badAddress(`--${of}-${option}-url is no http or https address`);
  }
  return { ...(put ? { put } : {}), ...(get ? { get } : {}) };
}

function badAddress(what: string): Failure {
  return new Failure('usage', 'bad-address', `${what}. Nothing was sent.`);
}

export type AddressFlags = Pick<
  ClusterFlags,
  'bundlePutUrl' | 'bundleGetUrl' | 'resultsPutUrl' | 'resultsGetUrl'
>;

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
