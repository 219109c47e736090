"""Means over histories with two intervals: sampling error, and spread over parameter sets."""

import math
from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.designs import Designs, designs_of
from sim.analysis.freed import by_replicate, without_chance
from sim.analysis.measures import Columns, Measure
from sim.analysis.resampling import effective_number
from sim.chance import generator
from sim.errors import ImpossibleError
from sim.levels import SPREAD
from sim.uncertainty import Floats

_REDRAWS = 40
"""A judgement: a standard error from so many redraws is itself sure to a tenth or so."""
_ROUNDING = 1e-9
"""By which a share that is the weight of one history may miss it."""
Limits = tuple[float, float]
SHARE: Limits = (0.0, 1.0)
DIFFERENCE: Limits = (-1.0, 1.0)
"""Of two shares."""
AMOUNT: Limits = (0.0, math.inf)
ANY: Limits = (-math.inf, math.inf)


@dataclass(frozen=True)
class Estimate:
    """A mean over worlds.

    The spread alone may be missing, both of it NaN: where one history a design cannot tell chance
    from parameters, and of a number of all designs, such as a share of them. Raises
    ImpossibleError, with the name of `what` is estimated, for any other number that is not finite
    or not `within` its limits, and for an interval that does not hold the estimate.
    """

    value: float
    low: float  # sampling error: 95 % confidence interval
    high: float
    spread_low: float = math.nan  # what we do not know: 5 to 95 % of parameter sets
    spread_high: float = math.nan
    what: InitVar[str] = "a number"
    within: InitVar[Limits] = ANY

    def __post_init__(self, what: str, within: Limits) -> None:
        """The gate on every estimate."""
        least, most = within
        spread = (
            ()
            if math.isnan(self.spread_low) and math.isnan(self.spread_high)
            else (self.spread_low, self.spread_high)
        )
        if (
            not all(
                math.isfinite(number) and least <= number <= most
                for number in (self.value, self.low, self.high, *spread)
            )
            or not self.low <= self.value <= self.high
            or (spread and not self.spread_low <= self.spread_high)
        ):
            over = (
                f", over 90 % of parameter sets {self.spread_low:g} to {self.spread_high:g}"
                if spread
                else ""
            )
            raise ImpossibleError(
                f"{what}: {self.value:g} ({self.low:g} to {self.high:g}{over}) is no estimate of "
                f"what lies between {least:g} and {most:g}; simulate more parameter sets, and "
                "toss the coins of each month if they are few"
            )


def estimate(measure: Measure, worlds: Columns, against: Columns | None = None) -> Estimate:
    """Mean of a measure, or of its paired difference from the same worlds `against` another regime.

    Raises ValueError if the worlds are not pairs, or if there are fewer than two designs.
    """
    return estimates([measure], worlds, against)[0]


def estimates(
    measures: Sequence[Measure], worlds: Columns, against: Columns | None = None
) -> list[Estimate]:
    """The estimates of several measures on the same worlds."""
    if against is not None and not (
        np.array_equal(worlds["world"], against["world"])
        and np.array_equal(worlds["design"], against["design"])
    ):
        raise ValueError(
            "the two runs have different designs or replicates: their simulated "
            "histories are not pairs"
        )
    designs = designs_of(worlds)
    made = []
    for measure in measures:
        by_design = by_replicate(measure, designs, worlds, against)
        within = ANY if not measure.is_share else SHARE if against is None else DIFFERENCE
        error = designs.error(by_design.mean(axis=1))
        middle = float(by_design.mean())
        if measure.integrated:
            middle = _cut(middle, designs.quantile * error, within)
        low, high = (
            share_limits(middle, error, designs)
            if within is SHARE
            else _student(middle, error, designs, within)
        )
        freed = np.clip(
            without_chance(by_design, designs), *within
        )  # to where each lies in truth, which integrated hazards miss
        spread_low, spread_high = np.quantile(freed, SPREAD)
        made.append(
            Estimate(
                middle, low, high, float(spread_low), float(spread_high), measure.label, within
            )
        )
    return made


def ratio(
    numerator: Callable[[Columns], Floats],
    denominator: Callable[[Columns], Floats],
    worlds: Columns,
) -> Estimate:
    """The sum of one number of each world by that of another, such as events by the years in which
    they could happen.

    The sampling error is that of the linearised ratio (Cochran 1977) over parameter sets; the
    spread is that of their own ratios, freed of the chance of few replicates as those of
    `estimates` are, each history counting with its linearised share in the ratio of its design.
    """
    designs = designs_of(worlds)
    above, below = (count(worlds).reshape(designs.count, -1) for count in (numerator, denominator))
    value, *limits = linearised(above.mean(axis=1), below.mean(axis=1), designs)
    low, high = np.quantile(ratio_by_design(above, below, designs), SPREAD)
    return Estimate(value, limits[0], limits[1], float(low), float(high))


def ratio_by_design(numerator: Floats, denominator: Floats, designs: "Designs") -> Floats:
    """The ratio in each parameter set of numbers (design, replicate), freed of the chance of few
    replicates; NaN where there is but one.
    """
    mean_denominator = denominator.mean(axis=1, keepdims=True)
    own = numerator.mean(axis=1, keepdims=True) / mean_denominator
    return without_chance(own + (numerator - own * denominator) / mean_denominator, designs)


def linearised(
    numerator: Floats, denominator: Floats, designs: "Designs"
) -> tuple[float, float, float]:
    """Mean of a part by that of the whole, both (design,), and its confidence limits (linearised,
    Cochran 1977).
    """
    value = float(numerator.mean() / denominator.mean())
    reach = (
        designs.quantile
        * designs.error(numerator - value * denominator)
        / float(denominator.mean())
    )
    return value, value - reach, value + reach


def share_of_designs(chosen: Floats, worlds: Columns) -> Estimate:
    """The share of parameter sets that were `chosen` (design,), with its sampling error.

    It has no spread of its own.
    """
    designs, share = designs_of(worlds), float(chosen.mean())
    return _of_designs(share, designs.error(chosen.astype(np.float64)), designs)


def share_where(
    chosen: Callable[[Floats], NDArray[np.bool_]], measure: Measure, worlds: Columns
) -> Estimate:
    """The share of parameter sets whose `by_design` is `chosen`, with an error for which designs
    and which histories were drawn.

    Histories are redrawn about what each design was found to have (residual bootstrap: Davison &
    Hinkley 1997), and designs freed of chance anew: those that are alike cross a limit together.
    How far the share then moves counts beside the error of the designs. Raises ValueError for one
    replicate a design, from which it cannot be told.
    """
    designs = designs_of(worlds)
    numbers = by_replicate(measure, designs, worlds)
    replicates = numbers.shape[1]
    if replicates == 1:
        raise ValueError("one history for each parameter set cannot tell chance from parameters")
    freed, rng = without_chance(numbers, designs), generator(0, "redraws")
    away = (numbers - numbers.mean(axis=1, keepdims=True)) * np.sqrt(replicates / (replicates - 1))

    def redrawn() -> Floats:
        return np.asarray(
            freed[:, None]
            + np.take_along_axis(away, rng.integers(replicates, size=numbers.shape), axis=1)
        )

    share = float(chosen(freed).mean())
    moved = [chosen(without_chance(redrawn(), designs)).mean() - share for _ in range(_REDRAWS)]
    error = np.hypot(
        designs.error(chosen(freed).astype(np.float64)), np.sqrt(np.mean(np.square(moved)))
    )
    return _of_designs(share, float(error), designs)


def _of_designs(share: float, error: float, designs: Designs) -> Estimate:
    """The estimate of a share of all designs."""
    return Estimate(
        share,
        *share_limits(share, error, designs),
        np.nan,
        np.nan,
        "a share of parameter sets",
        SHARE,
    )


def _cut(middle: float, reach: float, within: Limits) -> float:
    """A mean cut to where it lies in truth, if it misses that by no more than its error, as means
    of integrated hazards may by chance.
    """
    nearest = min(max(middle, within[0]), within[1])
    return nearest if abs(middle - nearest) <= reach else middle


def _student(middle: float, error: float, designs: Designs, within: Limits) -> Limits:
    """Student's t limits, as far as they lie within what can be."""
    least, most = within
    reach = designs.quantile * error
    return max(min(least, middle), float(middle - reach)), min(
        max(most, middle), float(middle + reach)
    )


def share_limits(
    share: float, error: float, designs: Designs, weights: Floats | None = None
) -> Limits:
    """Wilson's limits with the effective number of worlds of a clustered sample (Korn & Graubard
    1998).

    They stay within [0, 1], and say how little is known of a thing that no world showed, or if they
    have `weights` (design, replicate) less than the weight of one: then each design counts once, or
    so many as tell as much. A share outside [0, 1] has no limits but itself, which no estimate may
    have.
    """
    if not 0 <= share <= 1:
        return share, share
    least, counted, z = 0.0, float(designs.count), designs.quantile
    if weights is not None:
        one = 1 / effective_number(weights)
        least, counted = one * (1 - _ROUNDING), effective_number(weights.mean(axis=1))
    is_shown = error > 0 and least < share < 1 - least
    effective = share * (1 - share) / error**2 if is_shown else counted
    centre = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = (
        z
        / (1 + z**2 / effective)
        * np.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    )
    return float(max(0.0, min(share, centre - half))), float(min(1.0, max(share, centre + half)))
