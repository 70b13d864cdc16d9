/** Boosting, augmentation, search, reinforcement learning, graphs and what else takes a seed of its own. */
import { type Api, type Condition, type Library, members } from './rule';

const randomState = { names: ['random_state'] };
const kwSeed = { names: ['seed'] };

const IMBALANCED: [module: string, names: string][] = [
  ['over_sampling', 'SMOTE SMOTENC SMOTEN BorderlineSMOTE KMeansSMOTE SVMSMOTE ADASYN RandomOverSampler'],
  ['under_sampling', 'RandomUnderSampler ClusterCentroids CondensedNearestNeighbour InstanceHardnessThreshold OneSidedSelection'],
  ['combine', 'SMOTEENN SMOTETomek'],
  ['ensemble', 'BalancedBaggingClassifier BalancedRandomForestClassifier EasyEnsembleClassifier RUSBoostClassifier'],
]; // prettier-ignore

const GRAPHS: [names: string, at: number | undefined, reach: 'python' | 'numpy'][] = [
  ['random_geometric_graph', 5, 'python'],
  ['powerlaw_cluster_graph random_regular_graph', undefined, 'python'],
  ['community.louvain_communities community.asyn_lpa_communities', undefined, 'python'],
  [
    'gnp_random_graph erdos_renyi_graph fast_gnp_random_graph barabasi_albert_graph gnm_random_graph',
    2,
    'python',
  ],
  ['watts_strogatz_graph newman_watts_strogatz_graph connected_watts_strogatz_graph', 3, 'python'],
  ['spring_layout', 10, 'numpy'],
  ['random_layout', 3, 'numpy'],
];

const LGB_SETTINGS = ['deterministic', 'force_row_wise', 'force_col_wise'];

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

const gpu = (param: string): Api['when'] => [[{ param, is: ['GPU', 'gpu', 'cuda'] }]];

export const frameworks: Library = {
  rules: [
    {
      id: 'xgb-shotgun',
      severity: 'error',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title: 'updates in threads that do not wait for each other: another solution on each run',
    },
    {
      id: 'cat-gpu',
      severity: 'warning',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title: 'trains on a GPU, where CatBoost is not deterministic and has no switch',
    },
    {
      id: 'imb-random-state',
      severity: 'warning',
      enforced: true,
      title: 'samples by NumPy’s global generator',
    },
    { id: 'umap-seed', severity: 'warning', enforced: false, title: 'starts at random, in threads' },
    { id: 'hf-shuffle', severity: 'warning', enforced: true, title: 'shuffles by NumPy’s global generator' },
    {
      id: 'alb-compose',
      severity: 'warning',
      enforced: true,
      title: 'draws from generators of its own, which no global seed reaches',
    },
    {
      id: 'gym-reset',
      severity: 'warning',
      enforced: true,
      title: 'begins with a seed of the operating system’s, which no global seed replaces',
    },
    {
      id: 'optuna-sampler',
      severity: 'warning',
      enforced: true,
      title: 'samples with a generator that no global seed reaches',
    },
    { id: 'nx-seed', severity: 'info', enforced: true, title: 'draws from a global generator' },
    { id: 'spark-rand', severity: 'warning', enforced: false, title: 'takes a seed of its own in each run' },
    {
      id: 'spark-order',
      severity: 'info',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title: 'depends on how rows lie in partitions',
    },
    {
      id: 'gym-space',
      severity: 'warning',
      enforced: true,
      title: 'draws from a generator of the space’s own, which `env.reset(seed=…)` does not seed',
    },
    {
      id: 'optuna-parallel',
      severity: 'warning',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title: 'tells the sampler of trials in the order in which they are done',
    },
    {
      id: 'gensim-w2v',
      severity: 'warning',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title: 'trains in threads that do not wait for each other, unless `workers=1`',
    },
    {
      id: 'lgb-deterministic',
      severity: 'info',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title:
        'chooses the layout of its histograms by timing, unless `deterministic` or `force_row_wise` says otherwise',
    },
    { id: 'shap-sample', severity: 'info', enforced: true, title: 'samples by NumPy’s global generator' },
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
    {
      id: 'jax-key-reuse',
      severity: 'info',
      enforced: false,
      verdict: 'seed-reuse',
      title: 'takes a key that has been used: both draw the same numbers',
    },
    { id: 'jax-key', severity: 'warning', enforced: true, title: 'makes a key' },
  ],
  apis: [
    ...members('xgboost', 'XGBClassifier XGBRegressor XGBRanker', {
      rule: 'xgb-shotgun',
      reach: null,
      when: [
        [
          { param: 'booster', is: ['gblinear'] },
          { param: 'updater', fallback: null, not: ['coord_descent'] },
        ],
      ],
    }),
    ...members('catboost', 'CatBoostClassifier CatBoostRegressor CatBoost', {
      rule: 'cat-gpu',
      reach: null,
      when: gpu('task_type')!,
    }),
    ...IMBALANCED.flatMap(([module, names]) =>
      members(`imblearn.${module}`, names, { rule: 'imb-random-state', reach: 'numpy', seed: randomState }),
    ),
    { api: 'umap.UMAP', rule: 'umap-seed', reach: null, seed: randomState },
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
    { api: 'albumentations.Compose', rule: 'alb-compose', reach: null, seed: { names: ['seed'], at: 8 } },
    {
      api: 'gymnasium.Env.reset',
      rule: 'gym-reset',
      reach: 'environment',
      seed: kwSeed,
      seeds: 'environment',
    },
    ...['action_space', 'observation_space'].map((space) => ({
      api: `gymnasium.Env.${space}.sample`,
      rule: 'gym-space',
      reach: 'spaces' as const,
    })),
    {
      api: 'optuna.study.Study.optimize',
      rule: 'optuna-parallel',
      reach: null,
      when: [[{ param: 'n_jobs', at: 3, fallback: 1, not: [1] }]],
      fix: { param: 'n_jobs', value: '1' },
    },
    ...members('gensim.models', 'Word2Vec Doc2Vec FastText', {
      rule: 'gensim-w2v',
      reach: null,
      when: [[{ param: 'workers', fallback: 3, not: [1] }]],
      fix: { param: 'workers', value: '1' },
    }),
    ...members('lightgbm', 'LGBMClassifier LGBMRegressor LGBMRanker', {
      rule: 'lgb-deterministic',
      reach: null,
      when: [LGB_SETTINGS.map((param) => ({ param, fallback: false, is: [false] }))],
      fix: { param: 'deterministic', value: 'True' },
    }),
    ...members('lightgbm', 'train cv', {
      rule: 'lgb-deterministic',
      reach: null,
      when: [
        LGB_SETTINGS.map((param) => ({
          param,
          fallback: false,
          is: [false],
          inside: { param: 'params', at: 0 },
        })),
      ],
    }),
    ...members('xgboost', 'train cv', {
      rule: 'xgb-shotgun',
      reach: null,
      when: [
        [
          { param: 'booster', is: ['gblinear'], inside: { param: 'params', at: 0 } },
          { param: 'updater', fallback: null, not: ['coord_descent'], inside: { param: 'params', at: 0 } },
        ],
      ],
    }),
    { api: 'shap.KernelExplainer', rule: 'shap-sample', reach: 'numpy' },
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
    {
      api: 'optuna.create_study',
      rule: 'optuna-sampler',
      reach: null,
      seed: { names: ['sampler'], at: 1 },
      unfixable: true,
    },
    ...members(
      'optuna.samplers',
      'TPESampler RandomSampler CmaEsSampler NSGAIISampler NSGAIIISampler QMCSampler GPSampler',
      { rule: 'optuna-sampler', reach: null, seed: kwSeed },
    ),
    ...GRAPHS.flatMap(([names, at, reach]) =>
      members('networkx', names, {
        rule: 'nx-seed',
        reach,
        seed: { names: ['seed'], ...(at === undefined ? {} : { at }) },
      }),
    ),
    {
      api: 'pyspark.sql.DataFrame.randomSplit',
      rule: 'spark-rand',
      reach: null,
      seed: { names: ['seed'], at: 1 },
    },
    {
      api: 'pyspark.sql.DataFrame.sample',
      rule: 'spark-rand',
      reach: null,
      seed: { names: ['seed'], at: 2 },
    },
    {
      api: 'pyspark.sql.DataFrame.sampleBy',
      rule: 'spark-rand',
      reach: null,
      seed: { names: ['seed'], at: 2 },
    },
    { api: 'pyspark.RDD.takeSample', rule: 'spark-rand', reach: null, seed: { names: ['seed'], at: 2 } },
    ...members('pyspark.sql.functions', 'shuffle uuid', { rule: 'spark-rand', reach: null }),
    ...members('pyspark.sql.functions', 'monotonically_increasing_id collect_list first last', {
      rule: 'spark-order',
      reach: null,
    }),
    // Without `pos` it lays the graph out by `spring_layout`.
    ...members('networkx', 'draw draw_networkx', {
      rule: 'nx-seed',
      reach: 'numpy',
      when: [[{ param: 'pos', at: 1, fallback: null, is: [null] }]],
    }),
    {
      api: 'networkx.betweenness_centrality',
      rule: 'nx-seed',
      reach: 'python',
      seed: { names: ['seed'], at: 5 },
      when: [[{ param: 'k', at: 1, given: true }]],
    },
    ...members('pyspark.sql.functions', 'rand randn', {
      rule: 'spark-rand',
      reach: null,
      seed: { names: ['seed'], at: 0 },
    }),
    ...members('jax.random', 'PRNGKey key', {
      rule: 'jax-key',
      reach: null,
      seed: { names: ['seed'], at: 0 },
    }),
  ],
  types: {
    'datasets.load_dataset': 'datasets.Dataset',
    'datasets.load_from_disk': 'datasets.Dataset',
    'datasets.Dataset.from_dict': 'datasets.Dataset',
    'datasets.Dataset.from_pandas': 'datasets.Dataset',
    'datasets.Dataset.*': 'datasets.Dataset',
    'datasets.Dataset[]': 'datasets.Dataset',
    'gymnasium.make': 'gymnasium.Env',
    'optuna.create_study': 'optuna.study.Study',
    'optuna.load_study': 'optuna.study.Study',
    'jax.random.PRNGKey': 'jax.Key',
    'jax.random.key': 'jax.Key',
    'jax.random.fold_in': 'jax.Key',
    'jax.random.split': 'jax.Keys',
    'jax.Keys[]': 'jax.Key',
    'diffusers.DiffusionPipeline.from_pretrained': 'diffusers.DiffusionPipeline',
    'diffusers.DiffusionPipeline.to': 'diffusers.DiffusionPipeline',
    'pyspark.sql.DataFrame.*': 'pyspark.sql.DataFrame',
    'pyspark.sql.SparkSession.builder.getOrCreate': 'pyspark.sql.SparkSession',
  },
};
