/** What a run's numbers can depend on besides its sources: interpreter, machine, packages, variables. */
export type Fingerprint = {
  python: { version: string; build: string; implementation: string; compiler: string };
  os: { system: string; release: string; libc: string };
  /** `flags`: sha256 of the sorted instruction-set flags. */
  cpu: { model: string; flags: string; cores: number };
  gpus: { product: string; driver?: string }[];
  packages: Record<string, string>;
  variables: Record<string, string>;
};

export type Drift = {
  what: string;
  kind: 'package' | 'python' | 'variable' | 'cpu' | 'gpu' | 'image' | 'os';
  before?: string;
  after?: string;
  affects: ('streams' | 'numbers' | 'order' | 'nothing')[];
};
