# %% [markdown]
# # Initial conditions with an optimiser of SciPy
#
# `-ln p` of white noise given a noisy density, and its exact gradient, as scipy.optimize wants them.

# %%
import os
import tempfile

import numpy as np
from scipy.optimize import minimize

import palindrome as pl

config = {
    "box": {"particles": 16, "spacing": 8.0},
    "initial": {"a": 0.1},
    "evolution": {"steps": 3},
    "run": {"precision": "double"},
}
m = pl.Model(config)
truth = m.white_noise(seed=2)
sigma = 0.3
data = m.forward(truth) + sigma * np.random.default_rng(0).standard_normal(m.mesh_shape)

# %%
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "data.h5")
    m.write(path, data)
    posterior = m.posterior({"objective": {"data": f"{path}:/density", "sigma": sigma}})


def negative(s):
    value, gradient, _ = posterior.value_and_grad(s.reshape(m.shape))
    return value, gradient.ravel()


start = 0.1 * m.white_noise(seed=1)
found = minimize(negative, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 40})
s = found.x.reshape(m.shape)

# %%
before, after = negative(start.ravel())[0], found.fun
correlation = np.corrcoef(m.forward(s).ravel(), m.forward(truth).ravel())[0, 1]
print(f"-ln p from {before:.0f} to {after:.0f}; the densities are correlated by {correlation:.3f}")
assert after < before / 2 and correlation > 0.9
m.close()
