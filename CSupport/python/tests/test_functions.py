import numpy as np
import pytest

import palindrome as pl
from conftest import alike, optional
from mpi4py import MPI


def test_fields_are_the_same_on_any_ranks(model, config):
    whole = model.gather(model.white_noise(5)), model.gather(model.forward(model.white_noise(5)))
    if model.comm.rank == 0:
        with pl.Model(config, MPI.COMM_SELF) as alone:
            s = alone.white_noise(5)
            assert np.array_equal(whole[0], s)
            assert np.array_equal(whole[1], alone.forward(s))
            assert whole[0].std() == pytest.approx(1, abs=0.1)


def test_scatter_undoes_gather(model):
    s = model.white_noise(1)
    whole = model.gather(s)
    assert (whole is None) == (model.comm.rank != 0)
    assert np.array_equal(model.scatter(whole), s)


def test_states_answer_while_the_run_stands_there(model):
    s, kept = model.white_noise(1), []
    for state in model.evolve(s, [float(a) for a in model.scale_factors[1:]]):
        density = state.density()
        assert model.sum(density) == pytest.approx(np.prod(model.mesh), rel=1e-12)
        kept.append((state, density))
    assert [state.a for state, _ in kept] == list(model.scale_factors[1:])
    assert np.array_equal(kept[-1][1], model.forward(s))
    with pytest.raises(pl.UsageError, match="has gone on"):
        kept[0][0].density()


def test_a_state_outlives_its_iteration_but_not_its_model(config):
    with pl.Model(config) as m:
        s = m.white_noise(1)
        state = next(m.evolve(s))
        for other in m.evolve(s, [float(m.scale_factors[1]), 1.0]):
            break
        assert state.a == 1 and np.array_equal(state.density(), m.forward(s))
        assert m.sum(other.density()) == pytest.approx(np.prod(m.mesh), rel=1e-12)
    with pytest.raises(pl.UsageError, match="has gone on"):
        state.density()


def test_particles_have_places_velocities_and_names(model, comm):
    s = model.white_noise(1)
    for state in model.evolve(s):
        x, v, ids = state.positions, state.velocities, state.ids
        assert (x >= 0).all() and (x < model.box).all()
        assert abs(model.sum(v[:, 0])) < 1e-6 * model.sum(abs(v[:, 0]))  # momentum is conserved
        every = np.concatenate(comm.allgather(ids))
        assert sorted(every) == list(range(16**3))
        yt = state.as_yt()
        assert len(yt["data"]["particle_mass"]) == len(ids)


def test_haloes_are_those_of_the_configuration(config):
    config["halo"] = {"minimum_particles": 10}
    config["box"]["spacing"] = 1.0
    with pl.Model(config) as m:
        for state in m.evolve(m.white_noise(1)):
            haloes = state.haloes()
            assert haloes.total == sum(m.comm.allgather(len(haloes)))
            assert haloes.total > 0
            if len(haloes):
                assert (np.diff(haloes.length) <= 0).all()
                assert (haloes.mass > 0).all() and (haloes.position < m.box).all()
                ratio = haloes.mass / haloes.length
                assert np.allclose(ratio, 2.77536627e11 * 0.3 * m.spacing**3, rtol=1e-6)


def test_power_is_that_of_the_modes(model, config):
    s = model.white_noise(1)
    found = model.power(s)
    whole = model.gather(s)
    assert alike(model.comm, found.power)
    if model.comm.rank == 0:
        n, side = 16, model.box[0]
        modes = np.abs(np.fft.fftn(whole)) ** 2 * side**3 / n**6
        k = np.fft.fftfreq(n, 1 / n)
        radius = np.sqrt(k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2)
        shell = (radius >= 1.5) & (radius < 2.5)
        assert found.modes[1] == shell.sum()
        assert found.power[1] == pytest.approx(modes[shell].mean(), rel=1e-10)
        assert found.k[1] == pytest.approx(2 * np.pi / side * radius[shell].mean(), rel=1e-6)


def test_results_plot_themselves(model, config, comm):
    matplotlib = optional("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    density = model.forward(model.white_noise(1))
    whole = comm.bcast(model.gather(density))
    for axis in range(3):
        ax = model.plot(density, plt.figure().gca(), axis=axis)
        assert (ax is None) == (comm.rank != 0)
        if ax is not None:
            image = ax.images[0]
            assert np.allclose(image.get_array(), whole.mean(axis=axis).T, rtol=1e-12)
            assert tuple(image.get_extent()) == (0, 64, 0, 64)
            assert ax.get_xlabel().startswith("$" + "yxx"[axis]) and ax.get_ylabel().startswith("$" + "zzy"[axis])
    signed = model.plot(model.white_noise(1), plt.figure().gca())
    assert signed is None or isinstance(signed.images[0].norm, matplotlib.colors.Normalize)
    spectrum = model.power(density)
    line = spectrum.plot(plt.figure().gca(), label="P").lines[0]
    assert np.array_equal(line.get_xdata(), spectrum.k) and np.array_equal(line.get_ydata(), spectrum.power)
    with pytest.raises(pl.UsageError, match="axis is 3"):
        model.plot(density, axis=3)
    for state in model.evolve(model.white_noise(1)):
        ax = state.plot(plt.figure().gca())
        haloes = state.haloes().plot(plt.figure().gca())
        assert haloes.get_xlabel() and (ax is None) == (comm.rank != 0)
    plt.close("all")


def test_growth_of_a_universe_of_matter_alone(model):
    growth = model.growth(0.5, {"Omega_m": 1.0})
    assert growth.D1 == pytest.approx(0.5, rel=1e-9)
    assert growth.f1 == pytest.approx(1, rel=1e-9)
    assert growth.E == pytest.approx(0.5**-1.5, rel=1e-12)
    assert growth.D2 == pytest.approx(-3 / 7 * 0.25, rel=1e-9)


def test_linear_power_follows_amplitude_and_is_measured_in_the_initial_conditions(model):
    k = np.array([0.02, 0.1, 1.0])
    power = model.linear_power(k)
    assert np.allclose(model.linear_power(k, {"A_s": 2 * model.cosmology["A_s"]}), 2 * power, rtol=1e-12)
    assert (power > 0).all()


def test_files_are_read_as_they_were_written(model, comm, tmp_path_factory):
    path = comm.bcast(str(tmp_path_factory.mktemp("files")) if comm.rank == 0 else None)
    s, density = model.white_noise(1), model.forward(model.white_noise(1))
    model.write(f"{path}/noise.h5", s, "/noise")
    model.write(f"{path}/density.h5", density)
    assert np.array_equal(model.read(f"{path}/noise.h5", "/noise", "particles"), s)
    assert np.array_equal(model.read(f"{path}/density.h5"), density)
    with pytest.raises(pl.UsageError, match="already"):
        model.write(f"{path}/noise.h5", s, "/noise")


def test_single_precision(config):
    config["run"] = {"precision": "single"}
    with pl.Model(config) as m:
        assert m.dtype == np.float32
        value, noise, _ = m.value_and_grad(m.white_noise(1), lambda r: (float((r.astype("f8") ** 2).sum()), 2 * r))
        assert noise.dtype == np.float32 and np.isfinite(value)


def test_two_models_at_once(model, config):
    s = model.white_noise(1)
    expected = model.forward(s)
    config["cosmology"] = {"preset": "planck18"}
    with pl.Model(config) as other:
        for state in model.evolve(s):
            different = other.forward(s)
            assert np.array_equal(state.density(), expected)
            assert not np.array_equal(different, expected)
