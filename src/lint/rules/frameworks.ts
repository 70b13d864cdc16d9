/** Augmentation, search, reinforcement learning, graphs and what else takes a seed of its own. */
import { type Library, members } from './rule';
const randomState = { names: ['random_state'] };
const kwSeed = { names: ['seed'] };

const GRAPHS: [names: string, at: number, reach: 'python' | 'numpy'][] = [
  ['random_geometric_graph', 5, 'python'],
  ['community.louvain_communities', 5, 'python'],
  [
    'gnp_random_graph erdos_renyi_graph fast_gnp_random_graph barabasi_albert_graph gnm_random_graph random_regular_graph community.asyn_lpa_communities',
    2,
    'python',
  ],
  ['watts_strogatz_graph newman_watts_strogatz_graph powerlaw_cluster_graph', 3, 'python'],
  ['connected_watts_strogatz_graph', 4, 'python'],
  ['spring_layout', 10, 'numpy'],
  ['random_layout', 3, 'numpy'],
];
export const frameworks: Library = {
  rules: [
    { id: 'umap-seed', severity: 'warning', enforced: false, title: 'starts at random, in threads' },
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
    { id: 'shap-sample', severity: 'info', enforced: true, title: 'samples by NumPy’s global generator' },
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
    { api: 'umap.UMAP', rule: 'umap-seed', reach: null, seed: randomState },
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
    { api: 'shap.KernelExplainer', rule: 'shap-sample', reach: 'numpy' },
    {
      api: 'optuna.create_study',
      rule: 'optuna-sampler',
      reach: null,
      seed: { names: ['sampler'], at: 1 },
      unfixable: true,
    },
    ...members(
      'optuna.samplers',
      'TPESampler CmaEsSampler NSGAIISampler NSGAIIISampler QMCSampler GPSampler',
      { rule: 'optuna-sampler', reach: null, seed: kwSeed },
    ),
    {
      api: 'optuna.samplers.RandomSampler',
      rule: 'optuna-sampler',
      reach: null,
      seed: { names: ['seed'], at: 0 },
    },
    ...GRAPHS.flatMap(([names, at, reach]) =>
      members('networkx', names, {
        rule: 'nx-seed',
        reach,
        seed: { names: ['seed'], at },
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
    }), // Without `pos` it lays the graph out by `spring_layout`.
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
    'gymnasium.make': 'gymnasium.Env',
    'optuna.create_study': 'optuna.study.Study',
    'optuna.load_study': 'optuna.study.Study',
    'jax.random.PRNGKey': 'jax.Key',
    'jax.random.key': 'jax.Key',
    'jax.random.fold_in': 'jax.Key',
    'jax.random.split': 'jax.Keys',
    'jax.Keys[]': 'jax.Key',
    'pyspark.sql.DataFrame.*': 'pyspark.sql.DataFrame',
    'pyspark.sql.DataFrame.rdd': 'pyspark.RDD',
    'pyspark.RDD.*': 'pyspark.RDD',
    'pyspark.sql.SparkSession.builder.getOrCreate': 'pyspark.sql.SparkSession',
    ...Object.fromEntries(
      'read.* table sql createDataFrame range'
        .split(' ')
        .map((name) => [`pyspark.sql.SparkSession.${name}`, 'pyspark.sql.DataFrame']),
    ),
  },
};
