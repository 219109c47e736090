"""What a study has to say: a question, an answer in sentences, and a table, for the terminal and
for the page alike.
"""

import textwrap
from dataclasses import dataclass

from rich.console import Group
from rich.table import Table
from rich.text import Text

WIDTH = 100
"""Columns at which sentences are broken in the terminal."""


@dataclass(frozen=True)
class Section:
    """A heading, sentences that answer it with their uncertainty, a table of texts, if there is
    one, and how to read it.
    """

    question: str
    answer: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[
        tuple[str, ...], ...
    ]  # a cell may have lines below its first, which are printed dim
    how_to_read: str

    def __rich__(self) -> Group:
        """For the terminal."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for number, heading in enumerate(self.columns):
            table.add_column(heading, justify="right" if number else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*(_dim_below(cell) for cell in row))
        answer = (
            Text(textwrap.fill(sentence, WIDTH, initial_indent="  ", subsequent_indent="  "))
            for sentence in self.answer
        )
        rows = ("", table, "", Text(textwrap.fill(self.how_to_read, WIDTH))) if self.rows else ("",)
        return Group("", Text(self.question, "bold"), *answer, *rows)


def _dim_below(cell: str) -> Text:
    first, *below = cell.split("\n")
    return Text(first).append("".join(f"\n{line}" for line in below), "dim")
