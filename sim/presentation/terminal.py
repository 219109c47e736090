"""Sections and tables on the terminal, at most 80 columns wide."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group
from rich.table import Table as RichTable
from rich.text import Text

from sim.characters import visible
from sim.presentation.section import Section, Table

WIDTH = 80
"""Columns of a terminal that everybody has."""
_NAMES, _LEAST_NAMES, _HEADING = 22, 12, 14
"""Columns at which names of rows are broken, that they get at least, and at which headings are."""


def console() -> Console:
    """Where everything is printed: not cut on a narrower terminal, and no text is markup."""
    printed = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    printed.width = max(printed.width, WIDTH)
    return printed


def section(shown: Section) -> Group:
    """A section: question, answer, tables, how far to trust it; each where there is one."""
    above = [Text(f"\n{_fill(shown.question)}", "bold")] if shown.question else []
    below = [Text(f"\n{paragraph(shown.trust)}")] if shown.trust else []
    return Group(
        *above,
        *map(sentence, shown.answer),
        *(line for numbers in shown.tables for line in table(numbers)),
        *below,
    )


def sentence(text: str) -> Text:
    """A sentence of an answer in lines, those after the first set in."""
    return Text(_fill(text, initial_indent="- ", subsequent_indent="  "))


def paragraph(text: str) -> str:
    """A text in lines."""
    return "\n".join(map(_fill, text.split("\n")))


def table(shown: Table) -> Iterator[RichTable | Text]:
    """A table, its title above it; columns for which there is no room follow below."""
    if shown.title:
        yield Text(f"\n{_fill(shown.title)}", "bold")
    rows = [[visible(cell) for cell in row] for row in shown.rows]
    headings = [_broken(visible(heading)) for heading in shown.headings]
    widths = [
        max(_width([heading]), _width(row[number] for row in rows))
        for number, heading in enumerate(headings)
    ]
    first = min(widths[0], _NAMES)
    for number, columns in enumerate(_blocks(first, widths[1:])):
        if number:
            yield Text("")
        room = WIDTH - sum(widths[column] + 1 for column in columns)
        yield _columns(headings, rows, [0, *columns], max(min(widths[0], room), _LEAST_NAMES))


def _blocks(first: int, widths: Sequence[int]) -> Iterator[list[int]]:
    """The columns after the first in blocks that fit beside it."""
    block: list[int] = []
    used = min(first, _LEAST_NAMES)
    for number, width in enumerate(widths, start=1):
        if block and used + sum(widths[column - 1] + 1 for column in block) + width + 1 > WIDTH:
            yield block
            block = []
        block.append(number)
    if block:
        yield block


def _columns(
    headings: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[int], names: int
) -> RichTable:
    """Some columns as a table without lines; lines of a cell after the first are dim."""
    printed = RichTable(box=None, pad_edge=False, padding=(0, 0, 0, 1))
    for column in columns:
        printed.add_column(
            headings[column],
            justify="right" if column else "left",
            overflow="fold",
            no_wrap=bool(column),
            width=None if column else names,
        )
    for row in rows:
        printed.add_row(*(_dim_below(row[column]) for column in columns))
    return printed


def _broken(heading: str) -> str:
    """A heading in lines."""
    return "\n".join(
        piece for line in heading.split("\n") for piece in textwrap.wrap(line, _HEADING) or [""]
    )


def _fill(text: str, initial_indent: str = "", subsequent_indent: str = "") -> str:
    """A text in lines, none of which parts a number from its percent sign."""
    kept = visible(text).replace(" %", "\N{NO-BREAK SPACE}%")
    lines = textwrap.fill(
        kept, WIDTH, initial_indent=initial_indent, subsequent_indent=subsequent_indent
    )
    return lines.replace("\N{NO-BREAK SPACE}", " ")


def _width(cells: Iterable[str]) -> int:
    return max((len(line) for cell in cells for line in cell.split("\n")), default=0)


def _dim_below(cell: str) -> Text:
    first, *below = cell.split("\n")
    return Text(first).append("".join(f"\n{line}" for line in below), "dim")
