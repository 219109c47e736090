"""What the agents of all actors have in common."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import mesa


class _Numbers(WeakKeyDictionary[mesa.Model, Iterator[int]]):
    """For each model that is still there, the numbers of its agents, from 1 on."""

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        """The numbers that are left."""
        return self.setdefault(model, count(1))


class Actor(mesa.Agent):
    """An actor of the game.

    Mesa 3.3 numbers agents in a way that keeps every model for ever; one with thousands of
    histories must go when nobody uses it any more.
    """

    _ids: Any = _Numbers()
