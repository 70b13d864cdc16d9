import { hashSeed } from './streams';

export type Policy = 'full' | 'close' | 'observe';
export const POLICIES: readonly Policy[] = ['full', 'close', 'observe'];

type Row = { name: string; value: string; why: string; source: string };

/**
 * Variables that `full` sets before the interpreter starts; a value that the user has set already stays.
 * Thread counts are fixed at the number of usable cores, not at one: the count is what results depend on.
 */
const FULL: readonly Row[] = [
  {
    name: 'CUBLAS_WORKSPACE_CONFIG',
    value: ':4096:8',
    why: 'cuBLAS repeats on several streams only with workspaces of a fixed size',
    source: 'cuBLAS guide, "Results reproducibility"',
  },
  {
    name: 'TF_DETERMINISTIC_OPS',
    value: '1',
    why: 'TensorFlow takes deterministic kernels, and tf.data runs random maps in order',
    source: 'tf.config.experimental.enable_op_determinism',
  },
  {
    name: 'TF_CUDNN_DETERMINISTIC',
    value: '1',
    why: 'TensorFlow before 2.1 knows only this switch',
    source: 'NVIDIA framework-reproducibility, TensorFlow',
  },
  {
    name: 'TORCHINDUCTOR_DETERMINISTIC',
    value: '1',
    why: 'compiled code is not chosen by timing on the device',
    source: 'torch/_inductor/config.py',
  },
  {
    name: 'FLASH_ATTENTION_DETERMINISTIC',
    value: '1',
    why: 'the backward pass of flash attention adds in a fixed order',
    source: 'transformers.enable_full_determinism',
  },
  {
    name: 'MKL_DYNAMIC',
    value: 'FALSE',
    why: 'MKL may otherwise use fewer threads under load, and reductions change with the count',
    source: 'oneMKL, conditional numerical reproducibility',
  },
  {
    name: 'OMP_DYNAMIC',
    value: 'FALSE',
    why: 'as MKL_DYNAMIC, for OpenMP',
    source: 'oneMKL, conditional numerical reproducibility',
  },
];

const THREAD_COUNTS = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_NUM_THREADS'];

/**
 * Variables for the kernel process under a policy.
 * @param recorded variables of the run being replayed: thread counts follow them, so that sums are taken in the same order.
 * @param given the environment that the kernel would inherit.
 * @param cores usable processor cores.
 */
export function kernelEnvironment(
  policy: Policy,
  seed: string,
  options: { given: NodeJS.ProcessEnv; cores: number; recorded?: Record<string, string> },
): Record<string, string> {
  if (policy === 'observe') return {};
  const variables: Record<string, string> = { PYTHONHASHSEED: hashSeed(seed) };
  if (policy === 'close') return variables;
  for (const { name, value } of FULL) variables[name] = options.given[name] ?? value;
  for (const name of THREAD_COUNTS) {
    variables[name] = options.recorded?.[name] ?? options.given[name] ?? String(options.cores);
  }
  return variables;
}
