"""Random numbers of studies come from named streams."""

import ast
import itertools
from pathlib import Path

import numpy as np

from sim.chance import generator, stream_seed

ROOT = Path(__file__).parents[1]


def stream_names() -> set[str]:
    """Every name that the package gives a stream as a text."""
    names = set()
    for path in (ROOT / "sim").glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("generator", "stream_seed")
                and isinstance(node.args[1], ast.Constant)
            ):
                names.add(str(node.args[1].value))
    return names


def test_no_stream_of_any_study_meets_another_under_neighbouring_seeds():
    """Of 20 seeds no two streams begin alike, and no two give one seed.

    Two of some 300 words of 63 bits are equal by chance once in 1e14.
    """
    names = stream_names()
    assert len(names) > 10
    keys = list(itertools.product(range(2015, 2035), names))
    first = [int(generator(*key).integers(2**63)) for key in keys]
    seeds = [stream_seed(*key) for key in keys]
    assert len({*first}) == len({*seeds}) == len(keys)


def test_streams_are_uniform_and_independent_of_their_neighbours():
    """Correlations of 20,000 numbers of neighbouring seeds, names and batches are within 4.5
    standard errors; false alarm 7e-6 for each of three pairs.
    """
    count = 20_000
    drawn = generator(7, "resamples").random(count)
    for other in (
        generator(8, "resamples"),
        generator(7, "halves"),
        generator(7, "resamples", 1),
    ):
        assert abs(np.corrcoef(drawn, other.random(count))[0, 1]) < 4.5 / np.sqrt(count)


def test_a_seed_has_as_many_bits_as_are_wanted():
    for seed in range(50):
        assert 0 <= stream_seed(seed, "sobol sample", bits=31) < 2**31
        assert 0 <= stream_seed(seed, "fresh histories") < 2**63
