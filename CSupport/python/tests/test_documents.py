"""The Python that README and the guide print runs as it is printed; in the short tests, of a smaller universe."""

import contextlib
import importlib.util
import os
import re
from pathlib import Path

import pytest

from mpi4py import MPI

ROOT = Path(__file__).resolve().parents[3]
IS_LONG = bool(os.environ.get("PALINDROME_LONG_TESTS"))
pytestmark = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="what is printed is for one process to begin with")


def blocks(document):
    """The indented blocks that use the package, in their order."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", (ROOT / document).read_text(encoding="utf-8"), re.M)
    texts = [re.sub(r"^    ", "", block, flags=re.M).strip("\n") for block in found]
    return [text for text in texts if re.search(r"\bpl\.|\bm\.evolve\b", text)]


def has_packages(text):
    """Whether what a text imports beside NumPy and ours is there."""
    names = re.findall(r"\b(jax|torch|optax)\b", " ".join(re.findall(r"^import .*$", text, re.M)))
    return all(importlib.util.find_spec(name) for name in names)


@contextlib.contextmanager
def run(texts):
    """Runs them in one namespace, of which the model is closed whatever happens."""
    space = {}
    try:
        for text in texts:
            exec(compile(text, "printed", "exec"), space)
        yield space
    finally:
        if "m" in space:
            space["m"].close()


def smaller(text, old, new):
    """Changes what is printed, unless the tests are long."""
    assert old in text
    return text if IS_LONG else text.replace(old, new)


def test_lines_of_the_readme():
    (text,) = blocks("README.md")
    if not has_packages(text):
        pytest.skip("there is no jax, or no optax")
    text = smaller(smaller(text, '"particles": 64', '"particles": 8'), "range(200)", "range(30)")
    with run([text]) as space:
        assert float(space["value"]) < 0.7 * float(space["loss"](0.1 * space["m"].white_noise(1)))


def test_lines_of_the_guide():
    first, *others = blocks("Sources/Palindrome.docc/Python.md")
    assert len(others) == 3
    texts = [smaller(first, '"particles": 64', '"particles": 16'), *filter(has_packages, others)]
    with run(texts) as space:
        assert space["by_noise"].shape == space["m"].shape and abs(space["by_noise"]).max() > 0
        assert "x" not in space or abs(space["x"].grad.numpy()).max() > 0
