"""What a provision of a guarantee is: a block of a scenario file, and what it changes in the crisis
game.
"""

from abc import ABC, abstractmethod

from sim.guarantee.terms import Contributions, Standing
from sim.quantity import Parameters

TOLERANCE = 1e-9
"""Years within which a month counts as the moment on which a promise or a delivery ends."""


class Provision(Parameters, ABC):
    """One provision of a guarantee."""

    @abstractmethod
    def contributes(self, at: Standing) -> Contributions:
        """What it adds to the terms at the moments t + h.

        Arrays that broadcast over (node, world).
        """
