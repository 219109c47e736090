"""Ukraine's agent: the army that it builds from the arms delivered, and its offensives."""

from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.ukraine import Protege
from sim.agents.actor import Actor
from sim.quantity import Array
from sim.uncertainty import Floats


class Ukraine(Actor):
    """The protégé. Every attribute is an array with one entry a world."""

    def __init__(
        self, model: mesa.Model, parameters: Protege, cap: Array, worlds: int, step: float
    ) -> None:
        """Start at the signature, within the force limit and before any delivery.

        A `step` is Δ, in years.
        """
        super().__init__(model)
        self.parameters, self.cap = parameters, cap
        self.strength: Floats = np.full(worlds, np.minimum(cap, parameters.strength))
        self.arms: Floats = np.zeros(worlds)
        self._target = parameters.target(self.arms, cap)
        self._gap_left = parameters.gap_left(step)

    def receive(self, arms: Any) -> None:
        """Arms worth so many USD billion are delivered."""
        self.arms = np.asarray(self.arms + arms)
        self._target = self.parameters.target(self.arms, self.cap)

    def build_up(self) -> None:
        """Build up for a step towards what the arms delivered allow."""
        self.strength = np.asarray(
            self.parameters.strength_after(self.strength, self._target, self._gap_left)
        )

    def review(self, chance: Array, uniform: Floats, reviewing: Array) -> NDArray[np.bool_]:
        """Where it starts an offensive, given the `chance` at a review and the chance `reviewing`
        of one this month.
        """
        return np.asarray(uniform < reviewing * chance)
