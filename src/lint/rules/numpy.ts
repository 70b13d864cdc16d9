import { type Library, members } from './rule';

const LEGACY =
  'beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto permutation poisson power rand randint randn random random_integers random_sample ranf rayleigh sample shuffle standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull zipf';

const unseeded = { rule: 'np-generator-unseeded', reach: null, makesStream: true } as const;

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
  ],
  types: {
    'numpy.random.default_rng': 'numpy.random.Generator',
    'numpy.random.Generator': 'numpy.random.Generator',
    'numpy.random.RandomState': 'numpy.random.RandomState',
  },
};
