"""What resamples tell of how sure a number is, and quantiles and the number of weighted values."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.chance import generator
from sim.uncertainty import Floats

RESAMPLES = 200
"""Resamples where each takes a search or a fit: a judgement. Their 95 % limits err by about a fifth
of a standard error.
"""
CHEAP_RESAMPLES = 400
"""Resamples where they cost little beside what is resampled: their limits err by an eighth."""


def bags(count: int, seed: int, *, resamples: int = RESAMPLES) -> Iterator[NDArray[np.intp]]:
    """Resamples of `count` things, each as their positions (bootstrap: Efron 1979)."""
    rng = generator(seed, "resamples")
    return (rng.integers(count, size=count) for _ in range(resamples))


def halves(count: int, seed: int, *, resamples: int = RESAMPLES) -> Iterator[NDArray[np.intp]]:
    """Random halves of `count` things, each as their positions.

    What halves say varies about as what all say would (McCarthy 1969).
    """
    rng = generator(seed, "halves")
    return (np.sort(rng.permutation(count)[: count // 2]) for _ in range(resamples))


def weighted_quantiles(values: Floats, weights: Floats, at: Sequence[float]) -> Floats:
    """Quantiles of values whose weights add up to 1, between which it is linear.

    Each value stands at the middle of its weight.
    """
    order = np.argsort(values, kind="stable")
    return np.asarray(np.interp(at, np.cumsum(weights[order]) - weights[order] / 2, values[order]))


def effective_number(weights: Floats) -> float:
    """How many of equal weight would tell as much as those of these weights (Kish 1965), however
    small these are; none of no weight at all.
    """
    most = float(weights.max())
    if most <= 0:
        return 0.0
    shares = weights / most
    return float(shares.sum()) ** 2 / float(np.square(shares).sum())
