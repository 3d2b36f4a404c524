"""Every test is one job on all ranks: `mpirun -n N python -m pytest`. Those that compare with files of the command need
PALINDROME_TEST_DATA, which Tests/command/python.sh fills."""

import importlib
import os
from pathlib import Path

import numpy as np
import pytest

import palindrome as pl
from mpi4py import MPI

CONFIG = {
    "box": {"particles": 16, "spacing": 4.0},
    "cosmology": {"preset": "simple-lcdm"},
    "initial": {"a": 0.1, "seed": 1},
    "evolution": {"steps": 3},
    "run": {"precision": "double"},
}


def optional(name):
    """A package; what needs it is skipped where it is not there, or cannot be loaded."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        pytest.skip(f"there is no {name}: {error}", allow_module_level=True)


@pytest.fixture(autouse=True)
def together():
    """A test begins when all ranks are there: what one left behind is not taken for a message of the next."""
    MPI.COMM_WORLD.barrier()
    yield


@pytest.fixture
def comm():
    return MPI.COMM_WORLD


@pytest.fixture
def config():
    return {section: dict(keys) for section, keys in CONFIG.items()}


@pytest.fixture
def model(config):
    m = pl.Model(config)
    yield m
    m.close()


@pytest.fixture
def data():
    path = os.environ.get("PALINDROME_TEST_DATA")
    if not path:
        pytest.skip("PALINDROME_TEST_DATA does not name files of the command")
    return Path(path)


@pytest.fixture
def direction(model):
    """A direction in the space of white noise, the same on any ranks."""
    return model.white_noise(99)


def alike(comm, value):
    """Whether a number is the same on all ranks."""
    return all(np.array_equal(value, other, equal_nan=True) for other in comm.allgather(value))
