"""The examples run as they are, and assert what they show."""

import importlib.util
import os
import runpy
from pathlib import Path

import pytest
from conftest import optional

from mpi4py import MPI

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
NEEDS = {"simulate": [], "reconstruct": ["scipy"], "jax_loss": ["jax", "optax"], "torch_bias": ["torch"],
         "sampling": ["jax", "blackjax"]}  # fmt: skip


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(NEEDS)


@pytest.mark.parametrize("name", NEEDS)
def test_example(name, monkeypatch, tmp_path):
    if name != "simulate" and MPI.COMM_WORLD.size > 1:
        pytest.skip("an example of one process")
    for module in NEEDS[name]:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"there is no {module}")
        optional(module)
    monkeypatch.chdir(tmp_path)
    os.environ.setdefault("MPLBACKEND", "Agg")
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
