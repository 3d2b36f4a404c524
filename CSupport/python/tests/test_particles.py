import numpy as np
import pytest
from conftest import optional

import palindrome as pl
from mpi4py import MPI


@pytest.fixture
def bars(model):
    """dL/dx and dL/dp of every particle, by its number: the same on any ranks."""
    ids = next(iter(model.evolve(model.white_noise(1)))).ids
    whole = np.random.default_rng(7).standard_normal((2, int(np.prod(model.grid)), 3))
    return whole[0][ids], whole[1][ids]


def states(model, s, at=None, cosmology=None):
    return [(state.positions, state.momenta) for state in model.evolve(s, at, cosmology)]


def change(model, bars, there, here):
    """Sum of the bars times what particles moved by, the short way round the box."""
    box, total = np.array(model.box), []
    for (x_bar, p_bar), (x, p), (x0, p0) in zip(bars, there, here):
        moved = (x - x0 + box / 2) % box - box / 2
        total += [x_bar * moved, p_bar * (p - p0)]
    return model.sum(np.array(total))


def test_momenta_are_those_of_the_velocities(model):
    for state in model.evolve(model.white_noise(1), [float(model.scale_factors[1]), 1.0]):
        assert np.allclose(state.momenta, state.a * state.velocities / 100, rtol=1e-14)


def test_derivatives_agree_with_differences(model, bars, direction):
    s, at = model.white_noise(1), [float(model.scale_factors[1]), 1.0]
    both = [bars, (2 * bars[1], -bars[0])]
    noise, parameters = model.vjp_particles(s, [x for x, _ in both], [p for _, p in both], at=at)
    slope, h = model.sum(noise * direction), 1e-6
    difference = change(model, both, states(model, s + h * direction, at), states(model, s - h * direction, at)) / (2 * h)
    assert abs(slope) > 1
    assert difference == pytest.approx(slope, rel=2e-4)
    for name in ("Omega_m", "h", "w0"):
        h = 1e-6 * abs(model.cosmology[name])
        up, down = ({name: model.cosmology[name] + step} for step in (h, -h))
        difference = change(model, both, states(model, s, at, up), states(model, s, at, down)) / (2 * h)
        assert abs(parameters[name]) > 0
        assert difference == pytest.approx(parameters[name], rel=5e-4)


def weights(x, mesh, cell):
    """Cells, weights and derivatives of weights of cloud-in-cell: [8 corners][n]."""
    low = np.floor(x / cell).astype(int)
    d = x / cell - low
    for corner in np.ndindex(2, 2, 2):
        one = [d[:, a] if corner[a] else 1 - d[:, a] for a in range(3)]
        sign = [1 / cell if corner[a] else -1 / cell for a in range(3)]
        slope = np.stack([sign[a] * one[a - 1] * one[a - 2] for a in range(3)], axis=1)
        yield tuple((low + corner).T % np.array(mesh)[:, None]), slope


def test_a_loss_of_the_density_is_one_of_the_particles(model, comm):
    s = model.white_noise(1)
    bar = model.white_noise(3)  # on the mesh, which is as fine as the particle grid here
    whole = comm.bcast(model.gather(bar))
    x = states(model, s)[0][0]
    # dL/dx = M/N sum of dL/drho grad W, in NumPy.
    by_position = sum(whole[cells][:, None] * slope for cells, slope in weights(x, model.mesh, model.cell))
    noise, parameters = model.vjp_particles(s, by_position)
    expected, others = model.vjp(s, bar)
    assert np.abs(expected).max() > 0
    assert np.allclose(noise, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())
    for name in model.parameters:
        assert parameters[name] == pytest.approx(others[name], rel=1e-8)


def test_bits_do_not_depend_on_ranks(model, bars, config):
    noise, parameters = model.vjp_particles(model.white_noise(1), *bars)
    whole = model.gather(noise)
    if model.comm.rank == 0:
        with pl.Model(config, MPI.COMM_SELF) as alone:
            every = np.random.default_rng(7).standard_normal((2, int(np.prod(alone.grid)), 3))
            expected, others = alone.vjp_particles(alone.white_noise(1), *every)
            assert np.array_equal(whole, expected)
            assert parameters == others


def test_it_is_linear_and_nothing_comes_of_nothing(model, bars):
    s = model.white_noise(1)
    nothing, parameters = model.vjp_particles(s)
    assert not nothing.any() and not any(parameters.values())
    both, _ = model.vjp_particles(s, *bars)
    first, _ = model.vjp_particles(s, positions=bars[0])
    second, _ = model.vjp_particles(s, momenta=bars[1])
    assert np.allclose(first + second, both, rtol=1e-10, atol=1e-10 * np.abs(both).max())


def test_bars_that_cannot_be(model, bars, comm):
    s = model.white_noise(1)
    with pytest.raises(pl.UsageError, match="derivative by positions has the shape"):
        model.vjp_particles(s, bars[0][1:])
    with pytest.raises(pl.UsageError, match="derivative by momenta is of int64"):
        model.vjp_particles(s, momenta=np.ones(bars[0].shape, np.int64))
    with pytest.raises(pl.UsageError, match="for 1 times; it must be given for each of 2"):
        model.vjp_particles(s, [bars[0]], at=[float(model.scale_factors[1]), 1.0])
    bad = bars[0].copy()
    bad[-1, 2] = np.inf
    with pytest.raises(pl.UsageError, match="a derivative by particles is not finite"):
        model.vjp_particles(s, bad if comm.rank == comm.size - 1 else bars[0])
    with pytest.raises(pl.UsageError if comm.rank == 0 else pl.PeerError):
        model.vjp_particles(s, bars[0][1:] if comm.rank == 0 else bars[0])
    model.vjp_particles(s, *bars)


def test_single_precision(config):
    config["run"] = {"precision": "single"}
    with pl.Model(config) as m:
        n = int(np.prod(m.shape))
        noise, _ = m.vjp_particles(m.white_noise(1), np.ones((n, 3), np.float32), np.ones((n, 3)))
        assert noise.dtype == np.float32 and np.isfinite(noise).all()
        with pytest.raises(pl.UsageError, match="not finite"):
            m.vjp_particles(m.white_noise(1), np.full((n, 3), 1e300))  # no number in single precision


alone = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="conversions are of each rank's particles, and slow to import")


@alone
def test_states_become_particles_of_pynbody(model):
    pynbody = optional("pynbody")
    for state in model.evolve(model.white_noise(1)):
        sim, m = state.as_pynbody(), model
        assert np.array_equal(sim["pos"].in_units("Mpc a h**-1"), state.positions)
        assert np.array_equal(sim["vel"].in_units("km s**-1"), state.velocities)
        total = m.sum(np.asarray(sim["mass"].in_units("Msol h**-1")))
        assert total == pytest.approx(2.77536627e11 * 0.3 * np.prod(m.box), rel=1e-6)
        # What pynbody makes of it itself: the mean density of matter, in its own constants.
        critical = pynbody.analysis.cosmology.rho_crit(sim, unit="Msol h**2 Mpc**-3", z=0)
        assert total / np.prod(m.box) == pytest.approx(0.3 * critical, rel=2e-3)


@alone
def test_states_become_particles_of_yt(model):
    yt = optional("yt")
    yt.set_log_level("error")
    for state in model.evolve(model.white_noise(1)):
        ds = yt.load_particles(**state.as_yt())
        every = ds.all_data()
        h = model.cosmology["h"]
        order = np.argsort(np.asarray(every["all", "particle_index"]))
        x = np.asarray(every["all", "particle_position"].to("Mpc"))[order]
        assert np.allclose(x, state.positions[np.argsort(state.ids)] * state.a / h, rtol=1e-12)
        v = np.asarray(every["all", "particle_velocity_x"].to("km/s"))[order]
        assert np.allclose(v, state.velocities[np.argsort(state.ids), 0], rtol=1e-12)
        mass = float(every["all", "particle_mass"].sum().to("Msun")) * h
        assert mass == pytest.approx(2.77536627e11 * 0.3 * model.spacing**3 * len(x), rel=1e-6)
