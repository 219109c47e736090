"""Means over histories with two intervals: sampling error, and spread over parameter sets."""

import math
from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy import stats

from sim.analysis.measures import Columns, Measure, drawn
from sim.chance import generator
from sim.errors import ImpossibleError
from sim.levels import CONFIDENCE, SPREAD
from sim.scenario.schema import ONLY_SIGNATURES
from sim.uncertainty import Floats

_DEGREE, _DESIGNS_A_TERM, _MOST_TERMS = 5, 5, 64
_LEAST = 3
"""Designs, since any two lie on a line."""
_ROUNDING = 1e-12
_DIGITS = 9
"""Digits by which the fits of designs are ordered.

Far more than tell them apart, fewer than another processor changes.
"""
COLLINEAR = 1e-10
"""Terms of a regression count as one if less of their variance than this share sets them apart.

The rounding of a processor does.
"""
_NEIGHBOURS = 40
_REDRAWS = 40
"""A judgement: a standard error from so many redraws is itself sure to a tenth or so."""
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
                "without --integrate if they are few"
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
    designs = Designs(worlds)
    made = []
    for measure in measures:
        by_design = _by_replicate(measure, designs, worlds, against)
        within = ANY if not measure.is_share else SHARE if against is None else DIFFERENCE
        error = designs.error(by_design.mean(axis=1))
        middle = float(by_design.mean())
        if measure.integrated:
            middle = _cut(middle, designs.quantile * error, within)
        low, high = (
            _wilson(middle, error, designs)
            if within is SHARE
            else _student(middle, error, designs, within)
        )
        freed = np.clip(
            _without_chance(by_design, designs), *within
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
    designs = Designs(worlds)
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
    return _without_chance(own + (numerator - own * denominator) / mean_denominator, designs)


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


def by_design(measure: Measure, worlds: Columns) -> Floats:
    """The mean of a measure in each parameter set, freed of the chance of few replicates.

    NaN where there is but one.
    """
    designs = Designs(worlds)
    return _without_chance(_by_replicate(measure, designs, worlds), designs)


def chance_left(measure: Measure, worlds: Columns) -> Floats:
    """The standard error that chance leaves in each design's `by_design`.

    NaN where there is but one replicate.

    That of an empirical Bayes estimate about a regression (Fay & Herriot 1979), with the variance
    of chance of designs that are alike, and the error that chance leaves in the fit and in the mean
    of those designs.
    """
    designs = Designs(worlds)
    numbers = _by_replicate(measure, designs, worlds)
    if numbers.shape[1] == 1:
        return np.full(designs.count, np.nan)
    by_chance = np.maximum(0, designs.alike(numbers.var(axis=1, ddof=1))) / numbers.shape[1]
    means = numbers.mean(axis=1)
    apart = max(0.0, float((means - designs.alike(means)).var(ddof=1) - by_chance.mean()))
    total = by_chance + apart
    kept = np.divide(apart, total, out=np.zeros_like(total), where=total > 0)
    fitted = (
        1 / (2 * max(2, designs.count // _NEIGHBOURS) + 1)
        + (designs.count - designs.freedom) / designs.count
    )
    return np.asarray(np.sqrt(by_chance * (kept + (1 - kept) ** 2 * fitted)))


def share_of_designs(chosen: Floats, worlds: Columns) -> Estimate:
    """The share of parameter sets that were `chosen` (design,), with its sampling error.

    It has no spread of its own.
    """
    designs, share = Designs(worlds), float(chosen.mean())
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
    designs = Designs(worlds)
    numbers = _by_replicate(measure, designs, worlds)
    replicates = numbers.shape[1]
    if replicates == 1:
        raise ValueError("one history for each parameter set cannot tell chance from parameters")
    freed, rng = _without_chance(numbers, designs), generator(0, "redraws")
    away = (numbers - numbers.mean(axis=1, keepdims=True)) * np.sqrt(replicates / (replicates - 1))

    def redrawn() -> Floats:
        return np.asarray(
            freed[:, None]
            + np.take_along_axis(away, rng.integers(replicates, size=numbers.shape), axis=1)
        )

    share = float(chosen(freed).mean())
    moved = [chosen(_without_chance(redrawn(), designs)).mean() - share for _ in range(_REDRAWS)]
    error = np.hypot(
        designs.error(chosen(freed).astype(np.float64)), np.sqrt(np.mean(np.square(moved)))
    )
    return _of_designs(share, float(error), designs)


@dataclass(frozen=True)
class _Basis:
    """Rows (term, design) that span some functions of the drawn parameters, the first being
    constant, and their products.
    """

    terms: Floats
    gram: Floats

    def fit(self, means: Floats) -> Floats:
        """The nearest of these functions to the means of designs."""
        return np.asarray(
            np.linalg.lstsq(self.gram, self.terms @ means, rcond=COLLINEAR)[0] @ self.terms
        )


class Designs:
    """The parameter sets of some worlds, and the sampling error of a mean over them.

    Replicates of a design are not independent, so that the error comes from the means of the
    designs. The designs are Sobol' points, which leave of their variance no more than what is not
    additive in the parameters, as a Latin hypercube does (Stein 1987): the error is that of the
    residuals from an additive fit, by Legendre polynomials of the rank of each drawn parameter, as
    far as there are designs for it. Where there are not, the parameter that goes with the means
    beyond doubt is fitted first.
    """

    def __init__(self, worlds: Columns) -> None:
        """Find the designs.

        Raises ValueError for fewer than two, or if they have different numbers of replicates.
        """
        design = worlds["design"].to_numpy()
        self.count = 1 + int(np.count_nonzero(design[1:] != design[:-1]))
        if self.count < 2 or len(design) % self.count:  # noqa: PLR2004  said in the message
            raise ValueError(
                "a sampling error needs at least two designs, each with the same number of "
                "replicates"
            )
        self._worlds, self._replicates = worlds, len(design) // self.count
        self._bases: dict[int | None, _Basis] = {}

    @cached_property
    def _ranks(self) -> Floats:
        """Ranks of the drawn parameters on [-1, 1] (parameter, design), well-conditioned since they
        are uniform.
        """
        names = [name for name in drawn(self._worlds) if not name.startswith(ONLY_SIGNATURES)]
        ranks = np.empty((len(names), self.count))
        for row, name in zip(ranks, names, strict=True):
            values = self._worlds[name].to_numpy()[:: self._replicates]
            row[:] = 2 * (stats.rankdata(values) - 0.5) / self.count - 1
        return ranks

    def _degrees(self, first: int | None) -> list[int]:
        """How high the polynomials of each parameter reach, if one of them comes `first`."""
        several, room = len(self._ranks), min(_MOST_TERMS, self.count // _DESIGNS_A_TERM)
        even = min(_DEGREE, room // max(1, several))
        if first is None or even == _DEGREE:
            return [even] * several
        high = min(_DEGREE, room)
        others = (room - high) // max(1, several - 1)
        return [high if number == first else others for number in range(several)]

    def _first(self, means: Floats) -> int | None:
        """The parameter that goes with the means of designs, if it does so more than the best of so
        many would by chance.
        """
        away = means - means.mean()
        size = float(np.linalg.norm(away))
        if (
            not len(self._ranks)
            or self.count < _LEAST
            or size <= _ROUNDING * float(np.linalg.norm(means))
        ):
            return None
        squares = np.square(self._ranks).sum(axis=1)  # 0 for a parameter that has one value
        shares = np.round(
            np.divide(
                (self._ranks @ away / size) ** 2,
                squares,
                out=np.zeros_like(squares),
                where=squares > 0,
            ),
            _DIGITS,
        )
        closest = int(shares.argmax())
        by_chance = stats.beta.sf(shares[closest], 0.5, self.count / 2 - 1) * len(
            shares
        )  # Bonferroni
        return closest if by_chance < 1 - CONFIDENCE else None

    def _basis(self, means: Floats) -> _Basis:
        """What the means of designs are fitted by."""
        first = self._first(means)
        if first not in self._bases:
            degrees = self._degrees(first)
            terms = np.ones((1 + sum(degrees), self.count))
            powers = (
                (rank, power)
                for rank, degree in zip(self._ranks, degrees, strict=True)
                for power in range(1, degree + 1)
            )
            for row, (rank, power) in zip(terms[1:], powers, strict=True):
                row[:] = legendre.Legendre.basis(power)(rank)
            self._bases[first] = _Basis(terms, terms @ terms.T)
        return self._bases[first]

    @property
    def freedom(self) -> int:
        """Degrees of freedom that an additive fit leaves at least."""
        return self.count - 1 - max(sum(self._degrees(first)) for first in (None, 0))

    @property
    def quantile(self) -> float:
        """Student's quantile of the confidence limits."""
        return float(stats.t.ppf((1 + CONFIDENCE) / 2, self.freedom))

    def error(self, means: Floats) -> float:
        """Standard error of the mean of the means of designs."""
        basis = self._basis(means)
        residual = means - basis.fit(means)
        square, freedom = float(residual @ residual), self.count - len(basis.terms)
        return (
            float(np.sqrt(square / freedom / self.count))
            if square > _ROUNDING * float(means @ means)
            else 0.0
        )

    def alike(self, means: Floats) -> Floats:
        """For each design the mean of those next to it in the order of the additive fit, as many
        above as below; of all without a fit.

        Where fits are equal but for the rounding of a processor, the order is that of the designs,
        so that it is the same on any other.
        """
        basis = self._basis(means)
        if len(basis.terms) == 1:
            return np.full(self.count, means.mean())
        fit = basis.fit(means)
        order = np.argsort(
            np.round(fit / max(float(abs(fit).max()), _ROUNDING), _DIGITS), kind="stable"
        )
        place = np.arange(self.count)
        reach = np.minimum(
            np.minimum(place, self.count - 1 - place), max(2, self.count // _NEIGHBOURS)
        )
        cumulated = np.concatenate([[0.0], np.cumsum(means[order])])
        smooth = np.empty(self.count)
        smooth[order] = (cumulated[place + reach + 1] - cumulated[place - reach]) / (2 * reach + 1)
        return smooth


def _by_replicate(
    measure: Measure, designs: Designs, worlds: Columns, against: Columns | None = None
) -> Floats:
    """The numbers of a measure, or their differences (design, replicate).

    Raises ImpossibleError where one is not finite.
    """
    numbers = measure.of(worlds) - (0 if against is None else measure.of(against))
    if not np.isfinite(numbers).all():
        raise ImpossibleError(
            f"{measure.label}: {np.count_nonzero(~np.isfinite(numbers))} of {len(numbers)} "
            "histories have no number"
        )
    return np.asarray(numbers.reshape(designs.count, -1))


def _of_designs(share: float, error: float, designs: Designs) -> Estimate:
    """The estimate of a share of all designs."""
    return Estimate(
        share, *_wilson(share, error, designs), np.nan, np.nan, "a share of parameter sets", SHARE
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


def _wilson(share: float, error: float, designs: Designs) -> Limits:
    """Wilson's limits with the effective number of worlds of a clustered sample (Korn & Graubard
    1998).

    They stay within [0, 1], and say how little is known of a thing that no world showed: then each
    design counts once. A share outside [0, 1] has no limits but itself, which no estimate may have.
    """
    if not 0 <= share <= 1:
        return share, share
    varied = error > 0 and 0 < share < 1
    effective, z = (
        share * (1 - share) / error**2 if varied else float(designs.count),
        designs.quantile,
    )
    centre = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = (
        z
        / (1 + z**2 / effective)
        * np.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    )
    return float(max(0.0, min(share, centre - half))), float(min(1.0, max(share, centre + half)))


def _without_chance(numbers: Floats, designs: Designs) -> Floats:
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
