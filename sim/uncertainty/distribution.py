"""What a distribution of an uncertain number is: its quantiles, and how a file writes it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, ClassVar, NoReturn, Self

import numpy as np
from numpy.typing import NDArray

from sim.characters import quoted

Floats = NDArray[np.float64]

LARGEST = 1e9
"""The largest magnitude a scenario file may give, so that no formula overflows."""
MOST_SHOWN = 8
"""Values of a long list that are shown."""
_TAIL = 2.0**-53
"""Probabilities are kept this far from 0 and 1, so that no tail is infinite."""


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
    example: ClassVar[str]
    """One of its kind, as a scenario file writes it."""
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
            raise ValueError(f"{cls.kind} takes {takes}, as in {cls.example}") from None
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
        if isinstance(inner, list) and len(inner) > MOST_SHOWN:
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
