"""Russia's agent: the army that it rebuilds, its leaders, the disposition by which it chooses."""

from collections.abc import Callable

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.russia import Challenger
from sim.agents.actor import Actor
from sim.quantity import Array, Worlds
from sim.uncertainty import Floats

Chosen = NDArray[np.bool_]
Between = Callable[[Array, Array], Floats]
"""The month's chance of a disposition in an interval, from its lower and its upper end."""


class Russia(Actor):
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
        self._redrawn_with: Floats = np.zeros(worlds)
        self._known: tuple[Floats, Floats] | None = None

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
        self._redrawn_with, self._known = uniform, None
        changes = np.flatnonzero(uniform < redraw)
        self.disposition = self.disposition.copy()
        self.disposition[changes] = uniform[changes] / redraw[changes]

    def build_up(self) -> None:
        """Reconstitute for a step."""
        self.strength = np.asarray(self.parameters.strength_after(self.strength, self._gap_left))

    def chances_of_disposition(self, worlds: Worlds) -> Between:
        """(1 - q) 1{u ∈ [low, high)} + q (high - low).

        The month's chance, in some worlds, of a disposition in an interval, before it is drawn.
        """
        before, redraw = self.disposition_before.take(worlds), self.redraw.take(worlds)
        kept = 1 - redraw

        def between(low: Array, high: Array) -> Floats:
            inside = (before >= low) & (before < high)
            return np.asarray(kept * inside + redraw * np.maximum(0.0, high - low))

        return between

    def settle_disposition(self, worlds: Worlds, low: Floats, high: Floats) -> Floats:
        """It becomes known that the month's disposition lies in [low, high) in some worlds; gives
        the chance of that, among what was known of it in this month.

        The number that decided whether it was drawn again is moved to where it lies there: it stays
        if it does, else it goes evenly over what is left of [q low, q high) and, if the disposition
        before lies there, of [q, 1).
        """
        everywhere = self._known or (np.zeros_like(self.redraw), np.ones_like(self.redraw))
        earlier_low, earlier_high = (bound[worlds] for bound in everywhere)
        low = np.maximum(low, earlier_low)
        high = np.maximum(np.minimum(high, earlier_high), low)
        between = self.chances_of_disposition(worlds)
        earlier, chance = between(earlier_low, earlier_high), between(low, high)
        if self._known is None:
            self._known, self._redrawn_with = everywhere, self._redrawn_with.copy()
        for bound, value in zip(self._known, (low, high), strict=True):
            bound[worlds] = value
        uniform, redraw, now = (
            values[worlds] for values in (self._redrawn_with, self.redraw, self.disposition)
        )
        inside, drawn = (now >= low) & (now < high), redraw * (high - low)
        place = np.where(
            uniform < redraw * low,
            uniform - redraw * earlier_low,
            np.where(
                uniform < redraw,
                uniform - redraw * earlier_low - drawn,
                redraw * (earlier_high - earlier_low) - drawn + uniform - redraw,
            ),
        )
        outside = np.where(earlier > chance, earlier - chance, 1.0)
        into = np.clip(place / outside, 0.0, 1.0) * chance
        anew = np.clip(low + into / np.where(redraw > 0, redraw, 1.0), low, np.nextafter(high, low))
        moves = ~inside & (chance > 0)
        again = into < drawn
        settled = np.where(again, anew, self.disposition_before[worlds])
        self.disposition[worlds] = np.where(moves, settled, now)
        self._redrawn_with[worlds] = np.where(
            moves, np.where(again, redraw * anew, redraw + into - drawn), uniform
        )
        return np.divide(chance, earlier, out=np.zeros_like(chance), where=earlier > 0)

    def review(self, chances: Floats, worlds: Worlds) -> tuple[Chosen, Chosen]:
        """Where it attacks and where it probes at a review, given `chances` (3, world).

        By its disposition.
        """
        attack, _, probe = chances
        disposition = self.disposition.take(worlds)
        attacks = disposition < attack
        return attacks, ~attacks & (disposition < attack + probe)
