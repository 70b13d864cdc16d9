/** Gradient boosting and resampling. XGBoost, LightGBM and CatBoost have seeds by default: what remains are threads and GPUs. */
import { type Api, type Library, members } from './rule';
const randomState = { names: ['random_state'] };

const IMBALANCED: [module: string, names: string][] = [
  ['over_sampling', 'SMOTE SMOTENC SMOTEN BorderlineSMOTE KMeansSMOTE SVMSMOTE ADASYN RandomOverSampler'],
  ['under_sampling', 'RandomUnderSampler ClusterCentroids CondensedNearestNeighbour InstanceHardnessThreshold OneSidedSelection'],
  ['combine', 'SMOTEENN SMOTETomek'],
  ['ensemble', 'BalancedBaggingClassifier BalancedRandomForestClassifier EasyEnsembleClassifier RUSBoostClassifier'],
]; // prettier-ignore

const LGB_SETTINGS = ['deterministic', 'force_row_wise', 'force_col_wise'];

const gpu = (param: string): Api['when'] => [[{ param, is: ['GPU', 'gpu', 'cuda'] }]];
export const boosting: Library = {
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
    {
      id: 'lgb-deterministic',
      severity: 'info',
      enforced: false,
      verdict: 'nondeterministic-operation',
      title:
        'chooses the layout of its histograms by timing, unless `deterministic` or `force_row_wise` says otherwise',
    },
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
  ],
};
