"""What is not known of a number: the distributions that a scenario file may give instead of it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from statistics import NormalDist
from typing import Any, ClassVar, NoReturn, Self, final

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.characters import quoted

Floats = NDArray[np.float64]

LARGEST = 1e9
"""The largest magnitude a scenario file may give, so that no formula overflows."""
_TAIL = 2.0**-53
"""Probabilities are kept this far from 0 and 1, so that no tail is infinite."""
_MIN_SHARE_WITHIN_LIMITS = 1e-6
"""The least share of a normal distribution that its limits may leave: with less, rounding shows."""
_MAX_VALUES_SHOWN = 8
FIT = 1e-6
"""The most that a distribution may miss the quantiles that it is to have, of the distance from 5 to
95 %; they are met to rounding, which shows only where limits lie a million times farther away.
"""
_MIN_STEP = 1e-9
"""The least part of the distance from 5 to 95 % that a quantile may lie from the median."""
_Z95 = NormalDist().inv_cdf(0.95)
_MOST_COMPONENTS = 200
"""Distributions of a mixture: more than there are experts to ask."""
_HALVINGS = 60
"""Of an interval in which a number lies: it is then known to its last digits."""


def is_number(value: object) -> bool:
    """Whether a value read from a file is a finite number of usable size (`true` and `"1"` are
    not).
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


@dataclass(frozen=True)
class Distribution(ABC):
    """What is not known of a number, by its quantiles.

    Drawn once for each parameter set.
    """

    kind: ClassVar[str]
    as_list: ClassVar[bool] = False
    is_joint: ClassVar[bool] = False
    """Whether the numbers of a scenario of this kind are drawn together."""
    with_unit: ClassVar[tuple[str, ...]] = ()
    """Its fields in the unit of its values; none where those have no unit."""

    @property
    def has_unit(self) -> bool:
        """Whether its values may be given in another unit."""
        return bool(self.with_unit)

    @abstractmethod
    def _inverse(self, u: Floats) -> Floats:
        """The inverse of the distribution function."""

    @abstractmethod
    def validation_error(self) -> str | None:
        """What its numbers must satisfy and do not, or None if they are valid."""

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a list in the order of the fields, or a table of them.

        Raises ValueError saying what is wrong.

        Examples
        --------
        >>> Normal.parse({"mean": 1.3, "sd": 0.1, "low": 1})
        Normal(mean=1.3, sd=0.1, low=1, high=None)

        """
        try:
            distribution = cls(**cls._by_field(written))
        except TypeError:
            takes = ", ".join(field.name for field in fields(cls))
            raise ValueError(f"{cls.kind} takes {takes}, as in {EXAMPLES[cls.kind]}") from None
        is_whole = all(
            getattr(distribution, field.name) is not None or field.default is None
            for field in fields(cls)
        )
        if not is_whole or not all(
            number is None or is_number(number) for number in distribution.numbers()
        ):
            raise ValueError(f"{cls.kind} takes finite numbers up to {LARGEST:g}")
        if error := distribution.validation_error():
            raise ValueError(f"{cls.kind} needs {error}")
        return distribution

    @classmethod
    def _by_field(cls, written: object) -> dict[str, Any]:
        """What is written, by the fields; nothing if it is neither a table nor a short list."""
        names = [field.name for field in fields(cls)]
        match written:
            case Mapping():
                values = dict(written)
            case list() | tuple() if len(written) <= len(names):
                values = dict(zip(names, written, strict=False))
            case _:
                values = {}
        if wrong := [name for name in values if name not in names]:
            unknown = quoted(", ".join(map(str, wrong)))
            raise ValueError(f"{cls.kind} has no {unknown}; it takes {', '.join(names)}")
        return values

    def divided(self, size: float) -> Self:
        """The distribution of its values in a unit of this size."""

        def own(number: Any) -> Any:
            match number:
                case tuple():
                    return tuple(map(own, number))
                case Distribution():
                    return number.divided(size)
            return None if number is None else number / size

        return replace(self, **{name: own(getattr(self, name)) for name in self.with_unit})

    def numbers(self) -> tuple[Any, ...]:
        """Every number it is made of."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def quantile(self, u: Floats) -> Floats:
        """The values at the probabilities `u`, which are kept off 0 and 1 by 2^-53.

        None lies outside the support.
        """
        return np.clip(self._inverse(np.clip(u, _TAIL, 1 - _TAIL)), *self.support)

    def within(self, component: NDArray[np.intp], u: Floats) -> Floats:  # noqa: ARG002  it has one
        """The values at the probabilities `u` where each is drawn from one component."""
        return self.quantile(u)

    def limits(self) -> tuple[float, float]:
        """What its numbers say that no value may pass, whatever rounding does."""
        return -math.inf, math.inf

    def redraw_distribution(self) -> "Distribution":
        """Distribution used when the value is redrawn during a history, e.g. for a new leader."""
        return self

    @cached_property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest value that it gives.

        A lognormal one, for example, gives no 0.
        """
        low, high = np.clip(self._inverse(np.array([_TAIL, 1 - _TAIL])), *self.limits())
        return float(low), float(high)

    def as_data(self) -> dict[str, Any]:
        """As a scenario file writes it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        stated = {name: float(value) for name, value in values.items() if value is not None}
        return {self.kind: list(stated.values()) if self.as_list else stated}

    def __str__(self) -> str:
        """As TOML, a long list by its first values."""
        inner = self.as_data()[self.kind]
        if isinstance(inner, list) and len(inner) > _MAX_VALUES_SHOWN:
            return f"{{ {self.kind} = [{inner[0]}, {inner[1]}, … {len(inner)} values] }}"
        if isinstance(inner, dict):
            inner = "{ " + ", ".join(f"{name} = {value}" for name, value in inner.items()) + " }"
        return f"{{ {self.kind} = {inner} }}"

    def _undrawn(self, *_: object) -> NoReturn:
        raise TypeError(
            f"{self} has not been drawn: formulas take drawn parameters, as CeasefireModel makes "
            "them"
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        __pow__
    ) = __neg__ = _undrawn
    __array_ufunc__ = None


@final
@dataclass(frozen=True)
class Uniform(Distribution):
    """Equally likely between two limits."""

    kind: ClassVar[str] = "uniform"
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
    with_unit: ClassVar[tuple[str, ...]] = ("median",)
    median: float
    sigma: float

    def _inverse(self, u: Floats) -> Floats:
        """m e^(s z), with the normal quantile z."""
        return np.asarray(np.exp(self.sigma * scipy.special.ndtri(u)) * self.median)

    def validation_error(self) -> str | None:
        """A positive median, and a width whose tail can still be computed with."""
        return None if self.median > 0 and 0 < self.sigma <= 3 else "median > 0 and 0 < sigma <= 3"  # noqa: PLR2004  the bound is said here


@final
@dataclass(frozen=True)
class Triangular(Distribution):
    """Triangular between two limits, with its mode."""

    kind: ClassVar[str] = "triangular"
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


@final
@dataclass(frozen=True)
class Choice(Distribution):
    """One of a few values, equally likely or by `weights`."""

    kind: ClassVar[str] = "choice"
    with_unit: ClassVar[tuple[str, ...]] = ("values",)
    values: tuple[float, ...]
    weights: tuple[float, ...] | None = None

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a list of values, or a table of `values` and `weights`."""
        table: dict[str, Any] = (
            dict(written) if isinstance(written, Mapping) else {"values": written}
        )
        if not all(isinstance(column, list | tuple) and column for column in table.values()):
            raise ValueError(f"choice takes a list of values, as in {EXAMPLES['choice']}")
        return super().parse({name: tuple(column) for name, column in table.items()})

    def numbers(self) -> tuple[Any, ...]:
        """Values and weights."""
        return self.values + (self.weights or ())

    def _inverse(self, u: Floats) -> Floats:
        """The values chosen at the probabilities `u`; rounding leaves their sum short of 1."""
        weights = np.array(self.weights or [1.0] * len(self.values))
        up_to = np.cumsum(weights / weights.sum())
        chosen = np.minimum(np.searchsorted(up_to, u), len(up_to) - 1)
        return np.asarray(np.array(self.values, dtype=np.float64)[chosen])

    @cached_property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest of the values, however rarely they are chosen."""
        return float(min(self.values)), float(max(self.values))

    def as_data(self) -> dict[str, Any]:
        """As a scenario file writes it."""
        values = [float(value) for value in self.values]
        return {
            "choice": values
            if self.weights is None
            else {"values": values, "weights": [float(weight) for weight in self.weights]}
        }

    def validation_error(self) -> str | None:
        """Weights, if any, are positive and one for each value."""
        if self.weights is None or (
            len(self.weights) == len(self.values) and min(self.weights) > 0
        ):
            return None
        return "one positive weight for each value"


@dataclass(frozen=True)
class Draws(Distribution):
    """Equally likely values, such as draws of a posterior.

    All such lists of a scenario are drawn together, row by row.
    """

    kind: ClassVar[str] = "draws"
    with_unit: ClassVar[tuple[str, ...]] = ("values",)
    is_joint: ClassVar[bool] = True
    values: tuple[float, ...]

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a list of two or more values."""
        if not isinstance(written, list | tuple) or len(written) < 2:  # noqa: PLR2004  said in the message
            raise ValueError(f"draws takes a list of two or more values, as in {EXAMPLES['draws']}")
        return super().parse({"values": tuple(written)})

    def numbers(self) -> tuple[Any, ...]:
        """The values."""
        return self.values

    def _inverse(self, u: Floats) -> Floats:
        """The values in the rows that the probabilities `u` fall in.

        Row k - 1 ends at k / rows, whichever way their product with the number of rows is rounded.
        """
        rows = len(self.values)
        row = np.ceil(u * rows) - 1
        before = np.maximum(row - 1, 0)
        row = np.where((before + 1) / rows >= u, before, row).astype(int)
        return np.asarray(np.array(self.values, dtype=np.float64)[row])

    @cached_property
    def support(self) -> tuple[float, float]:
        """The smallest and the largest of the values."""
        return float(min(self.values)), float(max(self.values))

    def as_data(self) -> dict[str, Any]:
        """As a scenario file writes it."""
        return {"draws": [float(value) for value in self.values]}

    def validation_error(self) -> str | None:
        """Any values will do."""
        return None


@final
@dataclass(frozen=True)
class Quantiles(Distribution):
    """Through three quantiles, within `low` and `high` where they are given.

    Johnson's distribution by its quantiles (Hadlock & Bickel 2017): skewed by a hyperbolic sine on
    the line on which it has no limits, so that its tails are those of a normal, a lognormal or a
    probit-normal distribution, which it is where the three numbers are symmetric on that line.
    """

    kind: ClassVar[str] = "quantiles"
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
        fitted = self._inverse(np.array([0.05, 0.5, 0.95]))
        away = np.abs(fitted - [self.p5, self.p50, self.p95]).max()
        return float(away / (self.p95 - self.p5))


@final
@dataclass(frozen=True)
class Mixture(Distribution):
    """Several distributions with equal weights, such as what several experts believe.

    The linear opinion pool (Clemen & Winkler 1999). The beliefs of one expert belong together: in
    each parameter set all mixtures of a scenario are drawn from the component of the same place.
    """

    kind: ClassVar[str] = "mixture"
    with_unit: ClassVar[tuple[str, ...]] = ("components",)
    components: tuple[Distribution, ...]

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a list of two or more distributions, each a table as it stands alone."""
        if not isinstance(written, list | tuple) or not 2 <= len(written) <= _MOST_COMPONENTS:  # noqa: PLR2004  said in the message
            raise ValueError(
                f"mixture takes a list of 2 to {_MOST_COMPONENTS} distributions, as in "
                f"{EXAMPLES['mixture']}"
            )
        return cls(tuple(map(cls._component, written)))

    @classmethod
    def _component(cls, written: object) -> Distribution:
        """Any distribution but one that is itself drawn together with others."""
        match written:
            case Distribution():
                component = written
            case Mapping() if len(written) == 1 and (kind := next(iter(written))) in KINDS:
                if kind == cls.kind:
                    raise ValueError("mixture takes no mixture; list all components in one")
                component = KINDS[kind].parse(written[kind])
            case _:
                raise ValueError(
                    f"mixture takes distributions, as in {EXAMPLES['mixture']}; got "
                    f"{quoted(written)}"
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
        each = np.stack([component.quantile(u) for component in self.components])
        return np.asarray(each[component, np.arange(len(u))])

    def _inverse(self, u: Floats) -> Floats:
        """By halving the interval between the quantiles of the components."""
        each = np.stack([component.quantile(u) for component in self.components])
        low, high = each.min(axis=0), each.max(axis=0)
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
        shown = [str(component) for component in self.components[:_MAX_VALUES_SHOWN]]
        more = len(self.components) - len(shown)
        return f"{{ {self.kind} = [{', '.join(shown)}{f', … {more} more' if more else ''}] }}"

    def validation_error(self) -> str | None:
        """Its components are valid by themselves."""
        return None


@final
@dataclass(frozen=True)
class PointValues(Draws):
    """The values of a number at chosen points, and of a mixture the component of each point.

    What is redrawn within a history still follows the distribution of the scenario.
    """

    uncertain: Distribution
    component: tuple[int, ...] = ()

    def redraw_distribution(self) -> Distribution:
        """That of the scenario."""
        return self.uncertain


KINDS: dict[str, type[Distribution]] = {
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
        Mixture,
    )
}
EXAMPLES = {
    "uniform": "{ uniform = [130, 210] }",
    "normal": "{ normal = { mean = 1.3, sd = 0.1, low = 1 } }",
    "lognormal": "{ lognormal = { median = 0.65, sigma = 1.2 } }",
    "triangular": "{ triangular = [1, 2, 4] }",
    "beta": "{ beta = { a = 2, b = 5 } }",
    "choice": "{ choice = [60, 90, 120] }",
    "draws": "{ draws = [0.4, 0.7, 1.1] }",
    "quantiles": "{ quantiles = { p5 = 0.2, p50 = 0.6, p95 = 2, low = 0 } }",
    "mixture": "{ mixture = [{ uniform = [1, 2] }, { normal = { mean = 3, sd = 0.5 } }] }",
}
