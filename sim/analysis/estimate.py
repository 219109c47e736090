"""Means over worlds with two intervals: the sampling error, and the spread over parameter designs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy import stats

from sim.analysis.measures import Columns, Measure, drawn
from sim.uncertainty import Floats

CONFIDENCE = 0.95
SPREAD = (0.05, 0.95)
"""Nine of ten parameter designs lie between these quantiles."""
_DEGREE, _DESIGNS_A_TERM, _MOST_TERMS = 5, 5, 128
_ROUNDING = 1e-12
_NEIGHBOURS = 40
_REDRAWS = 40
"""A judgement: a standard error from so many redraws is itself sure to a tenth or so."""
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Estimate:
    """A mean over worlds. The spread is NaN where one history a design cannot tell chance from parameters."""

    value: float
    low: float              # sampling error: 95 % confidence interval
    high: float
    spread_low: float       # what we do not know: 5 to 95 % of parameter designs
    spread_high: float


def estimate(measure: Measure, worlds: Columns, against: Columns | None = None) -> Estimate:
    """Mean of a measure, or of its paired difference from the same worlds `against` another regime.

    Raises ValueError if the worlds are not pairs, or if there are fewer than two designs.
    """
    return estimates([measure], worlds, against)[0]


def estimates(measures: Sequence[Measure], worlds: Columns, against: Columns | None = None) -> list[Estimate]:
    """The estimates of several measures on the same worlds."""
    if against is not None and not (np.array_equal(worlds["world"], against["world"])
                                    and np.array_equal(worlds["design"], against["design"])):
        raise ValueError("the two runs have different designs or replicates: their worlds are not pairs")
    designs = Designs(worlds)
    found = []
    for measure in measures:
        each = measure.of(worlds) - (0 if against is None else measure.of(against))
        by_design = each.reshape(designs.count, -1)
        middle, error = float(by_design.mean()), designs.error(by_design.mean(axis=1))
        is_share = measure.is_share and against is None
        if is_share:      # a mean of integrated hazards may by chance lie outside
            middle = min(1.0, max(0.0, middle))
        limits = _wilson if is_share else _student
        spread = (float(quantile) for quantile in np.quantile(_without_chance(by_design, designs), SPREAD))
        found.append(Estimate(middle, *limits(middle, error, designs), *spread))
    return found


def by_design(measure: Measure, worlds: Columns) -> Floats:
    """The mean of a measure in each parameter design, freed of the chance of few replicates: NaN where there is but one."""
    designs = Designs(worlds)
    return _without_chance(measure.of(worlds).reshape(designs.count, -1), designs)


def chance_left(measure: Measure, worlds: Columns) -> Floats:
    """The standard error that chance leaves in each design's `by_design`: NaN where there is but one replicate.

    That of an empirical Bayes estimate about a regression (Fay & Herriot 1979), with the variance of chance of designs that are alike,
    and the error that chance leaves in the fit and in the mean of those designs.
    """
    designs = Designs(worlds)
    each = measure.of(worlds).reshape(designs.count, -1)
    if each.shape[1] == 1:
        return np.full(designs.count, np.nan)
    by_chance = np.maximum(0, designs.alike(each.var(axis=1, ddof=1))) / each.shape[1]
    means = each.mean(axis=1)
    apart = max(0.0, float((means - designs.alike(means)).var(ddof=1) - by_chance.mean()))
    total = by_chance + apart
    kept = np.divide(apart, total, out=np.zeros_like(total), where=total > 0)
    fitted = 1 / (2 * max(2, designs.count // _NEIGHBOURS) + 1) + (designs.count - designs.freedom) / designs.count
    return np.asarray(np.sqrt(by_chance * (kept + (1 - kept) ** 2 * fitted)))


def share_of_designs(chosen: Floats, worlds: Columns) -> Estimate:
    """The share of parameter designs that were `chosen` (design,), with its sampling error; it has no spread of its own."""
    designs, share = Designs(worlds), float(chosen.mean())
    return Estimate(share, *_wilson(share, designs.error(chosen.astype(np.float64)), designs), np.nan, np.nan)


def share_where(chosen: Callable[[Floats], NDArray[np.bool_]], measure: Measure, worlds: Columns) -> Estimate:
    """The share of parameter designs whose `by_design` is `chosen`, with an error for which designs and which histories were drawn.

    Histories are redrawn about what each design was found to have (residual bootstrap: Davison & Hinkley 1997), and designs freed of
    chance anew: those that are alike cross a limit together. How far the share then moves counts beside the error of the designs.
    Raises ValueError for one replicate a design, from which it cannot be told.
    """
    designs = Designs(worlds)
    each = measure.of(worlds).reshape(designs.count, -1)
    replicates = each.shape[1]
    if replicates == 1:
        raise ValueError("one history for each parameter design cannot tell chance from parameters")
    found, rng = _without_chance(each, designs), np.random.default_rng(0)
    away = (each - each.mean(axis=1, keepdims=True)) * np.sqrt(replicates / (replicates - 1))

    def redrawn() -> Floats:
        return np.asarray(found[:, None] + np.take_along_axis(away, rng.integers(replicates, size=each.shape), axis=1))
    share = float(chosen(found).mean())
    moved = [chosen(_without_chance(redrawn(), designs)).mean() - share for _ in range(_REDRAWS)]
    error = np.hypot(designs.error(chosen(found).astype(np.float64)), np.sqrt(np.mean(np.square(moved))))
    return Estimate(share, *_wilson(share, float(error), designs), np.nan, np.nan)


@dataclass(frozen=True)
class _Basis:
    """Rows (term, design) that span some functions of the drawn parameters, the first being constant, and their products."""

    terms: Singles
    gram: Singles


class Designs:
    """The parameter designs of some worlds, and the sampling error of a mean over them.

    Replicates of a design are not independent, so that the error comes from the means of the designs. The designs are Latin
    hypercubes, which leave of their variance only what is not additive in the parameters (Stein 1987): the error is that of the
    residuals from an additive fit, by Legendre polynomials of the rank of each drawn parameter, as far as there are designs for it.
    Where there are not, the parameter that goes with the means beyond doubt is fitted first.
    """

    def __init__(self, worlds: Columns) -> None:
        """Find the designs. Raises ValueError for fewer than two, or if they have different numbers of replicates."""
        design = worlds["design"].to_numpy()
        self.count = 1 + int(np.count_nonzero(design[1:] != design[:-1]))
        if self.count < 2 or len(design) % self.count:      # noqa: PLR2004  said in the message
            raise ValueError("a sampling error needs at least two designs, each with the same number of replicates")
        replicates = len(design) // self.count
        ranks = [stats.rankdata(worlds[name].to_numpy()[::replicates]).astype(np.float32) for name in drawn(worlds)]
        self._ranks = (2 * np.array(ranks).reshape(len(ranks), self.count) - 1) / np.float32(self.count) - 1
        self._bases: dict[int, _Basis] = {}

    def _degrees(self, strongest: int) -> list[int]:
        """How high the polynomials of each parameter reach; `strongest` is first served, -1 for none."""
        several, room = len(self._ranks), min(_MOST_TERMS, self.count // _DESIGNS_A_TERM)
        even = min(_DEGREE, room // max(1, several))
        if strongest < 0 or even == _DEGREE:
            return [even] * several
        first = min(_DEGREE, room)
        others = min(_DEGREE, (room - first) // max(1, several - 1))
        return [first if number == strongest else others for number in range(several)]

    def _strongest(self, means: Floats) -> int:
        """The parameter whose rank goes with the means of designs more than the best of so many would by chance, or -1."""
        away = (means - means.mean()).astype(np.float32)
        size = float(np.sqrt((away @ away) * self.count / 3))
        if not len(self._ranks) or size == 0 or self.count < 3:      # noqa: PLR2004  two points lie on a line
            return -1
        shares = np.minimum(1, (self._ranks @ away / size) ** 2)
        found = int(shares.argmax())
        return found if stats.beta.sf(shares[found], 0.5, self.count / 2 - 1) * len(shares) < 1 - CONFIDENCE else -1

    def _basis(self, means: Floats) -> _Basis:
        """What the means of designs are fitted by."""
        strongest = self._strongest(means)
        if strongest not in self._bases:
            terms = [np.ones(self.count, dtype=np.float32)]
            for rank, degree in zip(self._ranks, self._degrees(strongest), strict=True):
                terms += [legendre.Legendre.basis(power)(rank).astype(np.float32) for power in range(1, degree + 1)]
            rows = np.array(terms)
            self._bases[strongest] = _Basis(rows, rows @ rows.T)
        return self._bases[strongest]

    @property
    def freedom(self) -> int:
        """Degrees of freedom that the additive fit leaves at least."""
        return self.count - 1 - max(sum(self._degrees(strongest)) for strongest in (-1, 0))

    @property
    def quantile(self) -> float:
        """Student's quantile of the confidence limits."""
        return float(stats.t.ppf((1 + CONFIDENCE) / 2, self.freedom))

    def error(self, means: Floats) -> float:
        """Standard error of the mean of the means of designs."""
        basis = self._basis(means)
        residual = means - _fit(basis, means)
        square = float(residual @ residual)
        freedom = self.count - len(basis.terms)
        return float(np.sqrt(square / freedom / self.count)) if square > _ROUNDING * float(means @ means) else 0.0

    def alike(self, means: Floats) -> Floats:
        """For each design the mean of those next to it in the order of the additive fit, as many above as below; of all without a fit."""
        basis = self._basis(means)
        if len(basis.terms) == 1:
            return np.full(self.count, means.mean())
        order = np.argsort(_fit(basis, means), kind="stable")
        place = np.arange(self.count)
        reach = np.minimum(np.minimum(place, self.count - 1 - place), max(2, self.count // _NEIGHBOURS))
        cumulated = np.concatenate([[0.0], np.cumsum(means[order])])
        smooth = np.empty(self.count)
        smooth[order] = (cumulated[place + reach + 1] - cumulated[place - reach]) / (2 * reach + 1)
        return smooth


def _fit(basis: _Basis, means: Floats) -> Singles:
    """The function of a basis that is nearest to the means of designs."""
    return np.asarray(np.linalg.lstsq(basis.gram, basis.terms @ means.astype(np.float32), rcond=None)[0] @ basis.terms)


def _student(middle: float, error: float, designs: Designs) -> tuple[float, float]:
    """Student's t limits."""
    return float(middle - designs.quantile * error), float(middle + designs.quantile * error)


def _wilson(share: float, error: float, designs: Designs) -> tuple[float, float]:
    """Wilson's limits with the effective number of worlds of a clustered sample (Korn & Graubard 1998).

    They stay within [0, 1], and say how little is known of a thing that no world showed: then each design counts once.
    """
    varied = error > 0 and 0 < share < 1
    effective, z = share * (1 - share) / error**2 if varied else float(designs.count), designs.quantile
    centre = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = z / (1 + z**2 / effective) * np.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    return float(max(0.0, min(share, centre - half))), float(min(1.0, max(share, centre + half)))


def _without_chance(each: Floats, designs: Designs) -> Floats:
    """Means of designs from worlds (design, replicate), as they would be with many replicates: spread as designs are, without chance.

    A mean of few replicates varies by chance even where parameters do not matter. Designs that the additive fit puts next to each
    other are alike, so that their common mean is nearly free of chance; what a design differs from it is kept as far as it varies by
    more than chance (empirical Bayes about a regression: Fay & Herriot 1979; constrained to the right spread: Louis 1984).
    """
    means, replicates = each.mean(axis=1), each.shape[1]
    if replicates == 1:
        return np.full_like(means, np.nan)
    alike = designs.alike(means)
    apart = means - alike
    by_chance, total = each.var(axis=1, ddof=1).mean() / replicates, apart.var(ddof=1)
    return np.asarray(alike + np.sqrt(max(0.0, total - by_chance) / total) * apart) if total > 0 else means
