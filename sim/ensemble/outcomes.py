"""The outcomes in a run folder, each column read when it is asked for."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.ensemble.joined import ROWS
from sim.ensemble.manifest import AGAIN
from sim.errors import DamagedError
from sim.scenario.columns import Kind, described, described_by, descriptions, of_kind

_MOST_KEPT = 25_000_000
"""Numbers of all costs, or of all that was drawn, that are kept in memory: 200 megabytes."""
_WORDS = ["cause", "reason", "members_fought"]


class Outcomes:
    """The outcomes in a file, column by column: each is read when it is first asked for, and kept.

    Costs are read together, and so is what was drawn, as an analysis wants all of them. Those of a
    large run are too many to be kept, and are read one by one whenever they are asked for.
    """

    def __init__(self, path: Path) -> None:
        """Read the names of the columns."""
        self._path = path
        with pq.ParquetFile(path) as file:
            stored, rows = file.schema_arrow, file.metadata.num_rows
        self._names: list[str] = stored.names
        self._columns = descriptions(stored)
        self.attrs = described_by(self._columns)
        many = [of_kind(self, kind) for kind in (Kind.COST, Kind.DRAWN)]
        self._together = {
            name: names for names in many if rows * len(names) <= _MOST_KEPT for name in names
        }
        self._not_kept = {name for names in many for name in names} - self._together.keys()
        self._read: dict[str, pd.Series] = {}
        self.made: dict[str, Any] = {}  # by an analysis, once for all who ask for it

    def __iter__(self) -> Iterator[str]:
        """The names of the columns."""
        return iter(self._names)

    def __getitem__(self, name: str) -> pd.Series:
        """One column. Raises KeyError if there is none of this name."""
        if name not in self._names:
            raise KeyError(name)
        if name in self._read:
            return self._read[name]
        names = self._together.get(name, [name])
        columns = read(self._path, names)
        if name not in self._not_kept:
            self._read |= {column: columns[column] for column in names}
        return columns[name]

    def rows(self, first: int, last: int) -> pd.DataFrame:
        """All columns of the worlds from `first` up to, not including, `last`.

        No other rows are decoded than those of their groups.
        """
        groups = range(first // ROWS, (last - 1) // ROWS + 1)
        with pq.ParquetFile(self._path, read_dictionary=_WORDS) as file:
            rows = file.read_row_groups(list(groups))
        return described(
            rows.slice(first - groups[0] * ROWS, last - first).to_pandas(), self._columns
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """All columns of all worlds."""
        return described(read(self._path), self._columns)


def read(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Columns of a file, or all of them. Raises DamagedError for values that cannot be read."""
    try:
        return pq.read_table(path, columns=columns, read_dictionary=_WORDS).to_pandas()
    except (pa.ArrowException, OSError):
        raise DamagedError(path, AGAIN) from None
