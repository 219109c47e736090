"""What is not known of a number: the distributions that a scenario file may give instead of it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
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
        if not all(number is None or is_number(number) for number in distribution.numbers()):
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
            if isinstance(number, tuple):
                return tuple(map(own, number))
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


KINDS: dict[str, type[Distribution]] = {
    distribution.kind: distribution
    for distribution in (Uniform, Normal, LogNormal, Triangular, Beta, Choice, Draws)
}
EXAMPLES = {
    "uniform": "{ uniform = [130, 210] }",
    "normal": "{ normal = { mean = 1.3, sd = 0.1, low = 1 } }",
    "lognormal": "{ lognormal = { median = 0.65, sigma = 1.2 } }",
    "triangular": "{ triangular = [1, 2, 4] }",
    "beta": "{ beta = { a = 2, b = 5 } }",
    "choice": "{ choice = [60, 90, 120] }",
    "draws": "{ draws = [0.4, 0.7, 1.1] }",
}
