"""A section: one question, its answer in sentences, the tables and figures behind it, and how far
to trust it. It knows nothing of where it is shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import pandas as pd
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
    """A table as it is shown: texts by row, a heading above each column; the first column names the
    rows.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, title: str, frame: "pd.DataFrame", columns: Sequence[Column]) -> Self:
        """A row for each row of a frame."""
        rows = (tuple(column.text(row) for column in columns) for _, row in frame.iterrows())
        return cls(title, tuple(column.heading for column in columns), tuple(rows))


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
