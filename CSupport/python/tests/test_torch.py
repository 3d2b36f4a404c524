import numpy as np
import pytest
from conftest import optional

torch = optional("torch")
import palindrome as pl  # noqa: E402
import palindrome.torch  # noqa: E402


def test_directional_derivatives(model, direction):
    density = pl.torch.density(model)
    data = torch.from_numpy(model.forward(model.white_noise(2)))
    own = torch.tensor([model.cosmology[name] for name in model.parameters], dtype=torch.float64)

    def part(s, theta):
        return ((torch.log1p(density(s, theta)) - torch.log1p(data)) ** 2).sum()

    s = torch.from_numpy(model.white_noise(1)).requires_grad_()
    theta = own.clone().requires_grad_()
    part(s, theta).backward()
    d, h = torch.from_numpy(direction), 1e-6
    with torch.no_grad():
        total = lambda s, theta: model.sum(float(part(s, theta)))  # noqa: E731
        difference = (total(s + h * d, own) - total(s - h * d, own)) / (2 * h)
        assert difference == pytest.approx(model.sum((s.grad * d).numpy()), rel=2e-4)
        up, down = own.clone(), own.clone()
        up[2] += h
        down[2] -= h
        slope = float(theta.grad[2])
        assert (total(s, up) - total(s, down)) / (2 * h) == pytest.approx(slope, rel=5e-4)


def test_two_times_at_once(model, direction):
    density = pl.torch.density(model, [float(model.scale_factors[1]), 1.0])
    s = torch.from_numpy(model.white_noise(1)).requires_grad_()
    part = lambda s: torch.mul(*density(s)).sum()  # noqa: E731
    part(s).backward()
    d, h = torch.from_numpy(direction), 1e-6
    with torch.no_grad():
        difference = model.sum(float(part(s + h * d)) - float(part(s - h * d))) / (2 * h)
    assert difference == pytest.approx(model.sum(np.asarray(s.grad) * direction), rel=2e-4)


def test_losses_of_particles(model, direction):
    late, both = pl.torch.particles(model), pl.torch.particles(model, [float(model.scale_factors[1]), 1.0])
    k = 2 * np.pi / model.box[0]

    def part(s):
        x, p = late(s)
        (x1, _), (_, p2) = both(s)
        return (torch.cos(k * x) + p**2).sum() + (p2 * torch.sin(k * x1)).sum()

    s = torch.from_numpy(model.white_noise(1)).requires_grad_()
    part(s).backward()
    d, h = torch.from_numpy(direction), 1e-6
    with torch.no_grad():
        difference = model.sum(float(part(s + h * d)) - float(part(s - h * d))) / (2 * h)
    slope = model.sum(np.asarray(s.grad) * direction)
    assert abs(slope) > 1
    assert difference == pytest.approx(slope, rel=2e-4)
