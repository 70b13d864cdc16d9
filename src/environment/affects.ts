/**
 * What a change can change. The table is what was measured or what vendors state; a package it does not know is taken to
 * change numbers, because silence would be a claim.
 */
import type { Drift } from './fingerprint';

export type Affects = Drift['affects'];

export const NOTHING: Affects = ['nothing'];
export const NUMBERS: Affects = ['numbers'];
export const STREAMS_AND_NUMBERS: Affects = ['streams', 'numbers'];
export const ALL: Affects = ['streams', 'numbers', 'order'];

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

/** A minor release may change random's methods, hash(), float formatting and set layout; a patch release fixes bugs. */
export function affectsOfPython(before: string, after: string): Affects {
  return series(before, 2) === series(after, 2) ? NOTHING : ALL;
}

export function affectsOfPackage(name: string, before?: string, after?: string): Affects {
  if (name === 'numpy') {
    // Generator streams may change on X.Y releases and only there; a bug-fix release brings another OpenBLAS.
    const same = before !== undefined && after !== undefined && series(before, 2) === series(after, 2);
    return same ? NUMBERS : ALL;
  }
  return PACKAGES.find(([names]) => names.test(name))?.[1] ?? NUMBERS;
}

/** Only variables that can change results are in a fingerprint: one that is not in the table still counts. */
export function affectsOfVariable(name: string): Affects {
  return VARIABLES.find(([names]) => names.test(name))?.[1] ?? NUMBERS;
}

function series(version: string, parts: number): string {
  return version.split('.').slice(0, parts).join('.');
}
