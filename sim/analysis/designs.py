"""The parameter sets of a run, and the sampling error of a mean over them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike
from scipy import special

from sim.analysis.measures import Columns, decisive
from sim.levels import MAX_ERROR_CHANCE, TAILS
from sim.uncertainty import Floats

_DEGREE, _DESIGNS_A_TERM, _MOST_TERMS = 5, 5, 64
_MIN_DESIGNS = 3
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
NEIGHBOURS = 40
"""Parameter sets on either side that are alike: a judgement."""
_MAX_KEPT = 10_000
"""Up to this many parameter sets every basis of their fits is kept, five megabytes each; beyond it,
only the last one.
"""
_MAX_RANKS = 500_000
"""Up to this many parameter sets the ranks of what was drawn are kept as well: 200 megabytes."""


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
        names = decisive(self._worlds)
        drawn_ranks = np.empty((len(names), self.count))
        for row, name in zip(drawn_ranks, names, strict=True):
            values = self._worlds[name].to_numpy()[:: self._replicates]
            row[:] = 2 * (ranks(values) - 0.5) / self.count - 1
        return drawn_ranks

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
            or self.count < _MIN_DESIGNS
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
        beyond = special.betaincc(0.5, self.count / 2 - 1, shares[closest])  # of a share, Beta
        by_chance = beyond * len(shares)  # Bonferroni
        return closest if by_chance < MAX_ERROR_CHANCE else None

    def _basis(self, means: Floats) -> _Basis:
        """What the means of designs are fitted by."""
        first = self._first(means)
        if first not in self._bases:
            if self.count > _MAX_KEPT:
                self._bases.clear()
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
        return float(special.stdtrit(self.freedom, TAILS[1]))

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

    def alike(self, means: Floats, by: Floats | None = None) -> Floats:
        """For each design the mean of those next to it in the order of the additive fit, to these
        means or to others that they go `by`, as many above as below; of all without a fit.

        Where fits are equal but for the rounding of a processor, the order is that of the designs,
        so that it is the same on any other.
        """
        ordered = means if by is None else by
        basis = self._basis(ordered)
        if len(basis.terms) == 1:
            return np.full(self.count, means.mean())
        fit = basis.fit(ordered)
        order = np.argsort(
            np.round(fit / max(float(abs(fit).max()), _ROUNDING), _DIGITS), kind="stable"
        )
        place = np.arange(self.count)
        reach = np.minimum(
            np.minimum(place, self.count - 1 - place), max(2, self.count // NEIGHBOURS)
        )
        cumulated = np.concatenate([[0.0], np.cumsum(means[order])])
        smooth = np.empty(self.count)
        smooth[order] = (cumulated[place + reach + 1] - cumulated[place - reach]) / (2 * reach + 1)
        return smooth


def designs_of(worlds: Columns) -> Designs:
    """The parameter sets of some worlds: made once for outcomes that are read from a file, which do
    not change, unless there are so many that they would fill the memory.
    """
    made: dict[str, Designs] | None = getattr(worlds, "made", None)
    if made is None:
        return Designs(worlds)
    if "designs" in made:
        return made["designs"]
    designs = Designs(worlds)
    if designs.count <= _MAX_RANKS:
        made["designs"] = designs
    return designs


def ranks(values: ArrayLike) -> Floats:
    """Ranks from 1, equal values having the mean of theirs."""
    _, position, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[position])
