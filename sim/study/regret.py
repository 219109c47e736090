"""How guarantees do beside each other in each parameter set: which is best, and by how much the
others fall short of it (Savage 1951).
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.freed import by_design, chance_left
from sim.analysis.measures import Measure
from sim.analysis.resampling import bags
from sim.ensemble.store import Run
from sim.levels import MAX_ERROR_CHANCE, TAILS
from sim.study.discovery import chance_of_error, difference
from sim.uncertainty import Floats

Mask = NDArray[np.bool_]
WORST_SHARE = 0.1
"""The worst tenth of the parameter sets: rare enough to hurt, and still estimated well."""
_TIE = 1e-9
"""Guarantees that differ by less are level: rounding differs by less."""


def relative(measure: Measure, runs: Sequence[Run]) -> Floats:
    """How each guarantee does in each design beside the mean of all (guarantee, design), freed of
    the chance of few histories.
    """
    middle = np.mean([measure.numbers(run.worlds) for run in runs], axis=0)
    beside = Measure(
        measure.name, measure.label, "difference", lambda worlds: measure.numbers(worlds) - middle
    )
    return np.stack([by_design(beside, run.worlds) for run in runs])


def best_shares(better: Floats) -> Floats:
    """For each guarantee and design 1 where it is best, divided between those that are level
    (guarantee, design).
    """
    best = better >= better.max(axis=0) - _TIE
    return np.asarray(best / best.sum(axis=0))


def regrets(better: Floats) -> Floats:
    """What each guarantee falls short of the best one in each design (Savage 1951)."""
    return np.asarray(better.max(axis=0) - better)


def worst_tenth(values: Floats) -> float:
    """The mean of the lowest tenth of the values."""
    return float(np.sort(values)[: max(1, round(WORST_SHARE * len(values)))].mean())


def with_resample_limits(
    name: str, values: Floats, statistic: Callable[[Floats], Any], seed: int
) -> dict[str, float]:
    """A number of some designs, with the limits of 95 % of resamples of them."""
    resampled = [statistic(values[bag]) for bag in bags(len(values), seed)]
    return dict(
        zip(
            (name, f"{name}_low", f"{name}_high"),
            (float(statistic(values)), *np.quantile(resampled, TAILS)),
            strict=True,
        )
    )


def ahead(measure: Measure, runs: Sequence[Run], better: Floats) -> tuple[Mask, Mask]:
    """Whether a guarantee is ahead of every other in a design by more than the chance of few
    histories, and whether none is so of it.

    Both (guarantee, design): surely best, and perhaps best.
    """
    surely, maybe = better >= better.max(axis=0), np.ones(better.shape, dtype=np.bool_)
    for first, other in combinations(range(len(runs)), 2):
        gap, error = (
            better[first] - better[other],
            chance_left(difference(measure, runs[other]), runs[first].worlds),
        )
        level = (chance_of_error(gap, error) > MAX_ERROR_CHANCE) | (gap == 0)
        surely[first] &= ~level
        surely[other] &= ~level
        maybe[first] &= level | (gap > 0)
        maybe[other] &= level | (gap < 0)
    return np.asarray(surely), maybe
