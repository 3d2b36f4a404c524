# %% [markdown]
# # Sampling with blackjax
#
# Hamiltonian Monte Carlo of the initial conditions of a tiny universe, on the exact gradient.

# %%
import blackjax
import jax
import jax.numpy as jnp
import numpy as np

import palindrome as pl
import palindrome.jax

jax.config.update("jax_enable_x64", True)
m = pl.Model({
    "box": {"particles": 8, "spacing": 8.0},
    "initial": {"a": 0.1},
    "evolution": {"steps": 2},
    "run": {"precision": "double"},
})
density = pl.jax.density(m)
sigma = 0.3
data = m.forward(m.white_noise(2)) + sigma * np.random.default_rng(0).standard_normal(m.mesh_shape)


def log_posterior(s):
    return -0.5 * jnp.sum((density(s) - data) ** 2) / sigma**2 - 0.5 * jnp.sum(s**2)


# %%
sampler = blackjax.hmc(
    lambda x: log_posterior(x.reshape(m.shape)),
    step_size=0.05, inverse_mass_matrix=jnp.ones(8**3), num_integration_steps=5,
)  # fmt: skip
state = sampler.init(jnp.asarray(0.1 * m.white_noise(1)).ravel())
accepted, key, step = [], jax.random.key(0), jax.jit(sampler.step)
for i in range(20):
    key, now = jax.random.split(key)
    state, info = step(now, state)
    accepted.append(float(info.acceptance_rate))
print(f"acceptance {np.mean(accepted):.2f}, ln p {float(state.logdensity):.1f}")
assert np.mean(accepted) > 0.3
m.close()
