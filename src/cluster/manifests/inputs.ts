import type { ClaimFolder, SecretKey } from '../profile/profile';
import type { ConfigMap, Secret } from './kubernetes';
import { type JobIdentity, labelsOf, nameOf } from './request';

/** What an object may hold (`MaxSecretSize`); names of keys are counted too, to be on the safe side of it. */
export const OBJECT_BYTES = 1024 * 1024;
/** Beyond it the cluster's store suffers: its every member keeps all of it. */
export const CONFIG_MAPS_BYTES = 10 * OBJECT_BYTES;

/** A pod waits for so much at most: it holds its GPU meanwhile, and whoever sends it waits too. */
export const SUPPLIED_BYTES = 512 * OBJECT_BYTES;

export const BUNDLE = 'bundle.tar.gz';
export const LOCK_FILE = 'requirements.txt';

export type Way =
  | { way: 'configmap' | 'configmaps'; objects: number; sentence: string }
  | { way: 'exec' | 'claim' | 'address'; sentence: string }
  | { way: 'git'; url: string; sentence: string };

/** Beyond `SUPPLIED_BYTES`. */
export const TOO_LARGE =
  `The notebook and its files are more than ${sizeText(SUPPLIED_BYTES)} packed, which is the most that is brought to a pod that waits. ` +
  'Keep them on a volume claim or send them by git (bundle, in reprise.yaml), or give addresses of a store (--bundle-put-url and --bundle-get-url); ' +
  'or let the notebook read its large files from a volume (volumes, in reprise.yaml).';

/** How a bundle of so many bytes, at most `SUPPLIED_BYTES`, gets into the pod, and the sentence that says so. */
export function wayOf(bytes: number): Way {
  const size = sizeText(bytes);
  if (bytes > CONFIG_MAPS_BYTES) {
    const sentence =
      `The notebook and its files (${size}, and ${sizeText(CONFIG_MAPS_BYTES)} fit into ConfigMaps) are brought to the pod once it runs: ` +
      'leave this command running until the pod has them.';
    return { way: 'exec', sentence };
  }
  const objects = partNames(bytes).length;
  if (objects === 1)
    return {
      way: 'configmap',
      objects,
      sentence: `The notebook and its files (${size}) travel in one ConfigMap.`,
    };
  return {
    way: 'configmaps',
    objects,
    sentence: `The notebook and its files (${size}) travel in ${objects} ConfigMaps: one holds ${sizeText(OBJECT_BYTES)}.`,
  };
}

/** Files, of so many bytes packed, that are kept on a volume claim. */
export function claimWay(bytes: number, { pvc, path }: ClaimFolder): Way {
  const where = `the volume claim ${pvc}${path === undefined ? '' : `, in ${path}`}`;
  const sentence =
    `The notebook's files (${sizeText(bytes)}, and ${sizeText(CONFIG_MAPS_BYTES)} fit into ConfigMaps) are read from ${where}, by their digest. ` +
    'Where they are not there yet they are brought to the pod once it runs, and kept there for the next one: leave this command running until the pod has them.';
  return { way: 'claim', sentence };
}

/** Files, of so many bytes packed, that the pod fetches from an address; `isSent`: they are put there from here. */
export function addressWay({ size, sha256 }: { size: number; sha256: string }, isSent: boolean): Way {
  const what = `The notebook's files (${sizeText(size)})`;
  const sentence = isSent
    ? `${what} are put to the address that was given, and the pod fetches them from there: it has to reach that store.`
    : `The pod fetches the notebook's files (${sizeText(size)}, sha256 ${sha256}) from the address that was given: it has to reach that store, and they are to be there already (--bundle-out writes them).`;
  return { way: 'address', sentence };
}

/** GitHub's; others have none, or another. */
const PUSH_BYTES = 2 * 1024 * OBJECT_BYTES;

/** Files that are pushed to a ref of a git repository, which the pod fetches from `url`. */
export function gitWay(
  { size, files }: { size: number; files: number },
  {
    url,
    ref,
    secret,
    pushed = [],
  }: { url: string; ref: string; secret?: string; pushed?: readonly string[] },
): Way {
  const unencrypted = secret !== undefined && url.startsWith('http://');
  const sentences = [
    `The notebook's files are sent by git: ${files} ${files === 1 ? 'file' : 'files'}, ${sizeText(size)}, to ${url} (${ref}).`,
    'The pod fetches them from there with the git of its image: it has to reach that server. The ref is taken away with the run.',
    ...(pushed.length > 0
      ? [`They are pushed to ${pushed.join(' and ')} (pushurl), which has to be the same repository.`]
      : []),
    ...(unencrypted ? [`The pod's password goes there unencrypted, as it is http.`] : []),
    ...(size > PUSH_BYTES ? ['Hosts such as GitHub refuse a push of more than 2 GiB.'] : []),
  ];
  return { way: 'git', url, sentence: sentences.join(' ') };
}

export type InputFiles = {
  /** `agent.pyz`. */
  agent: Uint8Array;
  /** `pod.json`. */
  pod: string;
  /** The tar.gz; absent where it is brought. */
  bundle?: Uint8Array;
  /** Requirements with hashes, where the environment is installed. */
  lock?: string;
};

/** The objects to create before the Job; `mounted` are those that its request names as `inputs`, `lock` the one for `lock`. */
export type Inputs = { objects: ConfigMap[]; mounted: string[]; lock?: string };

export function inputs(request: JobIdentity, { agent, pod, bundle, lock }: InputFiles): Inputs {
  const name = nameOf(request);
  const object = (suffix: string, content: Partial<ConfigMap>) =>
    configMap(request, `${name}-${suffix}`, content);
  const program = object('agent', {
    binaryData: { 'agent.pyz': base64(agent), 'pod.json': base64(Buffer.from(pod)) },
  });
  const parts = bundle === undefined ? [] : partsOf(bundle);
  const bundles = parts.map(({ key, bytes }, index) =>
    object(parts.length === 1 ? 'bundle' : `bundle-${index}`, { binaryData: { [key]: base64(bytes) } }),
  );
  const locks = lock === undefined ? [] : [object('lock', { data: { [LOCK_FILE]: lock } })];
  const objects = [program, ...bundles, ...locks];
  return {
    objects,
    mounted: [program, ...bundles].map(({ metadata }) => metadata.name),
    ...(lock === undefined ? {} : { lock: `${name}-lock` }),
  };
}

function configMap(request: JobIdentity, name: string, content: Partial<ConfigMap>): ConfigMap {
  const { namespace } = request.target;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: labelsOf(request) },
    // Nobody changes what a run was given; and the kubelet need not watch it.
    immutable: true,
    ...content,
  };
}

/** The only place in which an address is kept: whoever has it can read or write there. */
export function addressSecret(
  request: JobIdentity,
  { name, key }: SecretKey['secretKeyRef'],
  address: string,
): Secret {
  const { namespace } = request.target;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: labelsOf(request) },
    immutable: true,
    stringData: { [key]: address },
  };
}

/** The bundle in one piece, or in pieces that each fill an object; joined in the order of their names they are the bundle. */
export function partsOf(bundle: Uint8Array): { key: string; bytes: Uint8Array }[] {
  const keys = partNames(bundle.length);
  const room = OBJECT_BYTES - (keys[0] as string).length;
  return keys.map((key, index) => ({ key, bytes: bundle.subarray(index * room, (index + 1) * room) }));
}

function partNames(bytes: number): string[] {
  if (bytes + BUNDLE.length <= OBJECT_BYTES) return [BUNDLE];
  const name = (index: number) => `${BUNDLE}.${String(index).padStart(3, '0')}`;
  const count = Math.ceil(bytes / (OBJECT_BYTES - name(0).length));
  return Array.from({ length: count }, (_, index) => name(index));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Rounded up: what is over a limit must not read like the limit. */
export function sizeText(bytes: number): string {
  if (bytes >= OBJECT_BYTES) return `${Math.ceil((bytes / OBJECT_BYTES) * 10) / 10} MiB`;
  return bytes >= 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${bytes} bytes`;
}
