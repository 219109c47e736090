"""Means over histories that carry weights: what is expected after what has been observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.designs import Designs, designs_of
from sim.analysis.estimate import DIFFERENCE, SHARE, Estimate, estimate, share_limits
from sim.analysis.measures import Columns, Measure
from sim.analysis.resampling import effective_number, weighted_quantiles
from sim.levels import SPREAD
from sim.uncertainty import Floats


@dataclass(frozen=True)
class Weighted:
    """Histories in which `values` (history,) are looked at, with their weights.

    `origin` is the place of the world from which each descends among all `worlds`, in the order of
    their designs: histories of one origin, and origins of one design, are not independent.
    """

    worlds: Columns
    origin: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    weights: Floats

    @cached_property
    def designs(self) -> Designs:
        """The parameter sets."""
        return designs_of(self.worlds)

    @cached_property
    def by_origin(self) -> Floats:
        """The weight of each world, (world,)."""
        return self._added(self.weights)

    @property
    def _is_free(self) -> bool:
        """Whether the histories are those of a run: each world once, with the same weight."""
        return bool(
            np.array_equal(self.origin, np.arange(len(self.origin))) and not np.ptp(self.weights)
        )

    @property
    def effective(self) -> float:
        """How many histories of equal weight, of different worlds, would tell as much."""
        return effective_number(self.by_origin)

    def share(self, chosen: Floats, among: Floats | None = None) -> Estimate:
        """The weighted share of histories that are `chosen` (history,), of all or `among` some: a
        ratio of means, with limits and a range over parameter sets.
        """
        if among is None and self._is_free:
            return estimate(Measure("share", "share", "share", lambda _: chosen), self.worlds)
        whole = self.weights if among is None else self.weights * among
        numerator, denominator = self._by_design(whole * chosen), self._by_design(whole)
        above, below = numerator.mean(axis=1), denominator.mean(axis=1)
        value = float(np.clip(above.mean() / below.mean(), 0, 1))
        error = self.designs.error((above - value * below) / below.mean())
        low, high = share_limits(value, error, self.designs, denominator)
        spread = _spread(numerator, denominator, value, self.designs)
        return Estimate(value, low, high, *spread, "a share of weighted histories", SHARE)

    def influence(self, chosen: Floats) -> tuple[float, Floats]:
        """The weighted share, and what each design adds to its error, (design,)."""
        above, below = (
            self._by_design(numbers).mean(axis=1)
            for numbers in (self.weights * chosen, self.weights)
        )
        value = float(above.mean() / below.mean())
        return value, (above - value * below) / below.mean()

    def mean(self, values: Floats) -> float:
        """The weighted mean of values (history,)."""
        return float((self.weights * values).sum() / self.weights.sum())

    def quantiles(self, values: Floats, at: Sequence[float]) -> list[float]:
        """Quantiles of values (history,) by weight."""
        return [float(q) for q in weighted_quantiles(values, self.weights / self.weights.sum(), at)]

    def _added(self, values: Floats) -> Floats:
        sums = np.bincount(self.origin, values, len(self.worlds["world"]))
        return np.asarray(sums, dtype=np.float64)

    def _by_design(self, values: Floats) -> Floats:
        """Sums over the descendants of each world, (design, replicate)."""
        return self._added(values).reshape(self.designs.count, -1)


def moved(before: Weighted, was: Floats, after: Weighted, now: Floats) -> Estimate:
    """By how much a share changed between two ensembles of the same worlds; it has no range."""
    (first, earlier), (second, later) = before.influence(was), after.influence(now)
    change, designs = second - first, after.designs
    reach = designs.quantile * designs.error(later - earlier)
    return Estimate(
        change,
        max(-1.0, change - reach),
        min(1.0, change + reach),
        np.nan,
        np.nan,
        "a change of a share",
        DIFFERENCE,
    )


def _spread(
    numerator: Floats, denominator: Floats, value: float, designs: Designs
) -> tuple[float, float]:
    """Range of the ratios of parameter sets, by their weight, freed of the chance of few histories.

    Each is drawn towards the common ratio of those that an additive fit puts next to it, as far as
    what sets it apart is by chance (as in `estimates`).
    """
    above, below = numerator.mean(axis=1), denominator.mean(axis=1)
    replicates, weighs = numerator.shape[1], below > 0
    if replicates == 1:
        return np.nan, np.nan
    order = value + (above - value * below) / below.mean()
    around, whole = (designs.alike(side, order) for side in (above, below))
    near = np.divide(around, whole, out=np.full_like(around, value), where=whole > 0)[weighs]
    own, weights = above[weighs] / below[weighs], below[weighs] / below.sum()
    apart = (numerator[weighs] - own[:, None] * denominator[weighs]) / below[weighs, None]
    by_chance = float(weights @ (apart.var(axis=1, ddof=1) / replicates))
    total = float(weights @ (own - near) ** 2)
    kept = np.sqrt(max(0.0, total - by_chance) / total) if total > 0 else 0.0
    freed = np.clip(near + kept * (own - near), 0, 1)
    low, high = weighted_quantiles(freed, weights, SPREAD)
    return float(low), float(high)
