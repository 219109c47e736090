"""What a model reports while it runs: an observer of many worlds keeps nothing of it, the journal
of one world writes it down.
"""

from typing import Any

from sim.game.crisis import Crisis
from sim.model.protocol import Ceasefire
from sim.quantity import Worlds


class Observer:
    """Hears of everything, and keeps nothing."""

    def open(self, model: Ceasefire) -> None:
        """The ceasefire is signed."""

    def note_politics(self, model: Ceasefire, began: float) -> None:
        """Politics since the moment `began` are over."""

    def note_ukraine(self, model: Ceasefire, winning: Any, chance: Any, starts: Any) -> None:
        """Ukraine has reviewed."""

    def note_russia(
        self, model: Ceasefire, crisis: Crisis, reviews: Any, attacks: Any, probes: Any
    ) -> None:
        """Russia has reviewed."""

    def note_incident(
        self,
        model: Ceasefire,
        worlds: Worlds,
        crisis: Crisis,
        probes: Any,
        happens: Any,
        retaliates: Any,
        escalates: Any,
        voids: Any,
    ) -> None:
        """Incidents have come, by chance or out of probes, and probes have been answered, in some
        worlds by their positions.
        """

    def close(self, model: Ceasefire) -> None:
        """A step is over."""
