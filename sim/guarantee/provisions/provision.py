"""What a provision of a guarantee is: a block of a scenario file, and what it changes in the crisis
game.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from sim.guarantee.terms import TERMS, Contributions, Standing
from sim.quantity import Parameters

TOLERANCE = 1e-9
"""Years within which a month counts as the moment on which a promise or a delivery ends."""


class Provision(Parameters, ABC):
    """One provision of a guarantee."""

    contributes_to: ClassVar[frozenset[str]] = TERMS
    """The terms to which it may contribute: a provision that names its own is left out where others
    are wanted.
    """

    @abstractmethod
    def contributes(self, at: Standing) -> Contributions:
        """What it adds to the terms at the moments t + h.

        Arrays that broadcast over (node, world).
        """
