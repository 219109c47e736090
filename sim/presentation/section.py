"""A section: one question, its answer in sentences, the tables and figures behind it, and how far
to trust it. It knows nothing of where it is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draw = Callable[..., "Axes"]
"""A figure, drawn into the axes `ax` or into new ones."""


def figure(name: str, *data: Any) -> Draw:
    """The figure of `sim.plots` of this name; what draws is imported when it is drawn."""

    def draw(ax: "Axes | None" = None) -> "Axes":
        from sim import plots  # noqa: PLC0415  Matplotlib takes longer to import than a finding to read

        drawn: Axes = getattr(plots, name)(*data, ax=ax)
        return drawn

    return draw


@dataclass(frozen=True)
class Column:
    """A column as it is shown: its heading, and the text of a cell from a row of the frame.

    Lines of a cell after the first are small print, such as limits.
    """

    heading: str
    text: Callable[[Any], str]


@dataclass(frozen=True)
class Table:
    """A frame with the columns that are shown of it, the first of which names the rows."""

    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]

    @property
    def headings(self) -> list[str]:
        """The headings in order."""
        return [column.heading for column in self.columns]

    def rows(self) -> list[list[str]]:
        """The texts of its cells, row by row."""
        return [[column.text(row) for column in self.columns] for _, row in self.frame.iterrows()]


@dataclass(frozen=True)
class Section:
    """A question with all that answers it.

    `name` is short and stands for it in files; figures go by the stem of theirs; `details` are
    tables for which only a page has room.
    """

    name: str
    question: str
    answer: tuple[str, ...]
    tables: tuple[Table, ...] = ()
    figures: Mapping[str, Draw] = field(default_factory=dict)
    trust: str = ""
    details: tuple[Table, ...] = ()
