"""Russia's agent: the army that it rebuilds, its leaders, the disposition by which it chooses."""

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.russia import Challenger
from sim.quantity import Array, Worlds
from sim.uncertainty import Floats

Chosen = NDArray[np.bool_]


class Russia(mesa.Agent):
    """The challenger. Every attribute is an array with one entry a world.

    Its `disposition` u is what logit response leaves open of its choices: it lasts until it is
    drawn again.
    """

    def __init__(
        self, model: mesa.Model, parameters: Challenger, disposition: Floats, step: float
    ) -> None:
        """Start at the signature with the leader in office; a `step` is Δ, in years."""
        super().__init__(model)
        worlds = len(disposition)
        self.parameters = parameters
        self.strength: Floats = np.full(worlds, parameters.strength)
        self._gap_left = parameters.gap_left(step)
        self.value_of_prevailing: Floats = np.full(worlds, parameters.value_of_prevailing)
        self.insecurity: Floats = np.full(worlds, parameters.insecurity)
        self.successions: NDArray[np.intp] = np.zeros(worlds, dtype=np.intp)
        self.disposition: Floats = disposition
        self.disposition_before: Floats = disposition
        self.redraw: Floats = np.zeros(worlds)

    def change_leader(self, worlds: Worlds, value_of_prevailing: Array, insecurity: Array) -> None:
        """A new leader comes to office in these worlds, with a value of prevailing and an
        insecurity of his own.
        """
        self.value_of_prevailing[worlds] = value_of_prevailing
        self.insecurity[worlds] = insecurity
        self.successions[worlds] += 1

    def change_disposition(self, uniform: Floats, redraw: Floats) -> None:
        """Draw the disposition again with the chance `redraw`, q.

        One uniform number says whether, and if so what it becomes.
        """
        self.disposition_before, self.redraw = self.disposition, redraw
        changes = np.flatnonzero(uniform < redraw)
        self.disposition = self.disposition.copy()
        self.disposition[changes] = uniform[changes] / redraw[changes]

    def build_up(self) -> None:
        """Reconstitute for a step."""
        self.strength = np.asarray(self.parameters.strength_after(self.strength, self._gap_left))

    def chance_of_disposition(self, worlds: Worlds, low: Array, high: Array) -> Floats:
        """(1 - q) 1{u ∈ [low, high)} + q (high - low).

        The month's chance of a disposition in an interval, before it is drawn.
        """
        before, redraw = self.disposition_before[worlds], self.redraw[worlds]
        length = np.maximum(0.0, high - low)
        return np.where(
            (before >= low) & (before < high), 1 - redraw + redraw * length, redraw * length
        )

    def review(self, chances: Floats, worlds: Worlds) -> tuple[Chosen, Chosen]:
        """Where it attacks and where it probes at a review, given `chances` (3, world).

        By its disposition.
        """
        attack, _, probe = chances
        disposition = self.disposition[worlds]
        attacks = disposition < attack
        return attacks, ~attacks & (disposition < attack + probe)
