import h5py
import numpy as np
import pytest

import palindrome as pl
from conftest import alike


def squares(m, data):
    """The loss of the command with sigma = 1 and no prior."""

    def loss(density):
        residual = density - data
        value = 0.5 * m.sum(residual**2)  # the same on all ranks, which is not the part of each
        return (value if m.comm.rank == 0 else 0.0), residual

    return loss


def expect(m, data):
    with h5py.File(data / "out/gradient.h5") as file:
        return (file["value"][()], file["gradient/white_noise"][:][m.slices],
                {name: file[f"gradient/cosmology/{name}"][()] for name in m.parameters})  # fmt: skip


def test_gradient_of_a_python_loss_has_the_bits_of_the_command(model, data):
    seen = model.read(data / "truth/density_a1.0000.h5")
    value, noise, parameters = model.value_and_grad(model.white_noise(1), squares(model, seen))
    expected = expect(model, data)
    assert np.abs(noise).max() > 0
    assert np.array_equal(noise, expected[1])
    assert parameters == expected[2]
    assert value == pytest.approx(expected[0], rel=1e-14)
    assert alike(model.comm, value)


def test_gradient_of_the_configured_posterior_has_the_bits_of_the_command(model, data):
    posterior = model.posterior({"objective": {"data": f"{data}/truth/density_a1.0000.h5:/density", "sigma": 1.0, "prior": False}})
    value, noise, _ = posterior.value_and_grad(model.white_noise(1))
    expected = expect(model, data)
    assert value == expected[0]
    assert np.array_equal(noise, expected[1])


def test_gradient_on_a_part_of_the_ranks(config, data, comm):
    part = comm.Split(comm.rank % 2, comm.rank)
    with pl.Model(config, part) as m:
        seen = m.read(data / "truth/density_a1.0000.h5")
        _value, noise, parameters = m.value_and_grad(m.white_noise(1), squares(m, seen))
        expected = expect(m, data)
        assert np.array_equal(noise, expected[1])
        assert parameters == expected[2]
    part.Free()


def test_posterior_begins_as_reconstruct(data, comm):
    with pl.Model(data / "reconstruct.yaml") as m:
        posterior = m.posterior()
        posterior.enter(posterior.stages[0], free=len(posterior.stages) == 1)
        value, noise, slopes = posterior.value_and_grad(posterior.start())
        row = np.genfromtxt(data / "found/history.csv", delimiter=",", names=True)[0]
        assert value == row["loss"]
        assert np.sqrt(m.sum(noise**2) + (slopes**2).sum()) == pytest.approx(row["gradient_norm"], rel=1e-14)


def test_derivatives_agree_with_differences(model, direction):
    s, target = model.white_noise(1), model.forward(model.white_noise(2))

    def loss(density):
        return 0.5 * float(((density - target) ** 2).sum()), density - target

    value, noise, parameters = model.value_and_grad(s, loss)

    def along(step, **cosmology):
        return model.sum(0.5 * (model.forward(s + step * direction, cosmology or None) - target) ** 2)

    slope, h = model.sum(noise * direction), 1e-6
    assert abs(slope) > 1
    assert (along(h) - along(-h)) / (2 * h) == pytest.approx(slope, rel=2e-4)
    for name in ("Omega_m", "A_s", "h"):
        own = model.cosmology[name]
        h = 1e-6 * own
        difference = (along(0, **{name: own + h}) - along(0, **{name: own - h})) / (2 * h)
        assert abs(parameters[name]) > 0
        assert difference == pytest.approx(parameters[name], rel=5e-4)


def test_two_times_at_once(model, direction):
    s, at = model.white_noise(1), [float(model.scale_factors[1]), float(model.scale_factors[-1])]

    def loss(early, late):  # a product: neither time has a loss of its own
        return float((early * late).sum()), [late, early]

    value, noise, _ = model.value_and_grad(s, loss, at=at)
    product = lambda s: model.sum(np.prod([state.density() for state in model.evolve(s, at)], axis=0))  # noqa: E731
    assert value == pytest.approx(product(s), rel=1e-13)
    h = 1e-6
    difference = (product(s + h * direction) - product(s - h * direction)) / (2 * h)
    assert difference == pytest.approx(model.sum(noise * direction), rel=2e-4)


def test_vjp_is_the_transpose_of_the_derivative(model, direction):
    s, bar = model.white_noise(1), model.forward(model.white_noise(3))
    h = 1e-6
    jvp = (model.forward(s + h * direction) - model.forward(s - h * direction)) / (2 * h)
    noise, _ = model.vjp(s, bar)
    assert model.sum(jvp * bar) == pytest.approx(model.sum(noise * direction), rel=2e-4)
