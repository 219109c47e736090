"""The historical record in numbers: how long ceasefires held, and how well the model and its rivals
predict it.
"""

from collections.abc import Mapping
from functools import partial
from operator import itemgetter
from typing import Any

import pandas as pd

from sim.presentation.section import Column, Table
from sim.record.lifetimes import YEARS

HOW_TO_READ = (
    "Shares of past ceasefires (Kaplan-Meier) and Weibull shapes, each with its 95 % limits. A "
    "shape below 1 says that the risk falls with age. Classes are one coder's judgement, and "
    "groups are small: differences between them are not effects."
)
HOW_TO_READ_MODEL = (
    "Below the model's share: its 95 % sampling error, and its range over 90 % of parameter sets; "
    "then the historical record of the class that the scenario represents, with its 95 % limits."
)
HOW_TO_READ_SCORES = (
    "Lower is better. Below each score: how much worse it is than that of Kaplan-Meier; each with "
    "95 % limits over resamples of the pairs of adversaries. The rivals are fitted to the same "
    "cases, those of each pair left out in their turn; the model has seen none of them, and a "
    "calibrated one all but those of the pair that it predicts."
)

_BESIDE = (
    "estimate",
    "low",
    "high",
    "spread_low",
    "spread_high",
    "record",
    "record_low",
    "record_high",
)
"""Shares of the model and of the record beside it."""


def lifetimes_table(lifetimes: pd.DataFrame, outcome: str) -> Table:
    """A row a class: cases, ends, durability by year, Weibull shape."""
    return Table.of(
        f"Past ceasefires without {outcome}, %",
        lifetimes,
        (
            Column("", lambda row: str(row["class"]).replace("_", " ")),
            Column("cases", lambda row: str(row["cases"])),
            Column("ended", lambda row: str(row["ended"])),
            *(Column(f"{year} y", partial(_held, year)) for year in YEARS),
            Column(
                "Weibull shape",
                lambda row: _limits(2, row["shape"], row["shape_low"], row["shape_high"]),
            ),
        ),
    )


def _held(year: float, row: Any) -> str:
    """Durability of a class after some years, in percent."""
    return _limits(0, *(100 * row[f"{name}@{year:g}"] for name in ("estimate", "low", "high")))


def laid_over_table(model: pd.DataFrame, called: Mapping[str, str]) -> Table:
    """A row a scenario, a column a year: the model's durability with both intervals, and below it
    that of the record.

    Scenarios are `called` by their labels.
    """
    groups = dict(iter(model.groupby(["scenario", "guarantee_class"], sort=False)))
    rows = {
        key: {row["years"]: _beside(row) for _, row in rows.iterrows()}
        for key, rows in groups.items()
    }
    return _by_year(
        "The model beside the historical record, % still holding without renewed war",
        {year: f"{year:g} y" for year in sorted(model["years"].unique())},
        {
            f"{called[str(scenario)]}\n\n\n{str(name).replace('_', ' ')}": cells
            for (scenario, name), cells in rows.items()
        },
    )


def _beside(row: Any) -> str:
    """Durability of the model, with its limits and its range, and that of the record."""
    shares = {name: 100 * row[name] for name in _BESIDE}
    spread = (
        "not known"
        if pd.isna(row["spread_low"])
        else f"{shares['spread_low']:.0f} to {shares['spread_high']:.0f}"
    )
    past = (
        "not followed"
        if pd.isna(row["record"])
        else f"{shares['record']:.0f} ({shares['record_low']:.0f} to {shares['record_high']:.0f})"
    )
    return (
        f"{shares['estimate']:.1f}\n{shares['low']:.1f} to {shares['high']:.1f}\n{spread}\n{past}"
    )


def scores_table(scores: pd.DataFrame, kind: str) -> Table:
    """A row a predictor, a column a year: the score, and its excess over pooled Kaplan-Meier."""
    cases = scores.drop_duplicates("years").set_index("years")["cases"]
    return _by_year(
        f"{kind[0].upper() + kind[1:]} score of durability",
        {year: f"{year:g} y\n{cases[year]} cases" for year in sorted(scores["years"].unique())},
        {
            str(predictor): {row["years"]: _score(row) for _, row in rows.iterrows()}
            for predictor, rows in scores.groupby("predictor", sort=False)
        },
    )


def _score(row: Any) -> str:
    return (
        f"{row['estimate']:.3f}\n{row['low']:.3f} to {row['high']:.3f}\n"
        f"{row['worse']:+.3f}\n{row['worse_low']:+.3f} to {row['worse_high']:+.3f}"
    )


def _by_year(
    title: str, headings: Mapping[float, str], rows: Mapping[str, Mapping[float, str]]
) -> Table:
    """Texts by row and year."""
    frame = pd.DataFrame([{"name": name} | dict(cells) for name, cells in rows.items()])
    return Table.of(
        title,
        frame.fillna(""),
        (
            Column("", lambda row: str(row["name"])),
            *(Column(heading, itemgetter(year)) for year, heading in headings.items()),
        ),
    )


def _limits(digits: int, estimate: float, low: float, high: float) -> str:
    return (
        "" if pd.isna(estimate) else f"{estimate:.{digits}f}\n{low:.{digits}f} to {high:.{digits}f}"
    )
