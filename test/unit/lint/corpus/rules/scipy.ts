/** SciPy. */
import { cells, type RuleCells } from './cells';

export const SCIPY: RuleCells = {
  'sp-rvs': {
    flagged: cells(`
from scipy.stats import norm, binom

heights = norm.rvs(loc=170, scale=10, size=500)  # ! sp-rvs
coins = binom.rvs(10, 0.5, size=100)  # ! sp-rvs
# %%
import scipy.stats as st

kde = st.gaussian_kde(samples)
new = kde.resample(1000)  # ! sp-rvs
points = st.multivariate_normal.rvs([0, 0], [[1, 0.5], [0.5, 1]], 200)  # ! sp-rvs
# %%
from scipy import stats

dist = stats.beta(2, 5)
draws = dist.rvs(size=1000)  # ! sp-rvs
`),
    silent: cells(`
import numpy as np
from scipy import stats

rng = np.random.default_rng(0)
heights = stats.norm.rvs(loc=170, scale=10, size=500, random_state=rng)
points = stats.multivariate_normal.rvs([0, 0], [[1, 0], [0, 1]], 200, 7)
new = stats.gaussian_kde(heights).resample(10, seed=1)
# %%
from scipy.stats import norm, ttest_ind

p = norm(0, 1).pdf(1.96)
q = norm.ppf(0.975)
ttest_ind(a, b)
`),
  },
  'sp-qmc': {
    flagged: cells(`
import numpy as np
from scipy.stats import qmc

np.random.seed(0)
sampler = qmc.LatinHypercube(d=2)  # ! sp-qmc
sample = qmc.scale(sampler.random(n=10), [0, 0], [1, 5])
# %%
from scipy.stats.qmc import Halton, Sobol

sobol = Sobol(d=3, scramble=True)  # ! sp-qmc
halton = Halton(2, seed=None)  # ! sp-qmc
`),
    silent: cells(`
from scipy.stats import qmc

grid = qmc.Sobol(d=2, scramble=False).random_base2(m=5)
lhs = qmc.LatinHypercube(d=2, seed=42).random(10)
halton = qmc.Halton(d=2, rng=1)
# %%
from scipy.stats import qmc

print(qmc.discrepancy(points))
scaled = qmc.scale(points, l_bounds=[0, 0], u_bounds=[1, 2])
`),
  },
  'sp-optimize': {
    flagged: cells(`
from scipy.optimize import differential_evolution, rosen

bounds = [(0, 2)] * 5
result = differential_evolution(rosen, bounds, maxiter=100)  # ! sp-optimize
# %%
from scipy import optimize as opt

best = opt.dual_annealing(f, bounds=[(-5, 5)])  # ! sp-optimize
hop = opt.basinhopping(f, x0=[1.0], niter=200)  # ! sp-optimize
`),
    silent: cells(`
from scipy.optimize import curve_fit, minimize, shgo

res = minimize(f, x0=[1.0, 2.0], method="Nelder-Mead")
shgo(f, [(-5, 5)] * 2)
popt, pcov = curve_fit(model, x, y)
# %%
import scipy.optimize

scipy.optimize.differential_evolution(f, bounds, seed=1)
scipy.optimize.dual_annealing(f, bounds, rng=2)
scipy.optimize.basinhopping(f, [0.5], seed=3)
`),
  },
  'sp-sparse-eig': {
    flagged: cells(`
from scipy.sparse.linalg import eigsh, svds

vals, vecs = eigsh(laplacian, k=6, which="SM")  # ! sp-sparse-eig
u, s, vt = svds(ratings, k=50)  # ! sp-sparse-eig
# %%
import numpy as np
import scipy.sparse.linalg as sla

np.random.seed(1)
vals, vecs = sla.eigs(A, k=2)  # ! sp-sparse-eig
`),
    silent: cells(`
import numpy as np
from scipy.sparse.linalg import eigsh, spsolve, svds

vals, vecs = eigsh(laplacian, k=6, v0=np.ones(laplacian.shape[0]))
u, s, vt = svds(ratings, k=50, random_state=0)
x = spsolve(A, b)
# %%
from numpy.linalg import eigh, svd
from scipy.linalg import eigvalsh

vals, vecs = eigh(A)
u, s, vt = svd(A, full_matrices=False)
eigvalsh(A)
`),
  },
  'sp-resampling': {
    flagged: cells(`
import numpy as np
from scipy.stats import bootstrap, permutation_test

ci = bootstrap((data,), np.mean, confidence_level=0.95).confidence_interval  # ! sp-resampling
test = permutation_test((a, b), statistic, n_resamples=9999)  # ! sp-resampling
# %%
from scipy import stats

res = stats.pearsonr(x, y, method=stats.PermutationMethod(n_resamples=999))  # ! sp-resampling
`),
    silent: cells(`
import numpy as np
from scipy import stats

ci = stats.bootstrap((data,), np.mean, random_state=0).confidence_interval
stats.permutation_test((a, b), statistic, n_resamples=9999, rng=np.random.default_rng(1))
# %%
from scipy.stats import mannwhitneyu, pearsonr, wilcoxon

mannwhitneyu(a, b)
pearsonr(x, y)
wilcoxon(x - y)
`),
  },
  'sp-cluster': {
    flagged: cells(`
from scipy.cluster.vq import kmeans2, whiten

centroids, labels = kmeans2(whiten(points), 3, minit="points")  # ! sp-cluster
# %%
import scipy.cluster.vq as vq

codebook, distortion = vq.kmeans(obs, k_or_guess=5, iter=20)  # ! sp-cluster
`),
    silent: cells(`
from scipy.cluster.vq import kmeans, kmeans2, vq

codebook, _ = kmeans(obs, 5, seed=1)
code, dist = vq(obs, codebook)
kmeans2(obs, 3, rng=0)
# %%
from scipy.cluster.hierarchy import fcluster, linkage

Z = linkage(X, method="ward")
labels = fcluster(Z, t=3, criterion="maxclust")
`),
  },
  'sp-misc': {
    flagged: cells(`
from scipy import sparse
from scipy.spatial.transform import Rotation as R

A = sparse.random(100, 100, density=0.01, format="csr")  # ! sp-misc
rotations = R.random(10)  # ! sp-misc
# %%
import scipy.sparse as sp

mask = sp.rand(50, 50, 0.1)  # ! sp-misc
M = sp.random_array((50, 50), density=0.1)  # ! sp-misc
`),
    silent: cells(`
from scipy import sparse
from scipy.spatial.transform import Rotation as R

A = sparse.random(100, 100, density=0.01, random_state=7)
B = sparse.eye(10) + sparse.csr_matrix((10, 10))
r = R.from_euler("z", 90, degrees=True)
# %%
import scipy.sparse as sp
from scipy.spatial.transform import Rotation

sp.random(10, 10, 0.1, "csr", None, 1)
Rotation.random(3, random_state=2)
`),
  },
};
