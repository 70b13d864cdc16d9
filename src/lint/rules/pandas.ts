import type { Library } from './rule';

const FRAMES =
  'DataFrame read_csv read_parquet read_json read_excel read_feather read_table read_html read_sql read_sql_query read_sql_table read_pickle read_orc read_hdf read_fwf read_stata read_sas read_spss read_xml read_clipboard json_normalize crosstab concat merge merge_asof get_dummies pivot_table melt';
/** Data that comes with a library, where it is asked for as a frame. */
const EXAMPLES =
  'load_iris load_wine load_breast_cancer load_diabetes load_digits fetch_california_housing fetch_openml fetch_covtype';
const seed = { names: ['random_state'], at: 4 };

export const pandas: Library = {
  rules: [
    {
      id: 'pd-sample',
      severity: 'warning',
      enforced: true,
      title: 'draws rows from NumPy’s global generator',
    },
    { id: 'pl-sample', severity: 'warning', enforced: true, title: 'draws from Polars’ own generator' },
    {
      id: 'dask-random',
      severity: 'warning',
      enforced: true,
      title: 'draws from a generator of Dask’s own, seeded by the operating system',
    },
    {
      id: 'pl-row-order',
      severity: 'warning',
      enforced: false,
      title: 'gives rows in another order each time',
    },
  ],
  apis: [
    ...['pandas.DataFrame.sample', 'pandas.Series.sample'].map((api) => ({
      api,
      rule: 'pd-sample',
      reach: 'numpy' as const,
      seed,
    })),
    ...['polars.DataFrame.sample', 'polars.Series.sample', 'polars.Expr.sample'].map((api) => ({
      api,
      rule: 'pl-sample',
      reach: 'polars' as const,
      seed: { names: ['seed'] },
    })),
    ...['polars.Series.shuffle', 'polars.Expr.shuffle'].map((api) => ({
      api,
      rule: 'pl-sample',
      reach: 'polars' as const,
      seed: { names: ['seed'], at: 0 },
    })),
    ...[
      'polars.DataFrame.group_by',
      'polars.DataFrame.unique',
      'polars.LazyFrame.group_by',
      'polars.LazyFrame.unique',
    ].map((api) => ({
      api,
      rule: 'pl-row-order',
      reach: null,
      when: [[{ param: 'maintain_order', fallback: false, is: [false] }]],
      fix: { param: 'maintain_order', value: 'True' },
    })),
    ...['pandas.DataFrame.sort_values', 'pandas.Series.sort_values'].map((api) => ({
      api,
      rule: 'np-unstable-sort',
      reach: null,
      consumers: /^\.(head|tail|iloc|drop_duplicates|groupby|first|last)$/,
      when: [
        [
          { param: 'kind', fallback: 'quicksort', is: ['quicksort'] },
          { param: 'by', at: 0, single: true as const },
        ],
      ],
      fix: { param: 'kind', value: '"stable"' },
    })),
    {
      api: 'dask.dataframe.DataFrame.sample',
      rule: 'dask-random',
      reach: null,
      seed: { names: ['random_state'], at: 3 },
    },
    ...['dask.array.random.default_rng', 'dask.array.random.RandomState'].map((api) => ({
      api,
      rule: 'dask-random',
      reach: null,
      seed: { names: ['seed'], at: 0 },
      makesStream: true as const,
    })),
    ...'random normal uniform randint standard_normal choice poisson exponential gamma binomial permutation'
      .split(' ')
      .map((name) => ({ api: `dask.array.random.${name}`, rule: 'dask-random', reach: 'dask' as const })),
  ],
  types: {
    ...Object.fromEntries(FRAMES.split(' ').map((name) => [`pandas.${name}`, 'pandas.DataFrame'])),
    ...Object.fromEntries(
      EXAMPLES.split(' ').map((name) => [`sklearn.datasets.${name}.frame`, 'pandas.DataFrame']),
    ),
    'seaborn.load_dataset': 'pandas.DataFrame',
    'geopandas.read_file': 'pandas.DataFrame',
    'pandas.Series': 'pandas.Series',
    'pandas.DataFrame.*': 'pandas.DataFrame',
    'pandas.DataFrame[]': 'pandas.DataFrame',
    'pandas.Series.*': 'pandas.Series',
    'pandas.Series[]': 'pandas.Series',
    ...Object.fromEntries(
      'DataFrame read_csv read_parquet read_json concat from_pandas'
        .split(' ')
        .map((name) => [`polars.${name}`, 'polars.DataFrame']),
    ),
    ...Object.fromEntries(
      'read_csv read_parquet read_json from_pandas DataFrame.*'
        .split(' ')
        .map((name) => [`dask.dataframe.${name}`, 'dask.dataframe.DataFrame']),
    ),
    'polars.scan_csv': 'polars.LazyFrame',
    'polars.scan_parquet': 'polars.LazyFrame',
    'polars.col': 'polars.Expr',
    'polars.DataFrame.*': 'polars.DataFrame',
    'polars.DataFrame[]': 'polars.Series',
    'polars.LazyFrame.*': 'polars.LazyFrame',
    'polars.Expr.*': 'polars.Expr',
    'polars.LazyFrame.collect': 'polars.DataFrame',
    'polars.DataFrame.lazy': 'polars.LazyFrame',
  },
  varies: ['pandas.Timestamp.now', 'pandas.Timestamp.today', 'pandas.Timestamp.utcnow'],
};
