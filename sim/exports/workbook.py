"""Results as an Excel workbook: a sheet about it, one on the columns, and one for each table.

XlsxWriter writes it: it needs no other package, streams rows to the disk, and can be kept from
taking texts for formulas and links.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sim.errors import RunError
from sim.exports.described import MADE_BY, Exported
from sim.exports.text import plain

MOST_ROWS = 1_048_576
"""Of a sheet, the line of headings included."""
_AS_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_MIN_WIDTH, _MAX_WIDTH = 9, 40


def write_workbook(path: Path, exported: Exported) -> None:
    """Write the workbook. Raises RunError for a table that is too long for a sheet."""
    from xlsxwriter import Workbook  # noqa: PLC0415  an extra

    for table in exported.tables:
        if len(table.frame) >= MOST_ROWS:
            raise RunError(
                f"xlsx: a sheet has {MOST_ROWS:,} rows, and table '{table.name}' has "
                f"{len(table.frame):,}; export it as csv or nc"
            )
    with Workbook(path, _AS_TEXT) as workbook:
        workbook.set_properties({"title": exported.name, "comments": MADE_BY})
        heading = workbook.add_format({"bold": True, "bottom": 1})
        _write(workbook.add_worksheet("About"), ("", ""), _about(exported), heading)
        columns = exported.column_table()
        _write(workbook.add_worksheet("Columns"), list(columns), columns.to_numpy(), heading)
        for table in exported.tables:
            values = [plain(table.frame[column.name], column.kind) for column in table.columns]
            names = [column.name for column in table.columns]
            sheet = workbook.add_worksheet(table.name.capitalize())
            _write(sheet, names, zip(*values, strict=True), heading)


def _about(exported: Exported) -> Iterator[tuple[str, str]]:
    """What the workbook is about, then its settings, line by line."""
    yield from exported.about.items()
    yield "", ""
    for number, line in enumerate(exported.settings.splitlines()):
        yield "" if number else "settings", line


def _write(sheet: Any, names: Iterable[str], rows: Iterable[Iterable[Any]], heading: Any) -> None:
    """Fill a sheet: headings that stay in view, numbers as numbers, empty cells for None."""
    for column, name in enumerate(names):
        sheet.set_column(column, column, min(max(len(name) + 2, _MIN_WIDTH), _MAX_WIDTH))
        sheet.write_string(0, column, name, heading)
    sheet.freeze_panes(1, 0)
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row, column, value)
