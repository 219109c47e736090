"""Means of parameter sets, freed of the chance of their few histories."""

import numpy as np

from sim.analysis.designs import NEIGHBOURS, Designs, designs_of
from sim.analysis.measures import Columns, Measure
from sim.errors import ImpossibleError
from sim.uncertainty import Floats


def by_design(measure: Measure, worlds: Columns) -> Floats:
    """The mean of a measure in each parameter set, freed of the chance of few replicates.

    NaN where there is but one.
    """
    designs = designs_of(worlds)
    return without_chance(by_replicate(measure, designs, worlds), designs)


def chance_left(measure: Measure, worlds: Columns) -> Floats:
    """The standard error that chance leaves in each design's `by_design`.

    NaN where there is but one replicate.

    That of an empirical Bayes estimate about a regression (Fay & Herriot 1979), with the variance
    of chance of designs that are alike, and the error that chance leaves in the fit and in the mean
    of those designs.
    """
    designs = designs_of(worlds)
    numbers = by_replicate(measure, designs, worlds)
    if numbers.shape[1] == 1:
        return np.full(designs.count, np.nan)
    by_chance = np.maximum(0, designs.alike(numbers.var(axis=1, ddof=1))) / numbers.shape[1]
    means = numbers.mean(axis=1)
    apart = max(0.0, float((means - designs.alike(means)).var(ddof=1) - by_chance.mean()))
    total = by_chance + apart
    kept = np.divide(apart, total, out=np.zeros_like(total), where=total > 0)
    fitted = (
        1 / (2 * max(2, designs.count // NEIGHBOURS) + 1)
        + (designs.count - designs.freedom) / designs.count
    )
    return np.asarray(np.sqrt(by_chance * (kept + (1 - kept) ** 2 * fitted)))


def by_replicate(
    measure: Measure, designs: Designs, worlds: Columns, against: Columns | None = None
) -> Floats:
    """The numbers of a measure, or their differences (design, replicate).

    Raises ImpossibleError where one is not finite.
    """
    numbers = measure.numbers(worlds) - (0 if against is None else measure.numbers(against))
    if not np.isfinite(numbers).all():
        raise ImpossibleError(
            f"{measure.label}: {np.count_nonzero(~np.isfinite(numbers))} of {len(numbers)} "
            "histories have no number"
        )
    return np.asarray(numbers.reshape(designs.count, -1))


def without_chance(numbers: Floats, designs: Designs) -> Floats:
    """Means of designs from worlds (design, replicate), as they would be with many replicates.

    Spread as designs are, without chance.

    A mean of few replicates varies by chance even where parameters do not matter. Designs that the
    additive fit puts next to each other are alike, so that their common mean is nearly free of
    chance; what a design differs from it is kept as far as it varies by more than chance (empirical
    Bayes about a regression: Fay & Herriot 1979; constrained to the right spread: Louis 1984).
    """
    means, replicates = numbers.mean(axis=1), numbers.shape[1]
    if replicates == 1:
        return np.full_like(means, np.nan)
    alike = designs.alike(means)
    apart = means - alike
    by_chance, total = numbers.var(axis=1, ddof=1).mean() / replicates, apart.var(ddof=1)
    freed = alike + np.sqrt(max(0.0, total - by_chance) / total) * apart if total > 0 else means
    return np.asarray(
        np.clip(freed, means.min(), means.max())
    )  # which is not passed but by rounding
