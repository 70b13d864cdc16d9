/** scikit-learn 1.9: which estimator draws, with which parameters, was measured by fitting each twice (docs/rules). */
import { type Api, type Condition, type Library, members } from './rule';

const seed = { names: ['random_state'] };
const shared = 'sk-randomstate-instance';
const estimator = { rule: 'sk-random-state', reach: 'numpy', seed, shared } as const;
const splitter = { rule: 'sk-splitter-shuffle', reach: 'numpy', seed, shared } as const;
const function_ = { rule: 'sk-function-random-state', reach: 'numpy', seed, shared } as const;

const is = (param: string, ...values: (string | boolean)[]): Condition => ({ param, is: values });
const given = (param: string): Condition => ({ param, given: true });
const unless = (param: string, ...values: (string | boolean)[]): Condition => ({
  param,
  fallback: null,
  not: values,
});

const ALWAYS: [module: string, names: string][] = [
  ['cluster', 'SpectralBiclustering SpectralCoclustering BisectingKMeans'],
  ['covariance', 'EllipticEnvelope MinCovDet'],
  [
    'decomposition',
    'DictionaryLearning MiniBatchDictionaryLearning FastICA LatentDirichletAllocation MiniBatchNMF NMF MiniBatchSparsePCA SparsePCA TruncatedSVD',
  ],
  [
    'ensemble',
    'BaggingClassifier BaggingRegressor ExtraTreesClassifier ExtraTreesRegressor RandomForestClassifier RandomForestRegressor RandomTreesEmbedding GradientBoostingClassifier GradientBoostingRegressor IsolationForest AdaBoostRegressor',
  ],
  ['kernel_approximation', 'Nystroem PolynomialCountSketch RBFSampler SkewedChi2Sampler'],
  ['linear_model', 'RANSACRegressor TheilSenRegressor'],
  ['manifold', 'SpectralEmbedding'],
  ['mixture', 'BayesianGaussianMixture GaussianMixture'],
  ['model_selection', 'RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV'],
  ['multiclass', 'OutputCodeClassifier'],
  ['neural_network', 'MLPClassifier MLPRegressor BernoulliRBM'],
  ['random_projection', 'GaussianRandomProjection SparseRandomProjection'],
  ['tree', 'DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor'],
];

const SOMETIMES: [module: string, names: string, when: Condition[][]][] = [
  // Not where it starts at centres that it is given.
  [
    'cluster',
    'KMeans MiniBatchKMeans',
    [[{ param: 'init', fallback: 'k-means++', is: ['k-means++', 'random'] }]],
  ],
  ['cluster', 'SpectralClustering', [[unless('assign_labels', 'cluster_qr')]]],
  ['decomposition', 'KernelPCA', [[is('eigen_solver', 'arpack', 'randomized')]]],
  ['decomposition', 'PCA', [[is('svd_solver', 'arpack', 'randomized')]]],
  ['dummy', 'DummyClassifier', [[is('strategy', 'stratified', 'uniform')]]],
  [
    'ensemble',
    'HistGradientBoostingClassifier HistGradientBoostingRegressor',
    [[is('early_stopping', true)]],
  ],
  ['feature_extraction.image', 'PatchExtractor', [[given('max_patches')]]],
  [
    'gaussian_process',
    'GaussianProcessClassifier GaussianProcessRegressor',
    [[given('n_restarts_optimizer')]],
  ],
  [
    'impute',
    'IterativeImputer',
    [[is('imputation_order', 'random')], [given('n_nearest_features')], [is('sample_posterior', true)]],
  ],
  [
    'linear_model',
    'ElasticNet ElasticNetCV Lasso LassoCV MultiTaskElasticNet MultiTaskElasticNetCV MultiTaskLasso MultiTaskLassoCV',
    [[is('selection', 'random')]],
  ],
  ['linear_model', 'Lars LassoLars', [[given('jitter')]]],
  [
    'linear_model',
    'LogisticRegression LogisticRegressionCV',
    [[is('solver', 'sag', 'saga')], [is('solver', 'liblinear'), is('dual', true)]],
  ],
  ['linear_model', 'Ridge RidgeClassifier', [[is('solver', 'sag', 'saga')]]],
  [
    'linear_model',
    'PassiveAggressiveClassifier PassiveAggressiveRegressor SGDClassifier SGDRegressor',
    [[unless('shuffle', false)]],
  ],
  ['manifold', 'LocallyLinearEmbedding', [[unless('eigen_solver', 'dense')]]],
  ['manifold', 'MDS', [[unless('init', 'classical_mds')]]],
  ['manifold', 'TSNE', [[unless('init', 'pca')]]],
  ['multioutput', 'ClassifierChain RegressorChain', [[is('order', 'random')]]],
  ['neighbors', 'NeighborhoodComponentsAnalysis', [[is('init', 'random')]]],
  ['preprocessing', 'TargetEncoder', [[unless('shuffle', false)]]],
  ['svm', 'LinearSVC', [[is('dual', true)]]],
  ['svm', 'LinearSVR', [[unless('dual', false)]]],
  ['svm', 'NuSVC SVC', [[is('probability', true)]]],
];

/** Their own default is a seed: only a `None` that is written out draws. */
const SEEDED: [module: string, names: string][] = [
  ['decomposition', 'FactorAnalysis'],
  ['linear_model', 'Perceptron'],
  ['model_selection', 'permutation_test_score'],
  ['datasets', 'fetch_20newsgroups fetch_olivetti_faces load_files'],
  ['cluster', 'estimate_bandwidth'],
];

const DATASETS =
  'make_biclusters make_blobs make_checkerboard make_classification make_friedman1 make_friedman2 make_friedman3 make_gaussian_quantiles make_hastie_10_2 make_low_rank_matrix make_multilabel_classification make_regression make_s_curve make_sparse_coded_signal make_sparse_spd_matrix make_sparse_uncorrelated make_spd_matrix make_swiss_roll';

const FUNCTIONS: [module: string, names: string, when?: Condition[][]][] = [
  ['datasets', DATASETS],
  ['datasets', 'make_circles make_moons', [[unless('shuffle', false)], [given('noise')]]],
  ['datasets', 'fetch_covtype fetch_kddcup99 fetch_rcv1', [[is('shuffle', true)]]],
  ['model_selection', 'train_test_split', [[unless('shuffle', false)]]],
  ['model_selection', 'learning_curve', [[is('shuffle', true)]]],
  ['utils', 'resample shuffle'],
  ['utils.extmath', 'randomized_range_finder randomized_svd'],
  ['cluster', 'k_means kmeans_plusplus spectral_clustering'],
  ['decomposition', 'dict_learning dict_learning_online fastica non_negative_factorization randomized_svd'],
  ['linear_model', 'ridge_regression', [[is('solver', 'sag', 'saga')]]],
  ['manifold', 'locally_linear_embedding smacof spectral_embedding'],
  ['feature_selection', 'mutual_info_classif mutual_info_regression'],
  ['inspection', 'permutation_importance'],
  ['metrics', 'silhouette_score', [[given('sample_size')]]],
  ['feature_extraction.image', 'extract_patches_2d', [[given('max_patches')]]],
];

const POSITIONS: Record<string, number> = {
  'sklearn.linear_model.SGDOneClassSVM': 6,
  'sklearn.model_selection.StratifiedGroupKFold': 2,
  'sklearn.covariance.fast_mcd': 3,
  'sklearn.utils.random.sample_without_replacement': 3,
};

const FORESTS = 'RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor';

const rows: Api[] = [
  ...ALWAYS.flatMap(([module, names]) => members(`sklearn.${module}`, names, estimator)),
  ...SOMETIMES.flatMap(([module, names, when]) =>
    members(`sklearn.${module}`, names, { ...estimator, when }),
  ),
  ...SEEDED.flatMap(([module, names]) => {
    return members(`sklearn.${module}`, names, {
      ...estimator,
      when: [[{ param: 'random_state', is: [null] }]],
    });
  }),
  ...FUNCTIONS.flatMap(([module, names, when]) =>
    members(`sklearn.${module}`, names, { ...function_, ...(when ? { when } : {}) }),
  ),
  { api: 'sklearn.linear_model.SGDOneClassSVM', ...estimator, when: [[unless('shuffle', false)]] },
  { api: 'sklearn.covariance.fast_mcd', ...function_ },
  { api: 'sklearn.utils.random.sample_without_replacement', ...function_ },
  // A seed without `shuffle=True` raises: these are random only with it.
  ...members('sklearn.model_selection', 'KFold StratifiedKFold GroupKFold StratifiedGroupKFold', {
    ...splitter,
    when: [[{ param: 'shuffle', at: 1, is: [true] }]],
  }),
  ...members(
    'sklearn.model_selection',
    'ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit RepeatedKFold RepeatedStratifiedKFold ParameterSampler',
    splitter,
  ),
  // Threads add their trees' predictions in the order in which they are done: the last bits differ, seeded or not.
  ...members('sklearn.ensemble', FORESTS, {
    rule: 'sk-forest-njobs',
    reach: null,
    when: [[{ param: 'n_jobs', fallback: null, not: [null, 1] }]],
    fix: { param: 'n_jobs', value: '1' },
  }),
];

export const sklearn: Library = {
  rules: [
    {
      id: 'sk-random-state',
      severity: 'warning',
      enforced: true,
      title: 'is fitted with NumPy’s global generator',
    },
    {
      id: 'sk-splitter-shuffle',
      severity: 'warning',
      enforced: true,
      title: 'splits by NumPy’s global generator',
    },
    {
      id: 'sk-function-random-state',
      severity: 'warning',
      enforced: true,
      title: 'draws from NumPy’s global generator',
    },
    {
      id: 'sk-randomstate-instance',
      severity: 'info',
      enforced: true,
      title:
        'moves a generator on that others use, and is another one each time it is fitted; a number is not',
    },
    {
      id: 'sk-forest-njobs',
      severity: 'info',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title:
        'adds up its trees in the order in which threads are done: the last bits of `predict_proba` differ',
    },
  ],
  apis: rows.map((row) => {
    const at = POSITIONS[row.api];
    return at === undefined || row.seed === undefined ? row : { ...row, seed: { ...seed, at } };
  }),
};
