import type { Strings, Toleration } from '../manifests/kubernetes';

/** `reprise.yaml` at the root: where runs on Kubernetes go. For git; it holds no credential. */
export type Profiles = {
  /** The profile that is taken where no --profile names one; without it the first. */
  default?: string;
  profiles: { [name: string]: Profile };
};

export type Profile = {
  /** A context of the kubeconfig; without it the current one. */
  context?: string;
  /** Without it the context's. */
  namespace?: string;
  /**
   * The image that runs, by its digest: a tag is moved to another image.
   * @pattern ^[\w.\-/:]+@sha256:[0-9a-f]{64}$
   */
  image?: string;
  /**
   * Where the packages of the notebook come from: the image has them, or they are installed from the lock, with hashes, before the run.
   */
  environment?: 'image' | 'install';
  install?: Install;
  /**
   * The Python in the image.
   * @minLength 1
   */
  python?: string;
  gpu?: Gpu;
  /**
   * Processors; also the number of threads of the run, so a whole number.
   * @asType integer
   * @minimum 1
   */
  cpu?: number;
  /**
   * With its unit, as 16Gi.
   * @pattern ^[1-9]\d*(Ki|Mi|Gi|Ti)$
   */
  memory?: string;
  /**
   * Room for inputs, results and temporary files, as 20Gi.
   * @pattern ^[1-9]\d*(Ki|Mi|Gi|Ti)$
   */
  ephemeralStorage?: string;
  /** A LocalQueue of Kueue in the namespace. */
  queue?: string;
  priorityClass?: string;
  runtimeClass?: string;
  serviceAccount?: string;
  imagePullSecrets?: string[];
  nodeSelector?: Strings;
  tolerations?: Toleration[];
  /** Data besides the notebook's own files: claims, CSI volumes and what else a restricted namespace admits. */
  volumes?: DataVolume[];
  /** Where the pod has the notebook's files from, where they are too large for ConfigMaps: a claim or git. */
  bundle?: BundlePlace;
  /** Where results are kept besides the pod that made them, which may be lost; each run has a folder of its own there. */
  results?: ClaimFolder;
  /** Variables of the run; secret ones by the Secret that holds them. */
  env?: { [name: string]: string | SecretKey };
  /** What the run becomes in the cluster. */
  flavour?: Flavour;
  trainingRuntime?: TrainingRuntime;
  /**
   * The user that the container runs as; never 0.
   * @asType integer
   * @minimum 1
   */
  runAsUser?: number;
  /**
   * How long the notebook may run.
   * @asType integer
   * @minimum 1
   */
  deadlineSeconds?: number;
  /**
   * How long the pod may wait to be placed.
   * @asType integer
   * @minimum 1
   */
  pendingSeconds?: number;
  /**
   * How long the pod, with its GPU, waits for its results to be fetched.
   * @asType integer
   * @minimum 0
   */
  holdSeconds?: number;
  /**
   * How long the ended job and its log stay in the cluster.
   * @asType integer
   * @minimum 0
   */
  ttlSeconds?: number;
  labels?: Strings;
  annotations?: Strings;
};

export type Flavour = 'job' | 'jobset' | 'trainjob' | 'pytorchjob' | 'tfjob' | 'rayjob';

export type Gpu = {
  /**
   * 0 for none.
   * @asType integer
   * @minimum 0
   */
  count: number;
  /** The node label nvidia.com/gpu.product, as NVIDIA-H100-80GB-HBM3. */
  product?: string;
  /** The extended resource of the nodes; without it nvidia.com/gpu. */
  resource?: string;
};

export type Install = {
  with?: 'pip' | 'uv';
  /**
   * A package index; its credentials come from a Secret, through env.
   * @pattern ^https?://[^/@\s]+(/\S*)?$
   */
  indexUrl?: string;
  /** A PersistentVolumeClaim that keeps what was downloaded. */
  cacheClaim?: string;
};

export type ClaimFolder = {
  /**
   * A PersistentVolumeClaim in the namespace.
   * @minLength 1
   */
  pvc: string;
  /**
   * A folder in it, as team-a/runs.
   * @pattern ^(?!/)(?!.*(^|/)\.{1,2}(/|$))[^\\]+$
   */
  path?: string;
};

/** `pvc`: brought once, kept there by their digest, then found there. */
export type BundlePlace = Partial<ClaimFolder> & {
  /** Each run pushes its files to a ref of its own, which is taken away with the run; the image needs git. */
  git?: GitRemote;
};

export type GitRemote = {
  /**
   * The name of a remote of the notebook's repository, or an https, http or ssh address without a password.
   * @pattern ^(https?://[^/@\s?#]+/[^\s?#]+|ssh://([\w.-]+@)?[\w.][\w.-]*(:\d+)?/\S+|[\w.-]+@[\w.][\w.-]*:[^:\s-]\S*|\w[\w./-]*)$
   */
  remote: string;
  /**
   * A Secret in the namespace that lets the pod fetch there: password (a token), and username where it is not git; or
   * ssh-privatekey and known_hosts; ca.crt for a server whose certificate the image does not trust.
   * @minLength 1
   */
  secret?: string;
};

export type TrainingRuntime = { name: string; kind?: 'ClusterTrainingRuntime' | 'TrainingRuntime' };

export type SecretKey = { secretKeyRef: { name: string; key: string } };

/** One source of those that the restricted Pod Security Standard admits, as Kubernetes writes it. */
export type DataVolume = {
  name: string;
  /** @pattern ^/ */
  mountPath: string;
  subPath?: string;
  readOnly?: boolean;
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean };
  csi?: Source;
  ephemeral?: Source;
  emptyDir?: Source;
  configMap?: Source;
  secret?: Source;
  projected?: Source;
  downwardAPI?: Source;
  image?: Source;
};

type Source = { [field: string]: unknown };
