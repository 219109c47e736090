"""Tables of estimates: a row a run or a thing, a column a year or an outcome, each cell an estimate
with its sampling error and, below it, its range over 90 % of parameter sets.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.presentation.section import Column, Table
from sim.wording import reaches_beyond

NUMBERS = ("estimate", "low", "high", "spread_low", "spread_high")
"""What a frame holds of an estimate, by column as in `estimate@10`."""


def estimates_table(
    title: str,
    columns: Mapping[str, Any],
    rows: Mapping[str, pd.DataFrame],
    *,
    signed: bool = False,
    scale: float = 100,
) -> Table:
    """A row for each of `rows`, whose table has the estimates by index; a column for each heading
    of `columns`, with the index that it shows. Estimates are shown `scale` times as large.
    """
    return Table.of(
        title,
        estimates_frame(rows),
        (
            NAME,
            *(
                estimate_column(heading, key, signed=signed, scale=scale)
                for heading, key in columns.items()
            ),
        ),
    )


NAME = Column("", lambda row: str(row["name"]))
"""The column that names the rows of a frame of estimates."""


def estimates_frame(rows: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for each of `rows`: the estimates of its table as `estimate@INDEX` and so on."""
    return pd.DataFrame(
        [
            {"name": name}
            | {
                f"{number}@{key}": row[number]
                for key, row in table.iterrows()
                for number in NUMBERS
            }
            for name, table in rows.items()
        ]
    )


def estimate_column(
    heading: str, key: Any, *, signed: bool = False, scale: float = 100, digits: int = 1
) -> Column:
    """The column of a frame of estimates with those under this index; empty where there is none."""

    def text(row: Any) -> str:
        values = {number: row.get(f"{number}@{key}", math.nan) for number in NUMBERS}
        if math.isnan(values["estimate"]):
            return ""
        return both(values, signed=signed, scale=scale, digits=digits)

    return Column(heading, text)


def both(row: Any, *, signed: bool = False, scale: float = 100, digits: int = 1) -> str:
    """An estimate with its sampling error, and below it its range over 90 % of parameter sets, with
    one digit fewer.
    """
    over = (
        ""
        if math.isnan(row["spread_low"])
        else f"\n{scaled(row['spread_low'], digits - 1, scale, signed=signed)} to "
        f"{scaled(row['spread_high'], digits - 1, scale, signed=signed)}"
    )
    return (
        bracketed(row, ("estimate", "low", "high"), signed=signed, scale=scale, digits=digits)
        + over
    )


def bracketed(
    row: Any,
    names: tuple[str, str, str],
    *,
    signed: bool = False,
    scale: float = 100,
    digits: int = 1,
) -> str:
    """A number with its sampling error in brackets, or with its limits where that error would reach
    below nothing or above all, as limits never do.
    """
    value, low, high = (row[name] for name in names)
    number, error = round(scale * value, digits), round(scale * (high - low) / 2, digits)
    least, most = (scaled(limit, digits, scale, signed=signed) for limit in (low, high))
    is_beyond = not signed and reaches_beyond(number, error, low, high, scale)
    within = f"{least} to {most}" if is_beyond else f"±{error:.{digits}f}"
    return f"{scaled(value, digits, scale, signed=signed)} ({within})"


def scaled(value: float, digits: int, scale: float, *, signed: bool = False) -> str:
    """A number with so many digits, `scale` times as large; never a negative zero."""
    number = round(scale * value, digits) + 0.0
    return f"{number:{'+' if signed and number else ''}.{digits}f}"


def share_of_burden(row: Any) -> str:
    """A share of the burden with its sampling error, in percent; empty where nothing is paid."""
    if math.isnan(row["share"]):
        return ""
    return bracketed(row, ("share", "share_low", "share_high"))
