/** PyTorch 2.13. `torch.Generator()` has a constant seed and is never random by itself. */
import { READS } from './numpy';
import { type Library, members } from './rule';

const seed = { names: ['generator'] };
const draw = { rule: 'pt-unseeded', reach: 'torch', seed } as const;
const module = { rule: 'pt-unseeded', reach: 'torch' } as const;

const LAYERS =
  'Linear Bilinear LazyLinear Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d Embedding EmbeddingBag RNN LSTM GRU RNNCell LSTMCell GRUCell MultiheadAttention Transformer TransformerEncoderLayer TransformerDecoderLayer Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout RReLU FractionalMaxPool2d FractionalMaxPool3d';
const FUNCTIONS =
  'dropout dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout gumbel_softmax rrelu fractional_max_pool2d fractional_max_pool3d';
const INIT =
  'uniform_ normal_ trunc_normal_ xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ orthogonal_ sparse_';

const TRANSFORMS =
  'RandomCrop RandomHorizontalFlip RandomVerticalFlip RandomResizedCrop RandomRotation RandomAffine RandomPerspective RandomErasing RandomGrayscale RandomInvert RandomPosterize RandomSolarize RandomAdjustSharpness RandomAutocontrast RandomEqualize RandomApply ColorJitter GaussianBlur ElasticTransform AutoAugment RandAugment TrivialAugmentWide AugMix';

export const torch: Library = {
  rules: [
    {
      id: 'pt-unseeded',
      severity: 'warning',
      enforced: true,
      title: 'draws from PyTorch’s global generator',
    },
    { id: 'pt-reseeded', severity: 'error', enforced: true, title: 'gives PyTorch another seed each time' },
    {
      id: 'pt-dataloader',
      severity: 'warning',
      enforced: true,
      title: 'shuffles by PyTorch’s global generator',
    },
    {
      id: 'pt-random-split',
      severity: 'warning',
      enforced: true,
      title: 'splits by PyTorch’s global generator',
    },
    {
      id: 'pt-empty',
      severity: 'info',
      enforced: 'full',
      verdict: 'volatile',
      title: 'gives memory as it is, which is read here',
    },
    {
      id: 'pt-dataset-rng',
      severity: 'warning',
      enforced: false,
      verdict: 'seed-reuse',
      title:
        'keeps a generator in the dataset: each worker of its loader gets a copy, and starts it anew in each epoch',
    },
    {
      id: 'tv-transforms',
      severity: 'info',
      enforced: true,
      title: 'draws from a global generator for each image',
    },
    { id: 'pt-sobol', severity: 'warning', enforced: false, title: 'scrambles with a seed of its own' },
  ],
  apis: [
    ...members(
      'torch',
      'rand randn randint randperm normal multinomial bernoulli poisson binomial rand_like randn_like randint_like rrelu svd_lowrank pca_lowrank',
      draw,
    ),
    ...members(
      'torch.Tensor',
      'random_ uniform_ normal_ bernoulli_ cauchy_ exponential_ geometric_ log_normal_ multinomial',
      draw,
    ),
    ...members('torch.nn.init', INIT, draw),
    ...members('torch.nn', LAYERS, module),
    ...members('torch.nn.functional', FUNCTIONS, module),
    { api: 'torch.seed', rule: 'pt-reseeded', reach: null },
    ...members('torch', 'empty empty_like empty_strided', {
      rule: 'pt-empty',
      reach: null,
      consumers: READS,
    }),
    ...['torchvision.transforms', 'torchvision.transforms.v2'].flatMap((module) =>
      members(module, TRANSFORMS, { rule: 'tv-transforms', reach: 'torch' }),
    ),
    { api: 'torch.distributions.Distribution.sample', ...module },
    {
      api: 'torchvision.models.model',
      ...module,
      when: [
        [
          { param: 'weights', fallback: null, is: [null] },
          { param: 'pretrained', at: 0, fallback: false, is: [false] },
        ],
      ],
    },
    ...members('torchvision.transforms', 'RandomOrder RandomChoice', {
      rule: 'tv-transforms',
      reach: 'python',
    }),
    {
      api: 'torch.utils.data.DataLoader',
      rule: 'py-unordered-parallel',
      reach: null,
      when: [[{ param: 'in_order', fallback: true, is: [false] }]],
      fix: { param: 'in_order', value: 'True' },
    },
    {
      api: 'lightning.Trainer',
      rule: 'pt-cudnn-benchmark',
      reach: null,
      when: [[{ param: 'benchmark', fallback: null, is: [true] }]],
      fix: { param: 'benchmark', value: 'False' },
    },
    {
      api: 'torch.utils.data.DataLoader',
      rule: 'pt-dataloader',
      reach: 'torch',
      seed: { names: ['generator'], at: 12 },
      when: [[{ param: 'shuffle', at: 2, fallback: null, is: [true] }]],
    },
    {
      api: 'torch.utils.data.random_split',
      rule: 'pt-random-split',
      reach: 'torch',
      seed: { names: ['generator'], at: 2 },
    },
    {
      api: 'torch.utils.data.RandomSampler',
      rule: 'pt-random-split',
      reach: 'torch',
      seed: { names: ['generator'], at: 3 },
    },
    {
      api: 'torch.utils.data.WeightedRandomSampler',
      rule: 'pt-random-split',
      reach: 'torch',
      seed: { names: ['generator'], at: 3 },
    },
    {
      api: 'torch.utils.data.SubsetRandomSampler',
      rule: 'pt-random-split',
      reach: 'torch',
      seed: { names: ['generator'], at: 1 },
    },
    {
      api: 'torch.quasirandom.SobolEngine',
      rule: 'pt-sobol',
      reach: null,
      seed: { names: ['seed'], at: 2 },
      when: [[{ param: 'scramble', at: 1, fallback: false, is: [true] }]],
    },
  ],
  types: Object.fromEntries(
    'tensor zeros ones empty full arange linspace rand randn zeros_like ones_like empty_like from_numpy as_tensor'
      .split(' ')
      .map((name) => [`torch.${name}`, 'torch.Tensor']),
  ),
};
