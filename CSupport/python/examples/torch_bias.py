# %% [markdown]
# # A neural bias in PyTorch
#
# A small network makes tracers of the density; network and initial conditions are found together.

# %%
import torch

import palindrome as pl
import palindrome.torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
m = pl.Model({
    "box": {"particles": 16, "spacing": 4.0},
    "initial": {"a": 0.1},
    "evolution": {"steps": 3},
    "run": {"precision": "double"},
})
density = pl.torch.density(m)
tracers = torch.from_numpy(m.forward(m.white_noise(2))) ** 1.5

# %%
bias = torch.nn.Sequential(torch.nn.Linear(1, 8), torch.nn.Softplus(), torch.nn.Linear(8, 1))
s = torch.from_numpy(0.1 * m.white_noise(1)).requires_grad_()
optimiser = torch.optim.Adam([{"params": [s], "lr": 0.05}, {"params": bias.parameters(), "lr": 0.02}])
values = []
for i in range(40):
    optimiser.zero_grad()
    predicted = bias(density(s)[..., None])[..., 0]
    loss = 5 * ((predicted - tracers) ** 2).sum() + 0.5 * (s**2).sum()
    loss.backward()
    optimiser.step()
    values.append(float(loss))
print(f"loss from {values[0]:.0f} to {values[-1]:.0f}")
assert values[-1] < 0.8 * values[0]
m.close()
