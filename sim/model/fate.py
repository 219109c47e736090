"""What of a history is fixed: the one thing that a model asks before a coin falls.

Where an event or a decision is fixed, the number that decides it is moved to where it gives that,
and stays as it is where it gives it already: so its law is that of a history in which the event
came by chance, and a course that was taken from a history reproduces it. Each history carries as
weight the chance with which it would have produced what is fixed (docs/model.md, section "A
course").
"""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.actors.choice import Falls
from sim.quantity import Array, Worlds
from sim.scenario.course import SILENT, Course, step_of
from sim.uncertainty import Floats

_SAYS: dict[tuple[str, str], tuple[str, str, Any]] = {
    ("Europe", "renewal"): ("renewal", "passed", "renew"),
    ("Europe", "answer"): ("probe", "answer", "firm"),
    ("United States", "funds"): ("funds", "passed", "fund"),
    ("United States", "statement"): ("election", "says", "committed"),
}
"""Nodes that an event decides as well: its kind, its detail, and the choice that is the coin's
yes.
"""


class Fate:
    """The events and decisions of a course, and the log weight of each history (world,)."""

    def __init__(self, course: Course | None, steps_per_year: int, size: int) -> None:
        """Nothing has happened yet; without a course nothing is fixed."""
        course = course or Course()
        self._until = step_of(course.until, steps_per_year)
        self._events = {
            (step_of(event.at, steps_per_year), event.what): event.details
            for event in course.events
        }
        self._choices = {
            (step_of(decision.at, steps_per_year), decision.actor, decision.node): decision.choice
            for decision in course.decisions
        }
        self._step = 0
        self.log_weight: Floats = np.zeros(size)

    def begin(self, step: int) -> None:
        """A month begins."""
        self._step = step

    @property
    def observed(self) -> bool:
        """Whether the month is one of those up to the last moment observed."""
        return self._step <= self._until

    def happened(self, what: str) -> bool | None:
        """Whether this event happened in the month; None where that is not known."""
        if (self._step, what) in self._events:
            return True
        return False if self.observed and what in SILENT else None

    def detail(self, what: str, name: str) -> Any:
        """What is known of an event of the month; None where nothing is."""
        return self._events.get((self._step, what), {}).get(name)

    def choice(self, actor: str, node: str) -> str | None:
        """What an actor chooses in the month, if that is fixed."""
        if (chosen := self._choices.get((self._step, actor, node))) is not None:
            return chosen
        if (actor, node) not in _SAYS:
            return None
        what, name, yes = _SAYS[actor, node]
        said = self.detail(what, name)
        return None if said is None else yes if said in (True, yes) else "no"

    def falls(self, actor: str, node: str, where: NDArray[np.bool_]) -> Falls:
        """How the coin of a decision with two choices falls, `where` (world,) it is tossed."""
        chosen = self.choice(actor, node)
        if chosen is None:
            return np.less
        return self.certain(chosen == _SAYS[actor, node][-1], where)

    def certain(self, happens: bool | None, where: NDArray[np.bool_]) -> Falls:  # noqa: FBT001
        """The coin that falls so in all worlds; each weighs what it would have fallen so with."""
        if happens is None:
            return np.less
        return partial(self._falls_so, happens, np.flatnonzero(where))

    def _falls_so(
        self,
        happens: bool,  # noqa: FBT001
        worlds: Worlds,
        uniform: Floats,
        chance: Array,
    ) -> NDArray[np.bool_]:
        everywhere = np.broadcast_to(chance, uniform.shape)
        own = everywhere if len(everywhere) == len(worlds) else everywhere[worlds]
        self.weigh(worlds, own if happens else 1 - own)
        return np.full(uniform.shape, happens)

    def require(self, what: str, where: NDArray[np.bool_]) -> None:
        """An event that happened could happen only `where` (world,) the regime has it."""
        if (self._step, what) in self._events:
            self.weigh(np.flatnonzero(~where), 0.0)

    def weigh(self, worlds: Worlds, chance: Array) -> None:
        """Something fixed happens in these worlds, with this chance."""
        with np.errstate(divide="ignore"):
            self.log_weight[worlds] += np.log(chance)


def moved(uniform: Floats, low: Array, high: Array, start: Array = 0.0, end: Array = 1.0) -> Floats:
    """Uniform numbers on [start, end) moved into [low, high) of it: those within stay, those
    without are spread over it evenly; all stay where it is empty.

    Examples
    --------
    >>> moved(np.array([0.1, 0.5, 0.9]), 0.0, 0.2).round(3).tolist()
    [0.1, 0.075, 0.175]

    """
    width = high - low
    outside = (end - start) - width
    rank = (uniform - start - np.where(uniform >= high, width, 0.0)) / np.where(
        outside > 0, outside, 1.0
    )
    into = np.minimum(low + rank * width, np.nextafter(high, low))
    stays = ((uniform >= low) & (uniform < high)) | (width <= 0)
    return np.asarray(np.where(stays, uniform, into))
