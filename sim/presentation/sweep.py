"""Durability at each combination of values: where it is highest and lowest, and a row for each."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from sim.presentation import sentences
from sim.presentation.cells import estimate_column, estimates_frame
from sim.presentation.section import Column, Section, Table
from sim.study.assumptions import meaning, values_of
from sim.study.sweep import highest_and_lowest
from sim.wording import row_with_error, years_of

HOW_TO_READ = (
    "In brackets: the 95 % sampling error, or its two limits near an end of the scale; "
    "below: the range over 90 % of parameter sets. All "
    "combinations meet the same chances, so that they differ by what was varied.\n"
    "This is a tool for exploring assumptions, not a forecast."
)


def section(
    label: str, keys: Sequence[str], table: pd.DataFrame, difference: pd.DataFrame
) -> Section:
    """Question, answer and table of a sweep over some keys, from the table of `sim.sweep` and the
    `difference_of_ends`.
    """
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
        tuple(_answer(keys, table, difference)),
        (shown,),
        trust=HOW_TO_READ,
    )


def _answer(keys: Sequence[str], table: pd.DataFrame, difference: pd.DataFrame) -> Iterator[str]:
    """Where durability is highest and lowest at the longest time, and how far these are apart."""
    ends = highest_and_lowest(table)
    for word, row in zip(("most", "fewest"), ends, strict=True):
        yield (
            f"After {years_of(row['years'])}, the {word} ceasefires still hold with "
            f"{values_of(keys, row)}: {row_with_error(row)}."
        )
    highest, lowest = (values_of(keys, row) for row in ends)
    for _, row in difference.iterrows():
        yield sentences.difference(row, highest, lowest, "with")


def _value(key: str, row: Any) -> str:
    return f"{row[key]:.4g}"


def _heading(key: str) -> str:
    meant, unit = meaning(key)
    return f"{meant} ({unit})" if unit else meant
