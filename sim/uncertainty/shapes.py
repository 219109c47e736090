"""Distributions of a shape that a few numbers give."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, final

import numpy as np
import scipy

from sim.uncertainty.distribution import Distribution, Floats

_MIN_SHARE_WITHIN_LIMITS = 1e-6
"""The least share of a normal distribution that its limits may leave: with less, rounding shows."""

_FARTHEST = 8.209536151601387
"""The standard normal quantile at 1 - 2^-53, the last that is drawn: SciPy, which gives it, takes
longer to import than a scenario to read.
"""


@final
@dataclass(frozen=True)
class Uniform(Distribution):
    """Equally likely between two limits."""

    kind: ClassVar[str] = "uniform"
    example: ClassVar[str] = "{ uniform = [130, 210] }"
    with_unit: ClassVar[tuple[str, ...]] = ("low", "high")
    as_list: ClassVar[bool] = True
    low: float
    high: float

    def _inverse(self, u: Floats) -> Floats:
        """a + (b - a) u."""
        return u * (self.high - self.low) + self.low

    def limits(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    def validation_error(self) -> str | None:
        """Its limits must be in order."""
        return None if self.low < self.high else "low < high"


@final
@dataclass(frozen=True)
class Normal(Distribution):
    """Normal with mean and standard deviation, cut off at `low` and `high` where they are given."""

    kind: ClassVar[str] = "normal"
    example: ClassVar[str] = "{ normal = { mean = 1.3, sd = 0.1, low = 1 } }"
    with_unit: ClassVar[tuple[str, ...]] = ("mean", "sd", "low", "high")
    mean: float
    sd: float
    low: float | None = None
    high: float | None = None

    def _inverse(self, u: Floats) -> Floats:
        """Each half from its own tail, since SciPy's truncated normal is infinite at 1 - 2^-53
        where only `low` is given.
        """
        below, above, inside = self._shares
        lower, upper = (
            scipy.special.ndtri(below + u * inside),
            -scipy.special.ndtri(above + (1 - u) * inside),
        )
        return np.asarray(self.mean + self.sd * np.where(u < 1 / 2, lower, upper))

    @property
    def _shares(self) -> tuple[float, float, float]:
        """Of the normal distribution: what lies below, above, and between the limits."""
        low, high = self.limits()
        below, above = (
            float(scipy.special.ndtr(away / self.sd))
            for away in (low - self.mean, self.mean - high)
        )
        return below, above, 1 - below - above

    def limits(self) -> tuple[float, float]:
        """Where it is cut off."""
        return (
            -math.inf if self.low is None else self.low,
            math.inf if self.high is None else self.high,
        )

    def validation_error(self) -> str | None:
        """A positive width, limits in order, the mean within them, and enough of it between them to
        be computed with.
        """
        if self.sd <= 0:
            return "sd > 0"
        low, high = self.limits()
        if not low < self.mean < high:
            return "low < mean < high"
        return (
            None
            if self._shares[-1] >= _MIN_SHARE_WITHIN_LIMITS
            else "limits that are farther apart, or a smaller sd; such a one is uniform"
        )


@final
@dataclass(frozen=True)
class LogNormal(Distribution):
    """Lognormal with its median and the standard deviation of the logarithm."""

    kind: ClassVar[str] = "lognormal"
    example: ClassVar[str] = "{ lognormal = { median = 0.65, sigma = 1.2 } }"
    with_unit: ClassVar[tuple[str, ...]] = ("median",)
    median: float
    sigma: float

    def _inverse(self, u: Floats) -> Floats:
        """m e^(s z), with the normal quantile z."""
        return self._at(scipy.special.ndtri(u))

    @cached_property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that it gives: above 0."""
        low, high = self._at(np.array([-_FARTHEST, _FARTHEST]))
        return float(low), float(high)

    def _at(self, z: Floats) -> Floats:
        """The values at quantiles of the standard normal distribution."""
        return np.asarray(np.exp(self.sigma * z) * self.median)

    def validation_error(self) -> str | None:
        """A positive median, and a width whose tail can still be computed with."""
        return None if self.median > 0 and 0 < self.sigma <= 3 else "median > 0 and 0 < sigma <= 3"  # noqa: PLR2004  the bound is said here


@final
@dataclass(frozen=True)
class Triangular(Distribution):
    """Triangular between two limits, with its mode."""

    kind: ClassVar[str] = "triangular"
    example: ClassVar[str] = "{ triangular = [1, 2, 4] }"
    with_unit: ClassVar[tuple[str, ...]] = ("low", "mode", "high")
    as_list: ClassVar[bool] = True
    low: float
    mode: float
    high: float

    def _inverse(self, u: Floats) -> Floats:
        """From the nearer end on each side of the mode."""
        width = self.high - self.low
        mode = (self.mode - self.low) / width
        share = np.where(u < mode, np.sqrt(mode * u), 1 - np.sqrt((1 - mode) * (1 - u)))
        return np.asarray(share * width + self.low)

    def limits(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    def validation_error(self) -> str | None:
        """Its three numbers must be in order."""
        return (
            None
            if self.low <= self.mode <= self.high and self.low < self.high
            else "low <= mode <= high and low < high"
        )


@final
@dataclass(frozen=True)
class Beta(Distribution):
    """Beta on [0, 1]."""

    kind: ClassVar[str] = "beta"
    example: ClassVar[str] = "{ beta = { a = 2, b = 5 } }"
    a: float
    b: float

    def _inverse(self, u: Floats) -> Floats:
        """The inverse of the regularised incomplete beta function."""
        return np.asarray(scipy.special.betaincinv(self.a, self.b, u))

    def limits(self) -> tuple[float, float]:
        """0 and 1."""
        return 0.0, 1.0

    def validation_error(self) -> str | None:
        """Shapes that SciPy inverts reliably."""
        usable = min(self.a, self.b) >= 0.05 and max(self.a, self.b) <= 1e4  # noqa: PLR2004
        return None if usable else "a and b from 0.05 to 10000"
