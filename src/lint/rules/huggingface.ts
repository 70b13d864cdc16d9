/** Hugging Face and those around it: what a hub gives, heads that are drawn, text and images that are sampled. */
import { type Condition, type Library, members } from './rule';
const kwSeed = { names: ['seed'] };

/** A repository of the hub, and no folder or format; a revision that is no commit can move. */
const HUB =
  /^(?!(\.|\/|~|(outputs?|results?|models?|checkpoints?|saved\w*|data|tmp|logs|runs|my)\b)|(csv|json|parquet|text|arrow|pandas|xml|webdataset|imagefolder|audiofolder|videofolder)$)[\w.-]+(\/[\w.-]+)?$/;
const revision = (param: string, at = 0, place?: number): Condition[][] => [
  [
    { param, at, matches: HUB },
    {
      param: 'revision',
      fallback: 'main',
      matches: /^(?![0-9a-f]{40}$)/,
      ...(place === undefined ? {} : { at: place }),
    },
  ],
];
export const huggingface: Library = {
  rules: [
    { id: 'hf-shuffle', severity: 'warning', enforced: true, title: 'shuffles by NumPy’s global generator' },
    {
      id: 'hf-model-before-seed',
      severity: 'warning',
      enforced: true,
      title: 'draws the weights of a new head from PyTorch’s global generator, before a trainer seeds it',
    },
    {
      id: 'hf-revision',
      severity: 'warning',
      enforced: false,
      verdict: 'volatile',
      title: 'takes the newest revision; a commit as `revision` stays',
    },
    { id: 'hf-generate', severity: 'warning', enforced: true, title: 'samples by a global generator' },
  ],
  apis: [
    {
      api: 'datasets.Dataset.shuffle',
      rule: 'hf-shuffle',
      reach: 'numpy',
      seed: { names: ['seed', 'generator'], at: 0 },
    },
    {
      api: 'datasets.Dataset.train_test_split',
      rule: 'hf-shuffle',
      reach: 'numpy',
      seed: { names: ['seed', 'generator'], at: 4 },
      when: [[{ param: 'shuffle', at: 2, fallback: true, is: [true] }]],
    },
    {
      api: 'transformers.PreTrainedModel.from_pretrained',
      rule: 'hf-revision',
      reach: null,
      when: revision('pretrained_model_name_or_path'),
    },
    { api: 'transformers.pipeline', rule: 'hf-revision', reach: null, when: revision('model', 1, 8) },
    { api: 'datasets.load_dataset', rule: 'hf-revision', reach: null, when: revision('path', 0, 12) },
    ...members('huggingface_hub', 'hf_hub_download snapshot_download', {
      rule: 'hf-revision',
      reach: null,
      when: revision('repo_id'),
    }),
    {
      api: 'torch.hub.load',
      rule: 'hf-revision',
      reach: null,
      when: [[{ param: 'repo_or_dir', at: 0, matches: /^[\w.-]+\/[\w.-]+$/ }]],
    },
    {
      api: 'timm.create_model',
      rule: 'hf-revision',
      reach: null,
      when: [[{ param: 'pretrained', at: 1, fallback: false, is: [true] }]],
    },
    { api: 'transformers.AutoModelForHead.from_pretrained', rule: 'hf-model-before-seed', reach: 'torch' },
    {
      api: 'transformers.AutoModelForHead.from_pretrained',
      rule: 'hf-revision',
      reach: null,
      when: revision('pretrained_model_name_or_path'),
    },
    {
      api: 'transformers.GenerationMixin.generate',
      rule: 'hf-generate',
      reach: 'torch',
      when: [[{ param: 'do_sample', fallback: false, is: [true] }]],
    },
    {
      api: 'transformers.pipeline()',
      rule: 'hf-generate',
      reach: 'torch',
      when: [[{ param: 'do_sample', fallback: false, is: [true] }]],
    },
    {
      api: 'diffusers.DiffusionPipeline()',
      rule: 'hf-generate',
      reach: 'torch',
      seed: { names: ['generator'] },
    },
    {
      api: 'vllm.SamplingParams',
      rule: 'hf-generate',
      reach: 'torch',
      seed: kwSeed,
      when: [[{ param: 'temperature', fallback: 1, not: [0] }]],
    },
  ],
  types: {
    'datasets.load_dataset': 'datasets.Dataset',
    'datasets.load_from_disk': 'datasets.Dataset',
    'datasets.Dataset.from_dict': 'datasets.Dataset',
    'datasets.Dataset.from_pandas': 'datasets.Dataset',
    'datasets.Dataset.*': 'datasets.Dataset',
    'datasets.Dataset[]': 'datasets.Dataset',
    'diffusers.DiffusionPipeline.from_pretrained': 'diffusers.DiffusionPipeline',
    'diffusers.DiffusionPipeline.to': 'diffusers.DiffusionPipeline',
  },
};
