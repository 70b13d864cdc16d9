/** JAX. */
import { cells, type RuleCells } from './cells';

export const JAX: RuleCells = {
  'jax-key-reuse': {
    flagged: cells(`
import jax
import jax.numpy as jnp

key = jax.random.PRNGKey(0)
W = jax.random.normal(key, (10, 5))
b = jax.random.normal(key, (5,))  # ! jax-key-reuse
# %%
from jax import random

key = random.key(42)
key, subkey = random.split(key)
x = random.uniform(subkey, shape=(100,))
y = random.bernoulli(key=subkey, p=0.5, shape=(100,))  # ! jax-key-reuse
`),
    silent: cells(`
import jax

key = jax.random.PRNGKey(0)
key, k1 = jax.random.split(key)
W = jax.random.normal(k1, (10, 5))
key, k1 = jax.random.split(key)
b = jax.random.normal(k1, (5,))
# %%
from jax import random

keys = random.split(random.key(1), 3)
a = random.normal(keys[0], (3,))
b = random.normal(keys[1], (3,))
c = random.normal(random.fold_in(keys[2], 1), (3,))
`),
  },
  'jax-key': {
    flagged: cells(`
import jax

key = jax.random.key(seed=None)  # ! jax-key
params = model.init(key, x)
# %%
from jax.random import PRNGKey

config = {"seed": None}
rng = PRNGKey(config["seed"])  # ! jax-key
`),
    silent: cells(`
from jax.random import PRNGKey, normal

noise = normal(PRNGKey(seed=701), (3,))
# %%
import jax.random as jr

SEED = 5
key = jr.key(SEED)
lookup = {"a": 1}
lookup.get(key)
`),
  },
  'jax-impl': {
    flagged: cells(`
import jax

jax.config.update("jax_default_prng_impl", "unsafe_rbg")  # ! jax-impl
key = jax.random.key(0)
# %%
from jax import random

key = random.key(0, impl="rbg")  # ! jax-impl
`),
    silent: cells(`
import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_prng_impl", "threefry2x32")
# %%
from jax import random

key = random.key(0, impl="threefry2x32")
`),
  },
};
