/**
 * Operations that have no deterministic form on a GPU, or none unless it is asked for: what
 * `torch.use_deterministic_algorithms(True)` raises for (PyTorch 2.13), NVIDIA's list for TensorFlow. They count where the
 * notebook uses a GPU.
 */
import { type Api, type Condition, type Library, members } from './rule';

const torchOp = { rule: 'pt-nondet-op', reach: null } as const;
const tensorflowOp = { rule: 'tf-nondet-op', reach: null } as const;

const smooth = (at: number): Condition[][] => [
  [{ param: 'mode', at, fallback: 'nearest', is: ['linear', 'bilinear', 'bicubic', 'trilinear'] }],
];
const given = (param: string, at?: number): Condition[][] => [
  [{ param, given: true, ...(at === undefined ? {} : { at }) }],
];

const LAYERS =
  'AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool2d AvgPool3d FractionalMaxPool2d FractionalMaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d ReflectionPad1d ReflectionPad2d ReflectionPad3d CTCLoss';
const FUNCTIONS =
  'adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d avg_pool3d max_unpool1d max_unpool2d max_unpool3d ctc_loss grid_sample';

const ROWS: Api[] = [
  ...members('torch.nn', LAYERS, torchOp),
  ...members('torch.nn.functional', FUNCTIONS, torchOp),
  { api: 'torch.nn.Upsample', ...torchOp, when: smooth(2) },
  { api: 'torch.nn.functional.interpolate', ...torchOp, when: smooth(3) },
  { api: 'torch.nn.EmbeddingBag', ...torchOp, when: [[{ param: 'mode', at: 5, fallback: 'mean', is: ['max'] }]] },
  { api: 'torch.histc', ...torchOp },
  { api: 'torch.bincount', ...torchOp, when: given('weights', 1) },
  { api: 'torch.kthvalue', ...torchOp },
  { api: 'torch.median', ...torchOp, when: given('dim', 1) },
  { api: 'torch.cumsum', ...torchOp, until: '2.14' },
  ...members('tensorflow.image', 'adjust_contrast crop_and_resize', tensorflowOp),
  { api: 'tensorflow.math.bincount', ...tensorflowOp },
  { api: 'tensorflow.sparse.sparse_dense_matmul', ...tensorflowOp },
  { api: 'keras.layers.UpSampling2D', ...tensorflowOp, when: [[{ param: 'interpolation', fallback: 'nearest', is: ['nearest'] }]] },
]; // prettier-ignore

export const GPU_APIS: ReadonlyMap<string, readonly Api[]> = new Map(ROWS.map((row) => [row.api, [row]]));

export const gpu: Library = {
  rules: [
    {
      id: 'pt-det-algos',
      severity: 'info',
      enforced: 'full',
      verdict: 'nondeterministic-operation',
      title:
        'uses a GPU without `torch.use_deterministic_algorithms(True)`: many operations add in another order each time',
    },
    {
      id: 'pt-nondet-op',
      severity: 'info',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title: 'has no deterministic form on a GPU',
    },
    {
      id: 'tf-op-determinism-missing',
      severity: 'info',
      enforced: 'full',
      verdict: 'nondeterministic-operation',
      title: 'uses a GPU without `tf.config.experimental.enable_op_determinism()`',
    },
    {
      id: 'tf-nondet-op',
      severity: 'info',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title: 'has no deterministic form on a GPU',
    },
    {
      id: 'jax-gpu-nondet',
      severity: 'info',
      enforced: 'full',
      verdict: 'nondeterministic-operation',
      title:
        'computes on a GPU, where scatter, products and convolutions add in any order unless XLA_FLAGS says otherwise',
    },
  ],
  apis: [],
};

/** By the numbers of a release; an unknown version is taken for one that has not been repaired. */
export function isBefore(version: string | undefined, release: string): boolean {
  if (version === undefined) return true;
  const [a, b] = [version, release].map((text) => text.split(/[.+]/).map(Number));
  for (let i = 0; i < b!.length; i++) if ((a![i] ?? 0) !== b![i]) return (a![i] ?? 0) < b![i]!;
  return false;
}
