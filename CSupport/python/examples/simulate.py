# %% [markdown]
# # Simulate and look
#
# The same script runs on one process or, by `mpirun -n 4 python simulate.py`, on four.

# %%
import numpy as np

import palindrome as pl

m = pl.Model({
    "box": {"particles": 32, "spacing": 4.0},  # a cube of 128 Mpc/h
    "initial": {"a": 0.1},
    "evolution": {"steps": 5},
    "output": {"pictures": False},
})
print(f"rank {m.comm.rank} of {m.comm.size}: this block is {m.mesh_slices} of {m.mesh}")

# %% [markdown]
# A run that stops twice. Each state answers until the run goes on.

# %%
s = m.white_noise(seed=1)
spectra = {}
for state in m.evolve(s, at=[float(m.scale_factors[2]), 1.0]):
    spectra[state.a] = state.power()
    haloes = state.haloes()
    if m.comm.rank == 0:
        print(f"a = {state.a:.2f}: {haloes.total} haloes")

# %% [markdown]
# Linear theory at the longest waves: P grows with the square of D1.

# %%
early, late = spectra.values()
linear = m.linear_power(late.k)
growth = (m.growth(float(m.scale_factors[2])).D1 / m.growth(1.0).D1) ** 2
print("early / late power at the longest waves", early.power[0] / late.power[0], "linear theory", growth)
assert np.isclose(early.power[0] / late.power[0], growth, rtol=0.15)

# %%
try:
    import matplotlib

    matplotlib.use("Agg")
    ax = late.plot(label="measured")
    ax.loglog(late.k, linear, "--", label="linear theory")
    ax.legend()
except ImportError:
    pass

# %%
whole = m.gather(m.forward(s))  # the whole mesh on rank 0, for small ones
if whole is not None:
    print("densest point", whole.max())
m.close()
