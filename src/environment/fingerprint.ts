/**
 * What a run's numbers can depend on besides its sources: interpreter, machine, packages, variables. Records of earlier
 * versions lack what is optional here, which then is not compared.
 */
export type Fingerprint = {
  python: {
    version: string;
    build: string;
    implementation: string;
    compiler: string;
    /** Of strings: `random` for each process, `fixed` by PYTHONHASHSEED, or `off`. */
    hashing?: string;
    /** `gil`, or `free` of it. */
    threading?: string;
  };
  os: { system: string; release: string; libc: string; distribution?: string };
  /**
   * `flags`: sha256 of the sorted instruction-set flags. `cores`: that the process may use, `affinity` which.
   * `identity`: vendor, family, model and stepping. `hypervisor`: `none` on bare metal.
   */
  cpu: {
    model: string;
    flags: string;
    cores: number;
    affinity?: string;
    logical?: number;
    identity?: string;
    microcode?: string;
    hypervisor?: string;
    numa?: number;
  };
  gpus: { product: string; driver?: string }[];
  packages: Record<string, string>;
  variables: Record<string, string>;
  /** As POSIX resolves it from the variables; and what text files are read as. */
  locale?: { collate: string; numeric: string; encoding: string };
  timezone?: string;
  /** Type of the file system that the root lies in. */
  filesystem?: string;
} & Partial<Readings>;

/** What a run had loaded when it ended. Records of earlier versions, and of kernels that died, have none. */
export type Loaded = {
  libraries?: LoadedLibrary[];
  /** Instruction sets that NumPy's kernels use. */
  dispatch?: string[];
  /** Of multiprocessing, where the notebook set it. */
  startMethod?: string;
  /** Versions and settings of the frameworks that the notebook imported. */
  torch?: Record<string, string>;
  tensorflow?: Record<string, string>;
  jax?: Record<string, string>;
  /** Versions of `node`, `v8` and `deno`, of a notebook that is not in Python. */
  javascript?: Record<string, string>;
  gpus?: Record<string, string>[];
} & Readings;

/** `of`: the package that brought it, or `system`. `architecture`: the kernels that it chose for this processor. */
export type LoadedLibrary = {
  name: string;
  api: string;
  of: string;
  version?: string;
  architecture?: string;
  layer?: string;
  threads?: number;
};

/** Where items were read from; and why others were not. */
type Readings = { how: Record<string, string>; unavailable: Record<string, string> };

export type Drift = {
  what: string;
  kind: 'package' | 'python' | 'variable' | 'cpu' | 'gpu' | 'image' | 'os';
  before?: string;
  after?: string;
  affects: ('streams' | 'numbers' | 'order' | 'nothing')[];
};
