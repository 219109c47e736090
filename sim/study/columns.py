"""What the tables of a finding hold: each column declared once, with its type, unit and meaning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import pandas as pd
from pandas.api import types


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    COUNT = "whole number"
    TRUTH = "true or false"

    def holds(self, values: "pd.Series[Any]") -> bool:
        """Whether the values are of this kind; numbers that are not known are NaN."""
        match self:
            case Kind.TEXT:
                return bool(values.dropna().map(lambda value: isinstance(value, str)).all())
            case Kind.NUMBER:
                return bool(types.is_numeric_dtype(values) and not types.is_bool_dtype(values))
            case Kind.COUNT:
                return bool(types.is_integer_dtype(values))
            case Kind.TRUTH:
                return bool(types.is_bool_dtype(values))


RESAMPLE_LIMIT = "limit of 95 % of resamples"
"""What the limits of a number are that resamples give."""


@dataclass(frozen=True)
class Column:
    """One column of a table; `unit` is "outcome" where it is that of the outcome of the study."""

    name: str
    kind: Kind
    unit: str
    meaning: str


def with_limits(column: Column, limit: str = "95 % confidence limit") -> tuple[Column, ...]:
    """A column, and after it its lower and upper limits: name, name_low, name_high."""
    return (
        column,
        *(
            replace(
                column, name=f"{column.name}_{side}", meaning=f"{bound} {limit} of {column.name}"
            )
            for side, bound in (("low", "lower"), ("high", "upper"))
        ),
    )


def estimate_with_limits(
    unit: str, meaning: str, limit: str = "95 % confidence limit"
) -> tuple[Column, ...]:
    """The columns estimate, low and high."""
    return (
        Column("estimate", Kind.NUMBER, unit, meaning),
        Column("low", Kind.NUMBER, unit, f"lower {limit}"),
        Column("high", Kind.NUMBER, unit, f"upper {limit}"),
    )


@dataclass(frozen=True)
class TableSchema:
    """The columns of a table in their order.

    With `has_keys` a table has one more column for each parameter that the study varies, named by
    its dotted key; what it means is in the schema of scenarios.
    """

    columns: Sequence[Column]
    has_keys: bool = False

    @property
    def names(self) -> list[str]:
        """Of the declared columns, in order."""
        return [column.name for column in self.columns]

    def table(self, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
        """The table of some rows; without rows it has its columns still."""
        return pd.DataFrame(list(rows), columns=self.names)

    def problems(self, table: pd.DataFrame) -> list[str]:
        """In what a table departs from its schema; nothing if it conforms."""
        names = [str(name) for name in table]
        declared = [name for name in names if name in self.names]
        problems = [] if declared == self.names else [f"has {declared}, not {self.names}"]
        if not self.has_keys and len(names) > len(declared):
            problems.append(f"has more: {sorted(set(names) - set(declared))}")
        problems += [
            f"{column.name} holds {table[column.name].dtype}, not {column.kind}"
            for column in self.columns
            if column.name in names and len(table) and not column.kind.holds(table[column.name])
        ]
        return problems


LABEL_TABLE = TableSchema(
    (
        Column("scenario", Kind.TEXT, "-", "name of a scenario of the study"),
        Column("label", Kind.TEXT, "-", "what figures, tables and sentences call it"),
    )
)
