/** TensorFlow 2.21 and Keras 3.15. `tf.random.set_seed` does not reach Keras 3's own seeds: those come from `random`. */
import { type Api, type Library, members } from './rule';

const at = (position: number) => ({ seed: { names: ['seed'], at: position } });
const op = { rule: 'tf-op-unseeded', reach: 'tensorflow' } as const;
const layer = { rule: 'keras-layer-unseeded', reach: 'keras' } as const;

function placed(module: string, row: Omit<Api, 'api' | 'seed'>, positions: Record<string, number>): Api[] {
  return Object.entries(positions).map(([name, position]) => ({
    api: `${module}.${name}`,
    ...row,
    ...at(position),
  }));
}

const INITIALIZERS = {
  GlorotNormal: 0, GlorotUniform: 0, HeNormal: 0, HeUniform: 0, LecunNormal: 0, LecunUniform: 0, Orthogonal: 1, OrthogonalInitializer: 1, RandomNormal: 2, RandomUniform: 2, TruncatedNormal: 2, VarianceScaling: 3, glorot_normal: 0, glorot_uniform: 0, he_normal: 0, he_uniform: 0, lecun_normal: 0, lecun_uniform: 0, orthogonal: 1, random_normal: 2, random_uniform: 2, truncated_normal: 2, variance_scaling: 3,
}; // prettier-ignore

const RANDOM_LAYERS = {
  AlphaDropout: 2, AugMix: 7, CutMix: 1, Dropout: 2, GaussianDropout: 1, GaussianNoise: 1, MixUp: 2, RandAugment: 4, RandomBrightness: 2, RandomColorDegeneration: 3, RandomColorJitter: 5, RandomContrast: 2, RandomCrop: 2, RandomElasticTransform: 6, RandomErasing: 4, RandomFlip: 1, RandomGaussianBlur: 5, RandomGrayscale: 2, RandomHue: 3, RandomInvert: 2, RandomPerspective: 4, RandomPosterization: 3, RandomRotation: 3, RandomSaturation: 3, RandomSharpness: 3, RandomShear: 6, RandomTranslation: 4, RandomZoom: 4, Solarization: 3, SpatialDropout1D: 1, SpatialDropout2D: 2, SpatialDropout3D: 2,
}; // prettier-ignore

/** Weights are drawn when the layer is built; its `seed`, where it has one, is the dropout's. */
const WEIGHTED =
  'Embedding DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D LSTM GRU SimpleRNN LSTMCell GRUCell SimpleRNNCell ConvLSTM1D ConvLSTM2D ConvLSTM3D MultiHeadAttention GroupQueryAttention AdditiveAttention';
/** These draw by one initializer, which can be given. */
const KERNELS = 'Dense EinsumDense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose';
const DRAWN: Api['when'] = [
  [
    {
      param: 'kernel_initializer',
      fallback: 'glorot_uniform',
      not: ['zeros', 'ones', 'Zeros', 'Ones', 'identity'],
    },
  ],
];

export const tensorflow: Library = {
  rules: [
    {
      id: 'tf-op-unseeded',
      severity: 'warning',
      enforced: true,
      title: 'draws from TensorFlow’s global generator',
    },
    {
      id: 'tf-generator-nondet',
      severity: 'error',
      enforced: true,
      title: 'takes its seed from the operating system: no seed function reaches it',
    },
    {
      id: 'tf-data-shuffle',
      severity: 'warning',
      enforced: true,
      title: 'shuffles by TensorFlow’s global generator',
    },
    {
      id: 'keras-layer-unseeded',
      severity: 'warning',
      enforced: true,
      title: 'takes its seed from Python’s `random` (`tf.random.set_seed` is not enough)',
    },
    {
      id: 'keras-seed-reuse',
      severity: 'info',
      enforced: false,
      verdict: 'seed-reuse',
      title: 'has the seed of another initializer: layers of one shape begin with the same weights',
    },
    {
      id: 'tf-shuffle-split-leak',
      severity: 'error',
      enforced: false,
      verdict: 'order-dependent',
      title: 'shuffles again in each round over the data',
    },
  ],
  apis: [
    ...placed('tensorflow.random', op, {
      normal: 4,
      uniform: 4,
      truncated_normal: 4,
      gamma: 4,
      poisson: 3,
      categorical: 3,
      shuffle: 1,
      all_candidate_sampler: 4,
      fixed_unigram_candidate_sampler: 11,
      learned_unigram_candidate_sampler: 5,
      log_uniform_candidate_sampler: 5,
      uniform_candidate_sampler: 5,
    }),
    ...placed('tensorflow.image', op, {
      random_brightness: 2,
      random_contrast: 3,
      random_crop: 2,
      random_flip_left_right: 1,
      random_flip_up_down: 1,
      random_hue: 2,
      random_jpeg_quality: 3,
      random_saturation: 3,
    }),
    ...placed('tensorflow.nn', op, {
      dropout: 3,
      all_candidate_sampler: 4,
      fixed_unigram_candidate_sampler: 11,
      learned_unigram_candidate_sampler: 5,
      sampled_softmax_loss: 9,
    }),
    ...placed('tensorflow', op, { random_normal_initializer: 2, random_uniform_initializer: 2 }),
    // Zero is no seed there, and the global one is not asked.
    ...members('tensorflow.nn', 'fractional_avg_pool fractional_max_pool', {
      rule: 'tf-generator-nondet',
      reach: null,
      when: [[{ param: 'seed', at: 4, fallback: 0, is: [0] }]],
    }),
    {
      api: 'tensorflow.image.sample_distorted_bounding_box',
      rule: 'tf-generator-nondet',
      reach: null,
      when: [[{ param: 'seed', at: 2, fallback: 0, is: [0] }]],
    },
    ...members('keras.utils.text', 'one_hot hashing_trick', {
      rule: 'py-hash-tokenizer',
      reach: null,
      when: [[{ param: 'hash_function', at: 2, fallback: null, is: [null] }]],
      fix: { param: 'hash_function', value: '"md5"' },
    }),
    { api: 'tensorflow.queue.RandomShuffleQueue', ...op, ...at(5) },
    {
      api: 'tensorflow.random.Generator.from_non_deterministic_state',
      rule: 'tf-generator-nondet',
      reach: null,
    },
    { api: 'tensorflow.random.get_global_generator', rule: 'tf-generator-nondet', reach: null },
    ...placed(
      'tensorflow.data.Dataset',
      { rule: 'tf-data-shuffle', reach: 'tensorflow' },
      { shuffle: 1, random: 0, sample_from_datasets: 2, rejection_resample: 3 },
    ),
    {
      api: 'tensorflow.data.Dataset.list_files',
      rule: 'tf-data-shuffle',
      reach: 'tensorflow',
      ...at(2),
      when: [[{ param: 'shuffle', at: 1, fallback: null, not: [false] }]],
    },
    ...placed('keras.initializers', { ...layer, makesStream: 'keras-seed-reuse' }, INITIALIZERS),
    ...placed('keras.layers', layer, RANDOM_LAYERS),
    ...members('keras.layers', WEIGHTED, layer),
    ...members('keras.layers', KERNELS, { ...layer, when: DRAWN }),
    // Without dropout it has nothing to draw.
    { api: 'keras.layers.Attention', ...layer, ...at(3), when: [[{ param: 'dropout', at: 2, given: true }]] },
    {
      api: 'keras.utils.image.ImageDataGenerator.flow',
      rule: 'keras-layer-unseeded',
      reach: 'numpy',
      ...at(5),
      when: [[{ param: 'shuffle', at: 3, fallback: true, is: [true] }]],
    },
    ...members('keras.utils.image.ImageDataGenerator', 'flow_from_directory flow_from_dataframe', {
      rule: 'keras-layer-unseeded',
      reach: 'numpy',
      seed: { names: ['seed'] },
      when: [[{ param: 'shuffle', fallback: true, is: [true] }]],
    }),
    ...placed('keras.random', layer, {
      SeedGenerator: 0,
      beta: 4,
      binomial: 4,
      categorical: 3,
      dropout: 3,
      gamma: 3,
      normal: 4,
      randint: 4,
      shuffle: 2,
      truncated_normal: 4,
      uniform: 4,
    }),
    ...placed(
      'keras.utils',
      { ...layer, when: [[{ param: 'shuffle', fallback: true, not: [false] }]] },
      { audio_dataset_from_directory: 9, image_dataset_from_directory: 8, text_dataset_from_directory: 7 },
    ),
    ...placed(
      'keras.utils',
      { ...layer, when: [[{ param: 'shuffle', fallback: false, is: [true] }]] },
      { split_dataset: 4, timeseries_dataset_from_array: 7 },
    ),
  ],
  types: {
    'tensorflow.data.Dataset.*': 'tensorflow.data.Dataset',
    'tensorflow.data.Dataset[]': 'tensorflow.data.Dataset',
    'tensorflow_datasets.load': 'tensorflow.data.Dataset',
    ...Object.fromEntries(
      'image_dataset_from_directory text_dataset_from_directory audio_dataset_from_directory timeseries_dataset_from_array split_dataset'
        .split(' ')
        .map((name) => [`keras.utils.${name}`, 'tensorflow.data.Dataset']),
    ),
    'tensorflow.data.TFRecordDataset': 'tensorflow.data.Dataset',
    'tensorflow.data.TextLineDataset': 'tensorflow.data.Dataset',
  },
};
