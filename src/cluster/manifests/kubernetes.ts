/** The parts of Kubernetes' own types that the manifests use, by their names in its API. */

/** Names with their texts, as labels. */
export type Strings = { [name: string]: string };

export type Metadata = {
  name: string;
  namespace?: string;
  labels?: Strings;
  annotations?: Strings;
  ownerReferences?: OwnerReference[];
};

export type OwnerReference = {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
};

export type Manifest = { apiVersion: string; kind: string; metadata: Metadata };

export type ConfigMap = Manifest & {
  apiVersion: 'v1';
  kind: 'ConfigMap';
  immutable?: boolean;
  data?: Strings;
  /** Base64. */
  binaryData?: Strings;
};

export type Secret = Manifest & {
  apiVersion: 'v1';
  kind: 'Secret';
  immutable?: boolean;
  stringData: Strings;
};

export type EnvVar =
  | { name: string; value: string }
  | {
      name: string;
      valueFrom: { fieldRef: { fieldPath: string } } | { secretKeyRef: { name: string; key: string } };
    };

export type Resources = { requests: Strings; limits: Strings };

export type VolumeMount = { name: string; mountPath: string; readOnly?: boolean; subPath?: string };

export type Volume = { name: string } & { [source: string]: unknown };

export type Container = {
  name: string;
  image: string;
  imagePullPolicy: 'IfNotPresent';
  command?: string[];
  env: EnvVar[];
  resources: Resources;
  securityContext: {
    allowPrivilegeEscalation: false;
    readOnlyRootFilesystem: boolean;
    capabilities: { drop: ['ALL'] };
  };
  terminationMessagePolicy?: 'FallbackToLogsOnError';
  volumeMounts: VolumeMount[];
};

export type Toleration = {
  key?: string;
  operator?: 'Exists' | 'Equal';
  value?: string;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  tolerationSeconds?: number;
};

export type PodSpec = {
  restartPolicy: 'Never';
  activeDeadlineSeconds?: number;
  terminationGracePeriodSeconds: number;
  automountServiceAccountToken: false;
  enableServiceLinks: false;
  serviceAccountName?: string;
  imagePullSecrets?: { name: string }[];
  priorityClassName?: string;
  runtimeClassName?: string;
  nodeSelector?: Strings;
  tolerations?: Toleration[];
  affinity?: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: unknown[] } };
  securityContext: {
    runAsNonRoot: true;
    runAsUser: number;
    runAsGroup: number;
    fsGroup: number;
    fsGroupChangePolicy: 'OnRootMismatch';
    seccompProfile: { type: 'RuntimeDefault' };
  };
  initContainers?: Container[];
  containers: Container[];
  volumes: Volume[];
};

export type PodTemplate = { metadata: { labels: Strings; annotations?: Strings }; spec: PodSpec };

export type Job = Manifest & {
  apiVersion: 'batch/v1';
  kind: 'Job';
  spec: {
    completions: 1;
    parallelism: 1;
    backoffLimit: 0;
    podReplacementPolicy: 'Failed';
    podFailurePolicy: { rules: unknown[] };
    activeDeadlineSeconds?: number;
    ttlSecondsAfterFinished: number;
    suspend?: boolean;
    template: PodTemplate;
  };
};
