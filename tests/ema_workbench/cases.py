"""Cases that both EMA workbench and our own peeling are given.

Plain numbers from a seed, and a rule.
"""

import numpy as np
import pandas as pd


def _numbers(seed, count):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.random((count, 4)), columns=list("abcd")), rng


def one_corner():
    """A box in two of four parameters, with noise."""
    x, rng = _numbers(1, 400)
    return x, ((x["a"] > 0.7) & (x["c"] < 0.4)).to_numpy() ^ (rng.random(400) < 0.05)


def two_corners():
    """Two boxes apart from each other."""
    x, _ = _numbers(2, 500)
    return x, (((x["a"] > 0.6) & (x["b"] > 0.6)) | ((x["a"] < 0.25) & (x["d"] < 0.4))).to_numpy()


def a_slope():
    """No box at all: the chance rises with two parameters."""
    x, rng = _numbers(3, 400)
    return x, rng.random(400) < (x["a"] * x["b"]).to_numpy()


def with_ties():
    """One parameter takes five values, another is skewed."""
    x, rng = _numbers(4, 400)
    x = x.assign(b=np.floor(5 * x["b"]), c=np.exp(3 * x["c"]))
    return x, ((x["b"] >= 3) & (x["c"] > 5)).to_numpy() ^ (rng.random(400) < 0.03)


CASES = {case.__name__: case for case in (one_corner, two_corners, a_slope, with_ties)}
