import numpy as np
import pytest
from conftest import optional

jax = optional("jax")
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp  # noqa: E402
from jax.test_util import check_grads  # noqa: E402

import palindrome as pl  # noqa: E402
import palindrome.jax  # noqa: E402
from mpi4py import MPI  # noqa: E402

alone = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="random directions differ between ranks")


@alone
def test_check_grads(model):
    density = pl.jax.density(model)
    data = density(jnp.asarray(model.white_noise(2)))

    def loss(s, scale):
        theta = jnp.asarray([model.cosmology[name] for name in model.parameters]) * scale
        return 0.5 * jnp.sum((jnp.log1p(density(s, theta)) - jnp.log1p(data)) ** 2) + 0.5 * jnp.sum(s**2)

    scale = jnp.ones(8).at[5].set(0.0)  # Omega_k is 0
    check_grads(loss, (jnp.asarray(model.white_noise(1)), scale), order=1, modes=["rev"], eps=1e-6, rtol=1e-3)


def test_a_loss_under_jit_on_any_ranks(model, direction):
    density = pl.jax.density(model)
    data = model.forward(model.white_noise(2))
    part = lambda s: jnp.sum((jnp.log1p(density(s)) - jnp.log1p(data)) ** 2)  # noqa: E731
    step, s = jax.jit(jax.value_and_grad(part)), model.white_noise(1)
    _, gradient = step(s)
    value = jax.jit(part)
    h = 1e-6
    total = lambda s: model.sum(float(value(s)))  # noqa: E731
    difference = (total(s + h * direction) - total(s - h * direction)) / (2 * h)
    slope = model.sum(np.asarray(gradient) * direction)
    assert abs(slope) > 1
    assert difference == pytest.approx(slope, rel=2e-4)


def test_the_fused_form_is_the_same(model):
    data = model.forward(model.white_noise(2))
    judge = lambda rho: jnp.sum((rho - data) ** 2)  # noqa: E731
    density, s = pl.jax.density(model), model.white_noise(1)
    value, gradient = jax.value_and_grad(lambda s: judge(density(s)))(s)
    fused = pl.jax.value_and_grad(model, judge)(s)
    assert fused[0] == pytest.approx(model.sum(float(value)), rel=1e-13)
    assert np.allclose(fused[1], gradient, rtol=1e-10, atol=1e-10)


def test_two_times_at_once(model, direction):
    at = [float(model.scale_factors[1]), 1.0]
    density, s = pl.jax.density(model, at), model.white_noise(1)

    def part(s):
        early, late = density(s)
        return jnp.sum(early * late)

    gradient = jax.grad(part)(s)
    h = 1e-6
    total = lambda s: model.sum(float(part(s)))  # noqa: E731
    difference = (total(s + h * direction) - total(s - h * direction)) / (2 * h)
    assert difference == pytest.approx(model.sum(np.asarray(gradient) * direction), rel=2e-4)


def test_losses_of_particles(model, direction):
    at, s = [float(model.scale_factors[1]), 1.0], model.white_noise(1)
    late, both = pl.jax.particles(model), pl.jax.particles(model, at)

    def part(s):
        x, p = late(s)
        (x1, p1), (x2, _) = both(s)
        k = 2 * jnp.pi / model.box[0]  # periodic, as positions are
        return jnp.sum(jnp.cos(k * x) + p**2) + jnp.sum(p1 * jnp.sin(k * x2)) + jnp.sum(jnp.sin(2 * k * x1))

    gradient = jax.jit(jax.grad(part))(s)
    h = 1e-6
    total = lambda s: model.sum(float(part(s)))  # noqa: E731
    difference = (total(s + h * direction) - total(s - h * direction)) / (2 * h)
    slope = model.sum(np.asarray(gradient) * direction)
    assert abs(slope) > 1
    assert difference == pytest.approx(slope, rel=2e-4)


def test_vmap_is_refused(model):
    density = pl.jax.density(model)
    with pytest.raises(ValueError, match="vmap"):
        jax.vmap(density)(jnp.stack([model.white_noise(1)] * 2))
