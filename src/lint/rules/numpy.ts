import { type Library, members } from './rule';

const LEGACY =
  'beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto permutation poisson power rand randint randn random random_integers random_sample ranf rayleigh sample shuffle standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull zipf';

const unseeded = { rule: 'np-generator-unseeded', reach: null, makesStream: true } as const;

/** What takes the numbers of an array at once. */
export const READS =
  /^(operator|print|list|sum|min|max|sorted|\.(sum|mean|std|min|max|tolist|item|T|dot|copy|argmax|cumsum|numpy))$/;

export const numpy: Library = {
  rules: [
    {
      id: 'np-legacy-unseeded',
      severity: 'warning',
      enforced: true,
      title: 'draws from NumPy’s global generator',
    },
    {
      id: 'np-generator-unseeded',
      severity: 'warning',
      enforced: true,
      title: 'makes a generator without a seed, which no global seed reaches',
    },
    {
      id: 'np-seed-none',
      severity: 'error',
      enforced: true,
      title: 'without a number makes everything after it another one each time',
    },
    {
      id: 'np-empty-read',
      severity: 'info',
      enforced: false,
      verdict: 'volatile',
      title: 'gives memory as it is, which is read here',
    },
    {
      id: 'np-unstable-sort',
      severity: 'info',
      enforced: 'full',
      verdict: 'nondeterministic-operation',
      title: 'orders equal values as the processor’s instructions have it, and some of them are taken here',
    },
    {
      id: 'numba-seed',
      severity: 'warning',
      enforced: true,
      title: 'is compiled, and draws from Numba’s generator, which `np.random.seed` of Python does not reach',
    },
  ],
  apis: [
    ...members('numpy.random', LEGACY, { rule: 'np-legacy-unseeded', reach: 'numpy' }),
    ...members('numpy.random', 'default_rng RandomState PCG64 PCG64DXSM MT19937 SFC64', {
      ...unseeded,
      seed: { names: ['seed'], at: 0 },
    }),
    { api: 'numpy.random.SeedSequence', ...unseeded, seed: { names: ['entropy'], at: 0 } },
    // A key fixes the stream as a seed does.
    { api: 'numpy.random.Philox', ...unseeded, seed: { names: ['seed', 'key'], at: 0 } },
    ...members('numpy', 'empty empty_like', { rule: 'np-empty-read', reach: null, consumers: READS }),
    // It has no stable form.
    { api: 'numpy.argpartition', rule: 'np-unstable-sort', reach: null, consumers: /^subscript$/ },
    {
      api: 'numpy.argsort',
      rule: 'np-unstable-sort',
      reach: null,
      consumers: /^subscript$/,
      when: [[{ param: 'kind', at: 2, fallback: null, is: [null, 'quicksort'] }]],
      fix: { param: 'kind', value: '"stable"' },
    },
  ],
  types: {
    'numpy.random.default_rng': 'numpy.random.Generator',
    'numpy.random.Generator': 'numpy.random.Generator',
    'numpy.random.RandomState': 'numpy.random.RandomState',
  },
};
