"""Chance: named streams of uniform numbers, so that what one decision draws never moves what
another draws.

A stream is keyed by the seed, its name and a slab of worlds of fixed size, and is drawn for every
world of the slab whether it is used or not. So world 4711 meets the same chances in any block,
alone, and under any guarantee regime: common random numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.chance import generator
from sim.quantity import Worlds
from sim.uncertainty import Floats

SLAB = 1024
"""Worlds that are drawn together."""
_ROWS = 8
"""The most rows that a stream draws ahead."""


class Slabs:
    """Where some worlds stand in their slabs."""

    def __init__(self, worlds: Worlds) -> None:
        """The worlds, given by their numbers."""
        slabs, position = np.unique(worlds // SLAB, return_inverse=True)
        columns = position * SLAB + worlds % SLAB
        in_order = len(columns) == 1 or bool(np.all(np.diff(columns) == 1))
        self.worlds = len(worlds)
        self.slabs = slabs.tolist()
        self.columns: Any = slice(int(columns[0]), int(columns[-1]) + 1) if in_order else columns


class Stream:
    """Numbers for one kind of event: a row for each event, with one entry a world."""

    def __init__(
        self,
        seed: int,
        name: str,
        among: "Slabs",
        quantile: Callable[[Floats], Floats] | None = None,
    ) -> None:
        """Open the stream for the worlds of these slabs.

        Uniform on [0, 1), or as `quantile` turns them.
        """
        self._generators = [generator(seed, name, slab) for slab in among.slabs]
        self._columns = among.columns
        self._quantile = quantile
        self._buffer: Floats = np.empty((0, len(among.slabs), SLAB))
        self._next = 0
        self._kept: Floats = np.empty((0, among.worlds))
        self._rows_kept = 0

    def next(self) -> Floats:
        """The next row, shape (world,), at hand until the stream is drawn from again."""
        if self._next == len(self._buffer):
            self._draw(min(_ROWS, 2 * self._next or 1))
        row = self._buffer[self._next].reshape(-1)[self._columns]
        self._next += 1
        return np.asarray(row if self._quantile is None else self._quantile(row))

    def _draw(self, rows: int) -> None:
        """Draw some rows ahead: the more, the more there were before, as most streams are short."""
        if rows != len(self._buffer):
            self._buffer = np.empty((rows, len(self._generators), SLAB))
        for slab, stream in enumerate(self._generators):
            self._buffer[:, slab] = stream.random((rows, SLAB))
        self._next = 0

    def nth(self, ordinal: NDArray[np.integer[Any]], worlds: Worlds) -> Floats:
        """In some worlds, by their positions, the entry of each one's `ordinal` event, the first
        being 0; not to be mixed with `next`.
        """
        self._keep(int(ordinal.max()) + 1)
        return np.asarray(self._kept[ordinal, worlds])

    def row(self, ordinal: int) -> Floats:
        """The row of the `ordinal` event of all worlds, the first being 0; not to be mixed with
        `next`.
        """
        self._keep(ordinal + 1)
        return np.asarray(self._kept[ordinal])

    def _keep(self, rows: int) -> None:
        """Have the first `rows` at hand; what holds them doubles, so that each is copied once."""
        if rows > len(self._kept):
            kept = np.empty((max(rows, 2 * len(self._kept)), self._kept.shape[1]))
            kept[: self._rows_kept] = self._kept[: self._rows_kept]
            self._kept = kept
        for ordinal in range(self._rows_kept, rows):
            self._kept[ordinal] = self.next()
        self._rows_kept = max(rows, self._rows_kept)


@dataclass(frozen=True)
class Branch:
    """From the end of a `step` on, histories go their own ways: they meet fresh chances, those of
    these `worlds`, of which none need be theirs.
    """

    step: int
    worlds: Worlds


class Chance:
    """All the streams of some worlds under one seed; a stream begins when it is first asked for."""

    def __init__(self, seed: int, worlds: Worlds, branch: Branch | None = None) -> None:
        """Nothing is drawn yet; after a `branch` all streams are others."""
        self._seed, self._slabs = seed, Slabs(worlds if branch is None else branch.worlds)
        self._prefix = "" if branch is None else f"after step {branch.step}: "
        self._streams: dict[str, Stream] = {}
        self._once: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Stream:
        """The stream of uniform numbers of that name."""
        return self.following(None, name)

    def following(self, quantile: Callable[[Floats], Floats] | None, name: str) -> Stream:
        """The stream of that name, of numbers that follow the distribution of this quantile
        function.
        """
        if name not in self._streams:
            self._streams[name] = Stream(self._seed, self._prefix + name, self._slabs, quantile)
        return self._streams[name]

    def once(self, name: str) -> Floats:
        """The uniform numbers of a decision that each world takes at most once in its history,
        shape (world,).
        """
        if name not in self._once:
            self._once[name] = self[name].next()
        return self._once[name]
