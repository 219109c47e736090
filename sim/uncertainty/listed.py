"""Distributions that are lists of values: choices, draws from a posterior, and chosen points."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self, final

import numpy as np

from sim.uncertainty.distribution import Distribution, Floats


@final
@dataclass(frozen=True)
class Choice(Distribution):
    """One of a few values, equally likely or by `weights`."""

    kind: ClassVar[str] = "choice"
    example: ClassVar[str] = "{ choice = [60, 90, 120] }"
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
            raise ValueError(f"choice takes a list of values, as in {cls.example}")
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
    example: ClassVar[str] = "{ draws = [0.4, 0.7, 1.1] }"
    with_unit: ClassVar[tuple[str, ...]] = ("values",)
    is_joint: ClassVar[bool] = True
    values: tuple[float, ...]

    @classmethod
    def parse(cls, written: object) -> Self:
        """Read a list of two or more values."""
        if not isinstance(written, list | tuple) or len(written) < 2:  # noqa: PLR2004  said in the message
            raise ValueError(f"draws takes a list of two or more values, as in {cls.example}")
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
class PointValues(Draws):
    """The values of a number at chosen points, and of a mixture the component of each point.

    What is redrawn within a history still follows the distribution of the scenario.
    """

    uncertain: Distribution
    component: tuple[int, ...] = ()

    def redraw_distribution(self) -> Distribution:
        """That of the scenario."""
        return self.uncertain
