/**
 * What differs between two environments, and what that can change. The table is what was measured or what vendors
 * state; a package it does not know is taken to change numbers, because silence would be a claim.
 */
import type { Drift, Fingerprint } from './fingerprint';

type Affects = Drift['affects'];

const NOTHING: Affects = ['nothing'];
const NUMBERS: Affects = ['numbers'];
const STREAMS_AND_NUMBERS: Affects = ['streams', 'numbers'];
const ALL: Affects = ['streams', 'numbers', 'order'];

/** [names, at any version change]. First match counts. Names are normalised as PEP 503 has them. */
const PACKAGES: readonly (readonly [RegExp, Affects])[] = [
  // The kernel and its transport carry code and outputs; no number passes through them.
  [
    /^(ipykernel|jupyter-(client|core|server|events|lsp)|jupyterlab(-.*)?|notebook(-shim)?|nbclient|nbconvert|nbformat)$/,
    NOTHING,
  ],
  [/^(comm|debugpy|pyzmq|tornado|traitlets|nest-asyncio2?|matplotlib-inline|appnope|papermill)$/, NOTHING],
  // IPython's parts: prompt, completion, colouring, stack display.
  [
    /^(jedi|parso|prompt-toolkit|pygments|stack-data|asttokens|executing|pure-eval|pexpect|ptyprocess|wcwidth|decorator)$/,
    NOTHING,
  ],
  [/^ipython(-pygments-lexers|-genutils)?$/, NOTHING],
  // Installers, linters, test runners, type checkers and their helpers.
  [
    /^(pip|setuptools|wheel|uv|build|hatch(ling)?|poetry(-core)?|flit-core|virtualenv|pipx|pip-tools|tox|nox)$/,
    NOTHING,
  ],
  [
    /^(pytest(-.*)?|pluggy|iniconfig|coverage|hypothesis|mypy(-extensions)?|ruff|black|isort|flake8|pylint|pre-commit)$/,
    NOTHING,
  ],
  [/^(typing-extensions|psutil|tqdm|rich|certifi|platformdirs|packaging|six|colorama|filelock)$/, NOTHING],
  // pandas and NumPy use them for dates: a time zone rule that changed moves timestamps.
  [/^(tzdata|pytz|python-dateutil)$/, NUMBERS],
  // torch and TensorFlow draw in their own kernels; their releases change consumption and kernels alike.
  [/^(torch|torchvision|torchaudio|pytorch-triton|triton)$/, STREAMS_AND_NUMBERS],
  [/^(tensorflow(-.*)?|keras|tf-keras|tf-nightly)$/, STREAMS_AND_NUMBERS],
  // JAX 0.5 made every stream partitionable: all its draws changed.
  [/^(jax|jaxlib|flax|jax-cuda.*)$/, STREAMS_AND_NUMBERS],
  // CUDA's libraries choose the algorithms of convolutions, products and reductions.
  [/^(nvidia-.*|cuda-.*|cupy(-.*)?)$/, NUMBERS],
  // Estimators and samplers draw in an internal order that a release may change.
  [/^(scikit-learn|imbalanced-learn|scipy|statsmodels|networkx|umap-learn|hdbscan)$/, STREAMS_AND_NUMBERS],
  [/^(xgboost|lightgbm|catboost)(-.*)?$/, STREAMS_AND_NUMBERS],
  [
    /^(transformers|datasets|accelerate|diffusers|optuna|gymnasium|pytorch-lightning|lightning)$/,
    STREAMS_AND_NUMBERS,
  ],
  // Row order of group_by, unique and join is the engine's own.
  [/^(polars(-.*)?|duckdb|dask|pyspark)$/, ['numbers', 'order']],
  [/^pandas$/, ['numbers', 'order']],
  // They schedule work: task batching decides which draw goes to which task.
  [/^(joblib|loky|cloudpickle)$/, ['streams', 'order']],
  // BLAS in use decides the last bits of products and decompositions.
  [/^(mkl(-.*)?|intel-openmp|blas|openblas|libopenblas|scipy-openblas(32|64))$/, NUMBERS],
];

/** Variables of the process, by name. First match counts. */
const VARIABLES: readonly (readonly [RegExp, Affects])[] = [
  // Iteration order of sets of strings, hash(), and what draws from them.
  [/^PYTHONHASHSEED$/, ['order', 'streams']],
  // NumPy's dispatch decides last bits, and how unstable sorts order ties.
  [/^NPY_/, ['numbers', 'order']],
  // Thread counts decide how reductions and products are split.
  [/_NUM_THREADS$|^(KMP|GOTO|VECLIB|NUMEXPR|NUMBA)_/, NUMBERS],
  [/^(OPENBLAS|OMP|MKL|BLIS|ATEN|ONEDNN|DNNL)_/, NUMBERS],
  // Determinism switches, precision flags and algorithm choice on the accelerator.
  [/^(CUBLAS|CUBLASLT|CUDNN|CUDA|NVIDIA|NCCL|TORCH|TORCHINDUCTOR|HOROVOD)_/, NUMBERS],
  // XLA and JAX switches also choose the generator (jax_threefry_partitionable, jax_default_prng_impl).
  [/^(TF|XLA|JAX)_/, STREAMS_AND_NUMBERS],
  // Engine threads of polars: row order without maintain_order.
  [/^PL_/, ['numbers', 'order']],
  // Collation sorts, decimal points and messages.
  [/^(LANG|LC_.*)$/, ['order', 'numbers']],
  [/^TZ$/, NUMBERS],
  // Only time stamps inside written files.
  [/^SOURCE_DATE_EPOCH$/, NUMBERS],
];

export function compareFingerprints(before: Fingerprint, after: Fingerprint): Drift[] {
  return [
    ...pythonDrift(before, after),
    ...packageDrift(before.packages, after.packages),
    ...variableDrift(before.variables, after.variables),
    ...machineDrift(before, after),
  ];
}

/** The rows that can change a result. */
export function driftThatMatters(drift: readonly Drift[]): Drift[] {
  return drift.filter(({ affects }) => affects.some((what) => what !== 'nothing'));
}

function pythonDrift({ python: before }: Fingerprint, { python: after }: Fingerprint): Drift[] {
  return [
    ...row('python', 'python', before.version, after.version, affectsOfPython(before.version, after.version)),
    // PyPy and CPython share no set layout and no float paths in extension modules.
    ...row('python implementation', 'python', before.implementation, after.implementation, ALL),
    ...(before.version === after.version
      ? [
          ...row('python build', 'python', before.build, after.build, NOTHING),
          // The compiler of the interpreter decides libm inlining in `math`; extension modules bring their own.
          ...row('python compiler', 'python', before.compiler, after.compiler, NUMBERS),
        ]
      : []),
  ];
}

/** A minor release may change random's methods, hash(), float formatting and set layout; a patch release fixes bugs. */
export function affectsOfPython(before: string, after: string): Affects {
  return series(before, 2) === series(after, 2) ? NOTHING : ALL;
}

function packageDrift(before: Record<string, string>, after: Record<string, string>): Drift[] {
  return differing(before, after).map(([name, old, present]) => ({
    what: name,
    kind: 'package',
    ...values(old, present),
    affects: affectsOfPackage(name, old, present),
  }));
}

export function affectsOfPackage(name: string, before?: string, after?: string): Affects {
  if (name === 'numpy') {
    // Generator streams may change on X.Y releases and only there; a bug-fix release brings another OpenBLAS.
    const same = before !== undefined && after !== undefined && series(before, 2) === series(after, 2);
    return same ? NUMBERS : ALL;
  }
  return PACKAGES.find(([names]) => names.test(name))?.[1] ?? NUMBERS;
}

function variableDrift(before: Record<string, string>, after: Record<string, string>): Drift[] {
  return differing(before, after).map(([name, old, present]) => ({
    what: name,
    kind: 'variable',
    ...values(old, present),
    // Only variables that can change results are in a fingerprint: one that is not in the table still counts.
    affects: VARIABLES.find(([names]) => names.test(name))?.[1] ?? NUMBERS,
  }));
}

function machineDrift(before: Fingerprint, after: Fingerprint): Drift[] {
  const gpus = ({ gpus }: Fingerprint): string => gpus.map(({ product }) => product).join(', ');
  const drivers = ({ gpus }: Fingerprint): string => gpus.map(({ driver }) => driver ?? '').join(', ');
  return [
    ...row('os', 'os', before.os.system, after.os.system, ALL),
    ...row('os release', 'os', before.os.release, after.os.release, NOTHING),
    // libm is part of it: exp, log, pow.
    ...row('libc', 'os', before.os.libc, after.os.libc, NUMBERS),
    // Instruction sets decide dispatch: last bits, torch's normal draws, ties of unstable sorts.
    ...row('cpu flags', 'cpu', before.cpu.flags, after.cpu.flags, ALL),
    // BLAS picks its kernels by core type even where the instruction sets are the same.
    ...row('cpu model', 'cpu', before.cpu.model, after.cpu.model, NUMBERS),
    // Default thread counts follow the cores.
    ...row('cpu cores', 'cpu', String(before.cpu.cores), String(after.cpu.cores), NUMBERS),
    // Architecture and number of multiprocessors decide how every reduction is split.
    ...row('gpu', 'gpu', gpus(before), gpus(after), NUMBERS),
    // Code comes compiled with the CUDA libraries; the driver alone rarely recompiles any.
    ...(gpus(before) === gpus(after)
      ? row('gpu driver', 'gpu', drivers(before), drivers(after), NOTHING)
      : []),
  ];
}

function row(what: string, kind: Drift['kind'], before: string, after: string, affects: Affects): Drift[] {
  return before === after
    ? []
    : [{ what, kind, ...values(before || undefined, after || undefined), affects }];
}

function differing(
  before: Record<string, string>,
  after: Record<string, string>,
): [name: string, before: string | undefined, after: string | undefined][] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((name) => before[name] !== after[name])
    .map((name) => [name, before[name], after[name]]);
}

function values(before?: string, after?: string): { before?: string; after?: string } {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function series(version: string, parts: number): string {
  return version.split('.').slice(0, parts).join('.');
}
