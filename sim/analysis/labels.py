"""What people call runs and scenarios: their labels, which stay apart."""

from collections.abc import Sequence
from itertools import count
from typing import Protocol


class Named(Protocol):
    """What has a short name for files and a label for people, which may be empty."""

    @property
    def name(self) -> str:
        """Short name: a key of tables and files."""

    @property
    def label(self) -> str:
        """A few words for people."""


def labels(named: Sequence[Named]) -> list[str]:
    """A label for each, in their order: the name where there is none, and the name behind it where
    several have the same, numbered where several have that too.
    """
    own = [thing.label or thing.name for thing in named]
    names = distinct([thing.name for thing in named])
    return [
        f"{label} ({name})" if own.count(label) > 1 else label
        for name, label in zip(names, own, strict=True)
    ]


def labels_by_name(named: Sequence[Named]) -> dict[str, str]:
    """The same by name, for tables whose rows are keyed by it."""
    return dict(zip((thing.name for thing in named), labels(named), strict=True))


def distinct(names: Sequence[str]) -> list[str]:
    """The names, each that stands there before with a number behind it: nato, nato-2."""
    apart: list[str] = []
    for name in names:
        free = (f"{name}-{number}" for number in count(2))
        apart.append(name if name not in apart else next(new for new in free if new not in apart))
    return apart
