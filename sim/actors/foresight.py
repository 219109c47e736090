"""How far an actor looks ahead: the years at which it imagines reconsidering, and their worth."""

from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from sim.quantity import Array, AsTuple
from sim.uncertainty import Floats

FARTHEST = 100
"""The longest foresight that a scenario may give, in years."""

PRESENT = np.zeros((1, 1))
"""The years ahead of one who looks at the present only, (node, 1)."""


def _increase(years: tuple[float, ...]) -> tuple[float, ...]:
    """Refuse years that are out of order or out of reach."""
    if (
        not years
        or years[0] <= 0
        or years[-1] > FARTHEST
        or any(a >= b for a, b in pairwise(years))
    ):
        raise PydanticCustomError(
            "foresight",
            "must be years in increasing order, above 0 and up to {most}",
            {"most": FARTHEST},
        )
    return years


Foresight = Annotated[tuple[float, ...], AsTuple, AfterValidator(_increase)]
"""Years ahead, in increasing order."""


def discounts(factor: Array, foresight: Foresight) -> Floats:
    """δ^(H_k - H_(k-1)): what a unit at each foresight year is worth at the one before it, with the
    year as the first axis.
    """
    between = np.diff((0.0, *foresight))[:, None]
    return np.asarray(np.exp(np.log(factor) * between))
