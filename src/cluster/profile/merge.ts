import type { Flavour, Gpu, Profile } from './profile';

/** What the command line says over the profile. */
export type TargetFlags = Pick<
  Profile,
  | 'context'
  | 'namespace'
  | 'image'
  | 'queue'
  | 'flavour'
  | 'cpu'
  | 'memory'
  | 'deadlineSeconds'
  | 'holdSeconds'
> & {
  /** How many; `none` is 0. */
  gpu?: number;
  gpuProduct?: string;
};

/** Where a run goes and what it gets there: the profile under the flags, with every default said. */
export type Target = Profile & {
  environment: 'image' | 'install';
  python: string;
  gpu: Gpu & { resource: string };
  cpu: number;
  memory: string;
  ephemeralStorage: string;
  flavour: Flavour;
  runAsUser: number;
  pendingSeconds: number;
  holdSeconds: number;
  ttlSeconds: number;
};

const DEFAULTS = {
  environment: 'image',
  python: 'python3',
  cpu: 2,
  memory: '4Gi',
  ephemeralStorage: '10Gi',
  flavour: 'job',
  runAsUser: 1000,
  pendingSeconds: 24 * 3600,
  holdSeconds: 600,
  // Longer than a laptop's night: the log and the verdict go with the job.
  ttlSeconds: 24 * 3600,
} as const;

/** Flags are over the profile, and the profile over the defaults. */
export function mergeTarget(profile: Profile, { gpu, gpuProduct, ...flags }: TargetFlags = {}): Target {
  const product = gpuProduct ?? profile.gpu?.product;
  return {
    ...DEFAULTS,
    ...defined(profile),
    ...defined(flags),
    gpu: {
      resource: profile.gpu?.resource ?? 'nvidia.com/gpu',
      // Who names a product wants one of it.
      count: gpu ?? profile.gpu?.count ?? (gpuProduct === undefined ? 0 : 1),
      ...(product === undefined ? {} : { product }),
    },
  };
}

/** Without the fields that are there and undefined, which would hide those under them. */
function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
