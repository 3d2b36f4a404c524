import gc
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import palindrome as pl
from mpi4py import MPI


def test_a_mistake_in_the_configuration_is_our_line(config):
    config["box"]["particle"] = 3
    with pytest.raises(pl.UsageError, match="box.particle is not a known key; did you mean box.particles") as caught:
        pl.Model(config)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text, words", [
    ("box: {particles: 2}\nrun: {precision: double}\n", "box.particles is 2"),
    ("box: [\n", "configuration"),
    ("box: {particles: 16}\nrun: {ranks: [7, 7]}\n", "run.ranks"),
])  # fmt: skip
def test_texts_with_mistakes(text, words):
    with pytest.raises(pl.UsageError, match=words.replace("[", "\\[")):
        pl.Model(text)


def test_a_file_that_is_not_there():
    with pytest.raises(pl.UsageError, match="/nowhere/run.yaml"):
        pl.Model("/nowhere/run.yaml")


def test_arrays_that_do_not_fit(model):
    s = model.white_noise(1)
    with pytest.raises(pl.UsageError, match="shape"):
        model.forward(s[1:])
    with pytest.raises(pl.UsageError, match="float32"):
        model.forward(s.astype(np.float32))
    with pytest.raises(pl.UsageError, match="C order"):
        model.forward(np.asfortranarray(s))

    class OnDevice:
        __cuda_array_interface__ = {}

    with pytest.raises(pl.UsageError, match="device"):
        model.forward(OnDevice())
    bad = s.copy()
    bad[0, 0, 0] = np.nan
    with pytest.raises(pl.UsageError, match="not finite"):
        model.forward(bad)
    model.forward(s)


def test_communicators_that_do_not_fit(model, config, comm):
    with pytest.raises(pl.UsageError, match="the communicator cannot be used"):
        pl.Model(config, MPI.COMM_NULL)
    with pl.Model(config, MPI.COMM_SELF) as alone:
        whole = alone.white_noise(1)
    if comm.size > 1:  # a block of another number of ranks
        with pytest.raises(pl.UsageError, match="the white noise has the shape"):
            model.forward(whole)
    else:
        assert np.array_equal(model.forward(whole), model.forward(model.white_noise(1)))


def test_cosmologies_and_times_that_cannot_be(model):
    s = model.white_noise(1)
    with pytest.raises(pl.UsageError, match="Omega_b"):
        model.forward(s, {"Omega_b": 0.9})
    with pytest.raises(pl.UsageError, match="cosmology has sigma"):
        model.forward(s, {"sigma": 0.9})
    with pytest.raises(pl.UsageError, match="where a step ends"):
        list(model.evolve(s, [0.123]))
    with pytest.raises(pl.UsageError, match="increase"):
        list(model.evolve(s, [1.0, float(model.scale_factors[1])]))
    with pytest.raises(pl.UsageError, match="scale factor"):
        model.growth(0.0)
    with pytest.raises(pl.UsageError, match="objective.data is not given"):
        model.posterior()
    model.forward(s)


def test_an_exception_on_one_rank_is_one_on_all(model, comm):
    s, culprit = model.white_noise(1), comm.size - 1
    expected = model.forward(s)

    def loss(density):
        if comm.rank == culprit:
            raise KeyError("mine")
        return 0.0, density

    error = KeyError if comm.rank == culprit else pl.PeerError
    with pytest.raises(error) as caught:
        model.value_and_grad(s, loss)
    if comm.rank != culprit:
        assert caught.value.rank == culprit and "KeyError: 'mine'" in str(caught.value)
    # A wrong array on one rank alone.
    mine = s[1:] if comm.rank == culprit else s
    with pytest.raises(pl.UsageError if comm.rank == culprit else pl.PeerError):
        model.forward(mine)
    assert np.array_equal(model.forward(s), expected)


def test_an_exception_on_one_rank_frees_the_model_on_all(config, comm):
    with pytest.raises((KeyError, pl.PeerError)):
        with pl.Model(config, comm) as model:
            def loss(density):
                if comm.rank == comm.size - 1:
                    raise KeyError("mine")
                return 0.0, density

            model.value_and_grad(model.white_noise(1), loss)
    assert model.closed


def test_an_exception_outside_of_calls_waits_for_nobody(config, comm):
    if comm.size == 1:
        pytest.skip("one rank waits for nobody anyway")
    model = pl.Model(config, comm)
    try:
        with model:
            if comm.rank == 0:
                raise KeyError("mine")
    except KeyError:
        assert not model.closed
        model.close()
    assert model.closed


def test_numbers_that_differ_between_ranks(model, comm):
    if comm.size == 1:
        pytest.skip("one rank agrees with itself")
    with pytest.raises(pl.UsageError, match="differs between ranks"):
        model.forward(model.white_noise(1), {"Omega_m": 0.3 + 0.01 * comm.rank})


def test_losses_that_are_none(model):
    s = model.white_noise(1)
    with pytest.raises(pl.UsageError, match="derivative of the loss"):
        model.value_and_grad(s, lambda density: (0.0, density[1:]))
    with pytest.raises(pl.UsageError, match="not finite"):
        model.value_and_grad(s, lambda density: (0.0, np.full_like(density, np.inf)))
    with pytest.raises(pl.UsageError, match="not finite"):
        model.value_and_grad(s, lambda density: (np.nan, np.zeros_like(density)))
    with pytest.raises(pl.UsageError, match="under way"):
        model.value_and_grad(s, lambda density: (0.0, model.forward(s)))
    value, noise, _ = model.value_and_grad(s, lambda density: (0.0, np.ones_like(density)))
    assert np.isfinite(noise).all()


def test_a_closed_model_says_so(config):
    m = pl.Model(config)
    s, states = m.white_noise(1), m.evolve(m.white_noise(1))
    m.close()
    m.close()
    assert m.closed
    field, path = np.empty(m.mesh_shape), "/nowhere/field.h5"
    for call in (
        lambda: m.forward(s), lambda: m.white_noise(1), lambda: m.growth(1.0), lambda: m.linear_power([0.1]),
        lambda: next(states), lambda: m.evolve(s), lambda: m.value_and_grad(s, lambda rho: (0.0, rho)),
        lambda: m.vjp(s, field), lambda: m.vjp_particles(s), lambda: m.posterior(), lambda: m.power(s),
        lambda: m.sum([1.0]), lambda: m.gather(s), lambda: m.scatter(s), lambda: m.read(path),
        lambda: m.write(path, field), lambda: m.plot(field),
    ):  # fmt: skip
        with pytest.raises((pl.UsageError, StopIteration)):
            call()


@pytest.mark.skipif(
    MPI.COMM_WORLD.size > 1 and not os.environ.get("PALINDROME_LONG_TESTS"), reason="a long test on several ranks"
)
def test_memory_is_steady_over_200_calls(config):
    def resident():
        with open("/proc/self/status") as file:
            return int(next(line for line in file if line.startswith("VmRSS")).split()[1])

    config["evolution"] = {"steps": 1}
    with pl.Model(config) as m:
        s = m.white_noise(1)
        one = lambda: m.value_and_grad(s, lambda density: (0.0, density - 1))  # noqa: E731
        for _ in range(20):
            one()
        gc.collect()
        before = resident()
        for _ in range(200):
            one()
        gc.collect()
        assert resident() - before < 2000  # [KiB]; a leak of one field of 16^3 would be 6400


def lonely(program):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("OMPI_", "PMIX_", "PMI_", "PRTE_"))}
    return subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, env=env, timeout=120)


@pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="processes of their own are started by one")
@pytest.mark.parametrize("ending", [
    "m.close(); MPI.Finalize()", "MPI.Finalize(); m.close()", "MPI.Finalize(); del m", "pass", "del m",
])  # fmt: skip
def test_models_end_before_and_after_mpi(ending):
    done = lonely(f"""
        from mpi4py import MPI
        import palindrome as pl
        m = pl.Model({{"box": {{"particles": 8, "spacing": 4.0}}, "evolution": {{"steps": 2}}}})
        m.forward(m.white_noise(1))
        {ending}
    """)
    assert done.returncode == 0 and not done.stderr, done.stderr


@pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="processes of their own are started by one")
def test_import_without_a_launcher_starts_no_process():
    done = lonely("""
        import os, palindrome
        children = open(f"/proc/self/task/{os.getpid()}/children").read()
        assert not children, children
    """)
    assert done.returncode == 0, done.stderr
