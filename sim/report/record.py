"""The historical record in numbers: how long ceasefires held, and how well the model and its rivals
predict it.
"""

from collections.abc import Mapping

import pandas as pd
from rich.table import Table

from sim.record.lifetimes import YEARS

HOW_TO_READ = (
    "\nShares of past ceasefires (Kaplan-Meier) and Weibull shapes, each with its 95 % limits. "
    "A shape below 1 says\nthat the danger falls with age. Classes are one coder's judgement, "
    "and groups are small: differences between\nthem are not effects."
)
HOW_TO_READ_MODEL = (
    "\nBelow the model's share its 95 % sampling error, and the range over 90 % of parameter "
    "sets; then the record of the\nclass for which the scenario stands, with its 95 % limits."
)
HOW_TO_READ_SCORES = (
    "\nLower is better. Below each score, how much worse it is than that of Kaplan-Meier; each "
    "with 95 % limits over\nresamples of the pairs of adversaries. The rivals are fitted to the "
    "same cases, those of each pair left out in\ntheir turn; the model has seen none of them, "
    "and a calibrated one all but those of the pair that it predicts."
)


def lifetimes_table(lifetimes: pd.DataFrame, outcome: str) -> Table:
    """A row a class: cases, ends, durability by year, Weibull shape."""
    table = _table(
        f"Past ceasefires without {outcome}, %",
        "",
        "cases",
        "ended",
        *(f"{year} y" for year in YEARS),
        "Weibull shape",
    )
    for _, row in lifetimes.iterrows():
        held = [
            _limits(0, *(100 * row[f"{column}@{year:g}"] for column in ("estimate", "low", "high")))
            for year in YEARS
        ]
        shape = _limits(2, row["shape"], row["shape_low"], row["shape_high"])
        table.add_row(
            str(row["class"]).replace("_", " "), str(row["cases"]), str(row["ended"]), *held, shape
        )
    return table


def laid_over_table(model: pd.DataFrame, called: Mapping[str, str]) -> Table:
    """A row a scenario, a column a year: the model's durability with both intervals, and below it
    that of the record.

    Scenarios are `called` by their labels.
    """
    years = sorted(model["years"].unique())
    table = _table(
        "The model beside the record, % that hold without renewed war",
        "",
        *(f"{year:g} y" for year in years),
    )
    for (scenario, name), rows in model.groupby(["scenario", "guarantee_class"], sort=False):
        cells = []
        for _, row in (
            100 * rows[[each for each in rows if each not in ("scenario", "guarantee_class")]]
        ).iterrows():
            spread = (
                "not known"
                if pd.isna(row["spread_low"])
                else f"{row['spread_low']:.0f} to {row['spread_high']:.0f}"
            )
            past = f"{row['record']:.0f} ({row['record_low']:.0f} to {row['record_high']:.0f})"
            cells.append(
                f"{row['estimate']:.1f}\n[dim]{row['low']:.1f} to "
                f"{row['high']:.1f}\n{spread}[/dim]\n"
                f"{'not followed' if pd.isna(row['record']) else past}"
            )
        table.add_row(
            f"{called[str(scenario)]}\n\n\n[dim]{str(name).replace('_', ' ')}[/dim]", *cells
        )
    return table


def scores_table(scores: pd.DataFrame, kind: str) -> Table:
    """A row a predictor, a column a year: the score, and its excess over pooled Kaplan-Meier."""
    years = sorted(scores["years"].unique())
    cases = scores.drop_duplicates("years").set_index("years")["cases"]
    table = _table(
        f"{kind[0].upper() + kind[1:]} score of durability",
        "",
        *(f"{year:g} y\n{cases[year]} cases" for year in years),
    )
    for predictor, rows in scores.groupby("predictor", sort=False):
        cells = [
            f"{row['estimate']:.3f}\n[dim]{row['low']:.3f} to {row['high']:.3f}[/dim]\n"
            f"{row['worse']:+.3f}\n[dim]{row['worse_low']:+.3f} to {row['worse_high']:+.3f}[/dim]"
            for _, row in rows.sort_values("years").iterrows()
        ]
        table.add_row(str(predictor), *cells)
    return table


def _table(title: str, *headings: str) -> Table:
    """A table without lines, its first column to the left."""
    table = Table(
        title=f"\n{title}",
        box=None,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        padding=(0, 1, 0, 1),
    )
    for heading in headings:
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    return table


def _limits(digits: int, estimate: float, low: float, high: float) -> str:
    return (
        ""
        if pd.isna(estimate)
        else f"{estimate:.{digits}f}\n[dim]{low:.{digits}f} to {high:.{digits}f}[/dim]"
    )
