/** Boosting, augmentation, search, reinforcement learning, graphs and what else takes a seed of its own. */
import { type Api, type Library, members } from './rule';

const randomState = { names: ['random_state'] };
const kwSeed = { names: ['seed'] };

const IMBALANCED: [module: string, names: string][] = [
  ['over_sampling', 'SMOTE SMOTENC SMOTEN BorderlineSMOTE KMeansSMOTE SVMSMOTE ADASYN RandomOverSampler'],
  ['under_sampling', 'RandomUnderSampler ClusterCentroids CondensedNearestNeighbour InstanceHardnessThreshold OneSidedSelection'],
  ['combine', 'SMOTEENN SMOTETomek'],
  ['ensemble', 'BalancedBaggingClassifier BalancedRandomForestClassifier EasyEnsembleClassifier RUSBoostClassifier'],
]; // prettier-ignore

const GRAPHS: [names: string, at: number | undefined, reach: 'python' | 'numpy'][] = [
  [
    'gnp_random_graph erdos_renyi_graph fast_gnp_random_graph barabasi_albert_graph gnm_random_graph',
    2,
    'python',
  ],
  ['watts_strogatz_graph newman_watts_strogatz_graph connected_watts_strogatz_graph', 3, 'python'],
  ['spring_layout', 10, 'numpy'],
  ['random_layout', 3, 'numpy'],
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
    { id: 'umap-seed', severity: 'warning', enforced: true, title: 'starts at random, in threads' },
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
    { api: 'gymnasium.Env.reset', rule: 'gym-reset', reach: null, seed: kwSeed },
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
    'datasets.Dataset.from_dict': 'datasets.Dataset',
    'datasets.Dataset.from_pandas': 'datasets.Dataset',
    'datasets.Dataset.*': 'datasets.Dataset',
    'datasets.Dataset[]': 'datasets.Dataset',
    'gymnasium.make': 'gymnasium.Env',
  },
};
