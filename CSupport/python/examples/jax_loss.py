# %% [markdown]
# # A loss of your own in JAX

# %%
import jax
import jax.numpy as jnp
import optax

import palindrome as pl
import palindrome.jax

jax.config.update("jax_enable_x64", True)
m = pl.Model({
    "box": {"particles": 16, "spacing": 4.0},
    "initial": {"a": 0.1},
    "evolution": {"steps": 3},
    "run": {"precision": "double"},
})
density = pl.jax.density(m)
data = density(m.white_noise(2))


def loss(s):
    residual = jnp.log1p(density(s)) - jnp.log1p(data)
    return 50 * jnp.sum(residual**2) + 0.5 * jnp.sum(s**2)


# %%
step = jax.jit(jax.value_and_grad(loss))
s = 0.1 * m.white_noise(1)
optimiser = optax.adam(0.05)
memory = optimiser.init(s)
values = []
for i in range(30):
    value, gradient = step(s)
    update, memory = optimiser.update(gradient, memory)
    s = optax.apply_updates(s, update)
    values.append(float(value))
print(f"loss from {values[0]:.1f} to {values[-1]:.1f}")
assert values[-1] < 0.6 * values[0]

# %% [markdown]
# The same loss of two times at once, and its derivative by Ω_m.

# %%
two = pl.jax.density(m, at=[float(m.scale_factors[1]), 1.0])
own = jnp.array([m.cosmology[name] for name in m.parameters])
by_theta = jax.grad(lambda theta: jnp.sum(two(m.white_noise(1), theta)[0] * two(m.white_noise(1), theta)[1]))(own)
print("d/dOmega_m", by_theta[m.parameters.index("Omega_m")])
assert jnp.isfinite(by_theta).all()
m.close()
