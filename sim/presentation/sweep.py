"""Durability at each combination of values: where it is highest and lowest, and a row for each."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from sim.presentation.cells import estimate_column, estimates_frame
from sim.presentation.section import Column, Section, Table
from sim.study.assumptions import meaning, values_of
from sim.wording import row_with_error, years_of

HOW_TO_READ = (
    "In brackets: 95 % sampling error; below: the range over 90 % of parameter sets. All "
    "combinations meet the same chances, so that they differ by what was varied.\n"
    "This is a tool for exploring assumptions, not a forecast."
)


def section(label: str, keys: Sequence[str], table: pd.DataFrame) -> Section:
    """Question, answer and table of a sweep over some keys, from the table of `sim.sweep`."""
    last = table[table["years"] == table["years"].max()]
    combinations = dict(list(table.groupby(list(keys), sort=False)))
    frame = estimates_frame(
        {str(number): rows.set_index("years") for number, rows in enumerate(combinations.values())}
    )
    values = pd.DataFrame(list(combinations), columns=list(keys))
    shown = Table.of(
        "Share of ceasefires still holding, %",
        pd.concat([values, frame], axis=1),
        (
            *(Column(_heading(key), partial(_value, key)) for key in keys),
            *(estimate_column(years_of(at), at) for at in dict.fromkeys(table["years"])),
        ),
    )
    what = " and ".join(f"“{meaning(key)[0]}”" for key in keys)
    return Section(
        "sweep",
        f"{label}: how does durability change with {what}?",
        tuple(_answer(keys, last)),
        (shown,),
        trust=HOW_TO_READ,
    )


def _answer(keys: Sequence[str], last: pd.DataFrame) -> Iterator[str]:
    """Where durability is highest and lowest at the longest time."""
    years = years_of(float(last["years"].iloc[0]))
    for word, row in (
        ("most", last.loc[last["estimate"].idxmax()]),
        ("fewest", last.loc[last["estimate"].idxmin()]),
    ):
        yield (
            f"After {years}, the {word} ceasefires still hold with {values_of(keys, row)}: "
            f"{row_with_error(row)}."
        )


def _value(key: str, row: Any) -> str:
    return f"{row[key]:.4g}"


def _heading(key: str) -> str:
    meant, unit = meaning(key)
    return f"{meant} ({unit})" if unit else meant
