"""What people believe of a number: a distribution through three quantiles, a pool of several."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any, ClassVar, Self, final

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.characters import quoted
from sim.uncertainty.distribution import MOST_SHOWN, Distribution, Floats
from sim.uncertainty.listed import Choice, Draws
from sim.uncertainty.shapes import Beta, LogNormal, Normal, Triangular, Uniform

FIT = 1e-6
"""The most that a distribution may miss the quantiles that it is to have, of the distance from 5 to
95 %; they are met to rounding, which shows only where limits lie a million times farther away.
"""
_MIN_STEP = 1e-9
"""The least part of the distance from 5 to 95 % that a quantile may lie from the median."""
ELICITED = (0.05, 0.5, 0.95)
"""Probabilities of the three quantiles that an expert is asked for, the usual three."""
_Z95 = NormalDist().inv_cdf(ELICITED[2])
_MOST_COMPONENTS = 200
"""Distributions of a mixture: more than there are experts to ask."""
_HALVINGS = 60
"""Of an interval in which a number lies: it is then known to its last digits."""


@final
@dataclass(frozen=True)
class Quantiles(Distribution):
    """Through three quantiles, within `low` and `high` where they are given.

    Johnson's distribution by its quantiles (Hadlock & Bickel 2017): skewed by a hyperbolic sine on
    the line on which it has no limits, so that its tails are those of a normal, a lognormal or a
    probit-normal distribution, which it is where the three numbers are symmetric on that line.
    """

    kind: ClassVar[str] = "quantiles"
    example: ClassVar[str] = "{ quantiles = { p5 = 0.2, p50 = 0.6, p95 = 2, low = 0 } }"
    with_unit: ClassVar[tuple[str, ...]] = ("p5", "p50", "p95", "low", "high")
    p5: float
    p50: float
    p95: float
    low: float | None = None
    high: float | None = None

    def _inverse(self, u: Floats) -> Floats:
        """From the steeper side: start + s sinh(arsinh(d z) ± arsinh(d c)), with the normal
        quantiles z of `u` and c of 95 %.
        """
        z, (low, middle, high) = scipy.special.ndtri(u), self._on_line
        below, above = middle - low, high - middle
        ratio = (below + above) / (2 * min(below, above))
        skew = np.sqrt((ratio - 1) * (ratio + 1)) / _Z95
        if skew == 0:
            return self._from_line(middle + below * z / _Z95)
        sign = 1 if above > below else -1
        bent = np.sinh(np.arcsinh(skew * z) + sign * np.arcsinh(skew * _Z95))
        return self._from_line(
            (low if sign > 0 else high) + min(below, above) / (skew * _Z95) * bent
        )

    @property
    def _on_line(self) -> tuple[float, float, float]:
        """The three numbers on the line without limits: probit, logarithm, or as they are."""
        low, high = self.limits()
        value = np.array([self.p5, self.p50, self.p95])
        with np.errstate(divide="ignore", invalid="ignore"):
            if math.isfinite(low) and math.isfinite(high):
                line = scipy.special.ndtri((value - low) / (high - low))
            elif math.isfinite(low):
                line = np.log(value - low)
            else:
                line = -np.log(high - value) if math.isfinite(high) else value
        first, second, third = line.tolist()
        return first, second, third

    def _from_line(self, line: Floats) -> Floats:
        """Back within the limits."""
        low, high = self.limits()
        if math.isfinite(low) and math.isfinite(high):
            return np.asarray(low + (high - low) * scipy.special.ndtr(line))
        with np.errstate(over="ignore"):
            if math.isfinite(low):
                return np.asarray(low + np.exp(line))
            return np.asarray(high - np.exp(-line) if math.isfinite(high) else line)

    def limits(self) -> tuple[float, float]:
        """What lies beyond no value."""
        return (
            -math.inf if self.low is None else self.low,
            math.inf if self.high is None else self.high,
        )

    def validation_error(self) -> str | None:
        """Its numbers must be in order, within its limits, and far enough apart."""
        low, high = self.limits()
        if not low < self.p5 < self.p50 < self.p95 < high:
            return "low < p5 < p50 < p95 < high"
        first, second, third = self._on_line
        least = _MIN_STEP * (third - first)
        are_apart = math.isfinite(least) and 0 < least < min(second - first, third - second)
        return (
            None
            if are_apart and self.miss() <= FIT
            else "numbers that are farther apart, or limits that are nearer to them or farther"
        )

    def miss(self) -> float:
        """How far its quantiles lie from the three numbers at most, in widths from 5 to 95 %."""
        fitted = self._inverse(np.array(ELICITED))
        away = np.abs(fitted - [self.p5, self.p50, self.p95]).max()
        return float(away / (self.p95 - self.p5))


SINGLE: dict[str, type[Distribution]] = {
    distribution.kind: distribution
    for distribution in (
        Uniform,
        Normal,
        LogNormal,
        Triangular,
        Beta,
        Choice,
        Draws,
        Quantiles,
    )
}
"""The kinds of distributions that are no mixture, in the order of the documents."""


@final
@dataclass(frozen=True)
class Mixture(Distribution):
    """Several distributions with equal weights, such as what several experts believe.

    The linear opinion pool (Clemen & Winkler 1999). The beliefs of one expert belong together: in
    each parameter set all mixtures of a scenario are drawn from the component of the same place.
    """

    kind: ClassVar[str] = "mixture"
    example: ClassVar[str] = (
        "{ mixture = [{ uniform = [1, 2] }, { normal = { mean = 3, sd = 0.5 } }] }"
    )
    with_unit: ClassVar[tuple[str, ...]] = ("components",)
    components: tuple[Distribution, ...]

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a list of two or more distributions, each a table as it stands alone."""
        if not isinstance(written, list | tuple) or not 2 <= len(written) <= _MOST_COMPONENTS:  # noqa: PLR2004  said in the message
            raise ValueError(
                f"mixture takes a list of 2 to {_MOST_COMPONENTS} distributions, as in "
                f"{cls.example}"
            )
        return cls(tuple(map(cls._component, written)))

    @classmethod
    def _component(cls, written: object) -> Distribution:
        """Any distribution but one that is itself drawn together with others."""
        match written:
            case Distribution():
                component = written
            case Mapping() if [*written] == [cls.kind]:
                raise ValueError("mixture takes no mixture; list all components in one")
            case Mapping() if len(written) == 1 and (kind := next(iter(written))) in SINGLE:
                component = SINGLE[kind].parse(written[kind])
            case _:
                raise ValueError(
                    f"mixture takes distributions, as in {cls.example}; got {quoted(written)}"
                )
        if component.is_joint or isinstance(component, cls):
            raise ValueError(f"mixture takes no {component.kind}, which are drawn together already")
        return component

    @property
    def has_unit(self) -> bool:
        """Whether those of all components may."""
        return all(component.has_unit for component in self.components)

    def numbers(self) -> tuple[Any, ...]:
        """Those of all components."""
        return tuple(number for component in self.components for number in component.numbers())

    def within(self, component: NDArray[np.intp], u: Floats) -> Floats:
        """The values at the probabilities `u`, each of one component."""
        quantiles = np.stack([component.quantile(u) for component in self.components])
        return np.asarray(quantiles[component, np.arange(len(u))])

    def _inverse(self, u: Floats) -> Floats:
        """By halving the interval between the quantiles of the components."""
        quantiles = np.stack([component.quantile(u) for component in self.components])
        low, high = quantiles.min(axis=0), quantiles.max(axis=0)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            below = self._share_up_to(middle) < u
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.asarray(high)

    def _share_up_to(self, value: Floats) -> Floats:
        """The distribution function, from the quantiles of the components."""
        low, high = np.zeros((2, len(self.components), *np.shape(value)))
        high += 1
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            rows = zip(self.components, middle, strict=True)
            up_to = np.stack([component.quantile(row) for component, row in rows]) <= value
            low, high = np.where(up_to, middle, low), np.where(up_to, high, middle)
        return np.asarray(low.mean(axis=0))

    @cached_property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value of any component."""
        ends = [component.support for component in self.components]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def as_data(self) -> dict[str, Any]:
        """As a scenario file writes it."""
        return {self.kind: [component.as_data() for component in self.components]}

    def __str__(self) -> str:
        """As TOML, many components by the first."""
        shown = [str(component) for component in self.components[:MOST_SHOWN]]
        more = len(self.components) - len(shown)
        return f"{{ {self.kind} = [{', '.join(shown)}{f', … {more} more' if more else ''}] }}"

    def validation_error(self) -> str | None:
        """Its components are valid by themselves."""
        return None
