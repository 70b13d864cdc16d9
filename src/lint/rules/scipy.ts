/** SciPy 1.17; before 1.15 `rng` was called `seed` or `random_state`, and both still work. */
import { type Api, type Library, members } from './rule';

const names = ['rng', 'seed', 'random_state'];
const seed = { names };
const at = (position: number) => ({ seed: { names, at: position } });
const numpy = 'numpy' as const;

const DISTRIBUTIONS =
  'alpha anglit arcsine argus beta betaprime bradford burr burr12 cauchy chi chi2 cosine crystalball dgamma dpareto_lognorm dweibull erlang expon exponnorm exponpow exponweib f fatiguelife fisk foldcauchy foldnorm gamma gausshyper genexpon genextreme gengamma genhalflogistic genhyperbolic geninvgauss genlogistic gennorm genpareto gibrat gompertz gumbel_l gumbel_r halfcauchy halfgennorm halflogistic halfnorm hypsecant invgamma invgauss invweibull irwinhall jf_skew_t johnsonsb johnsonsu kappa3 kappa4 ksone kstwo kstwobign landau laplace laplace_asymmetric levy levy_l levy_stable loggamma logistic loglaplace lognorm loguniform lomax maxwell mielke moyal nakagami ncf nct ncx2 norm norminvgauss pareto pearson3 powerlaw powerlognorm powernorm rayleigh rdist recipinvgauss reciprocal rel_breitwigner rice semicircular skewcauchy skewnorm studentized_range t trapezoid triang truncexpon truncnorm truncpareto truncweibull_min tukeylambda uniform vonmises vonmises_line wald weibull_max weibull_min wrapcauchy bernoulli betabinom betanbinom binom boltzmann dlaplace geom hypergeom logser nbinom nchypergeom_fisher nchypergeom_wallenius nhypergeom planck poisson poisson_binom randint skellam yulesimon zipf zipfian';

const MULTIVARIATE: Record<string, number> = {
  multivariate_normal: 3, dirichlet: 2, wishart: 3, invwishart: 3, multinomial: 3, matrix_normal: 4, multivariate_t: 4, multivariate_hypergeom: 3, vonmises_fisher: 3, ortho_group: 2, special_ortho_group: 2, unitary_group: 2, uniform_direction: 2, random_correlation: 1,
}; // prettier-ignore

const rvs: Api[] = [
  ...DISTRIBUTIONS.split(' ').map((name) => ({
    api: `scipy.stats.${name}.rvs`,
    rule: 'sp-rvs',
    reach: numpy,
    seed: { names: ['random_state'] },
  })),
  ...Object.entries(MULTIVARIATE).map(([name, position]) => ({
    api: `scipy.stats.${name}.rvs`,
    rule: 'sp-rvs',
    reach: numpy,
    seed: { names: ['random_state'], at: position },
  })),
  { api: 'scipy.stats.random_table.rvs', rule: 'sp-rvs', reach: numpy, seed: { names: ['random_state'] } },
  {
    api: 'scipy.stats.gaussian_kde.resample',
    rule: 'sp-rvs',
    reach: numpy,
    seed: { names: ['seed'], at: 1 },
  },
];

const unscrambled = [[{ param: 'scramble', fallback: true, is: [true] }]];

export const scipy: Library = {
  rules: [
    { id: 'sp-rvs', severity: 'warning', enforced: true, title: 'draws from NumPy’s global generator' },
    {
      id: 'sp-qmc',
      severity: 'warning',
      enforced: true,
      title: 'scrambles with a generator of its own, which no global seed reaches',
    },
    { id: 'sp-optimize', severity: 'warning', enforced: true, title: 'searches by NumPy’s global generator' },
    {
      id: 'sp-sparse-eig',
      severity: 'info',
      enforced: true,
      title: 'starts at a vector that no global seed reaches: last digits and signs differ',
    },
    {
      id: 'sp-resampling',
      severity: 'warning',
      enforced: true,
      title: 'resamples by NumPy’s global generator',
    },
    {
      id: 'sp-cluster',
      severity: 'warning',
      enforced: true,
      title: 'starts at centres drawn from NumPy’s global generator',
    },
    { id: 'sp-misc', severity: 'info', enforced: true, title: 'draws from NumPy’s global generator' },
  ],
  apis: [
    ...rvs,
    ...members('scipy.stats.qmc', 'Sobol Halton', { rule: 'sp-qmc', reach: null, seed, when: unscrambled }),
    ...members('scipy.stats.qmc', 'LatinHypercube PoissonDisk MultinomialQMC MultivariateNormalQMC', {
      rule: 'sp-qmc',
      reach: null,
      seed,
    }),
    { api: 'scipy.optimize.differential_evolution', rule: 'sp-optimize', reach: numpy, ...at(9) },
    { api: 'scipy.optimize.dual_annealing', rule: 'sp-optimize', reach: numpy, ...at(10) },
    { api: 'scipy.optimize.basinhopping', rule: 'sp-optimize', reach: numpy, ...at(12) },
    ...members('scipy.sparse.linalg', 'eigs eigsh', {
      rule: 'sp-sparse-eig',
      reach: null,
      seed: { names: [...names, 'v0'], at: 13 },
    }),
    {
      api: 'scipy.sparse.linalg.svds',
      rule: 'sp-sparse-eig',
      reach: null,
      seed: { names: [...names, 'v0'], at: 9 },
    },
    ...members(
      'scipy.stats',
      'bootstrap permutation_test dunnett goodness_of_fit sobol_indices PermutationMethod BootstrapMethod',
      { rule: 'sp-resampling', reach: numpy, seed },
    ),
    { api: 'scipy.stats.MonteCarloMethod', rule: 'sp-resampling', reach: numpy, ...at(3) },
    {
      api: 'scipy.stats.multiscale_graphcorr',
      rule: 'sp-resampling',
      reach: numpy,
      seed: { names: ['random_state'], at: 6 },
    },
    ...members('scipy.cluster.vq', 'kmeans kmeans2', { rule: 'sp-cluster', reach: numpy, seed }),
    ...members('scipy.sparse', 'rand random', { rule: 'sp-misc', reach: numpy, ...at(5) }),
    { api: 'scipy.sparse.random_array', rule: 'sp-misc', reach: numpy, seed },
    { api: 'scipy.linalg.clarkson_woodruff_transform', rule: 'sp-misc', reach: numpy, ...at(2) },
    ...members('scipy.linalg.interpolative', 'estimate_rank estimate_spectral_norm', {
      rule: 'sp-misc',
      reach: numpy,
      ...at(2),
    }),
    ...members('scipy.linalg.interpolative', 'estimate_spectral_norm_diff interp_decomp svd', {
      rule: 'sp-misc',
      reach: numpy,
      ...at(3),
    }),
    { api: 'scipy.spatial.transform.Rotation.random', rule: 'sp-misc', reach: numpy, ...at(1) },
  ],
};
