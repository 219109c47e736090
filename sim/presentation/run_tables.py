"""The tables of the sections of runs: one row a run, unless they say otherwise."""

from functools import partial
from typing import Any

import pandas as pd

from sim.analysis.comparison import Comparison
from sim.analysis.estimate import Estimate
from sim.analysis.estimate_table import columns_of
from sim.analysis.signing import DURABLE_YEARS
from sim.analysis.summary import Summary, causes_seen, reasons_seen
from sim.levels import EVEN, SPREAD
from sim.presentation.cells import estimates_table, share_of_burden
from sim.presentation.section import Column, Table
from sim.scenario.sampling import milestones
from sim.wording import above_limits, of_row, threshold_words

_QUANTILES = (SPREAD[0], 0.25, EVEN, 0.75, SPREAD[1])


def durability_table(shown: Comparison) -> Table:
    """One row a run: the share still holding by year."""
    return estimates_table(
        "Share of ceasefires still holding, %",
        _years(shown),
        {label: run.survival().set_index("years") for label, run in shown.labelled},
    )


def signature_table(shown: Comparison) -> Table:
    """One row a run in which the two differ: durability if imposed and if signed."""
    rows = {}
    for label, run in shown.labelled:
        if run.is_selected:
            imposed, signed = (
                table.set_index("years") for table in (run.survival(), run.survival_if_signed())
            )
            rows[label] = pd.concat([imposed.rename(_imposed), signed.rename(_signed)])
    years = [
        year for year in milestones(shown.horizon) if year >= min(DURABLE_YEARS, shown.horizon)
    ]
    return estimates_table(
        "Share still holding if imposed and if signed, %",
        {
            f"{_year(year)},\n{words}": key(float(year))
            for year in years
            for words, key in (("if imposed", _imposed), ("if signed", _signed))
        },
        rows,
    )


def _imposed(year: float) -> str:
    return f"imposed {year:g}"


def _signed(year: float) -> str:
    return f"signed {year:g}"


def differences_table(shown: Comparison) -> Table:
    """One row a run but the baseline: the difference in the share still holding by year."""
    return estimates_table(
        f"Difference from {shown.label(shown.base)} on the same histories, percentage points",
        _years(shown),
        {
            label: run.difference(shown.base).set_index("years")
            for label, run in shown.labelled
            if run is not shown.base
        },
        signed=True,
    )


def causes_table(shown: Comparison) -> Table:
    """One row a run: the share that ended in each way; ways that print as nothing left out."""
    return estimates_table(
        f"How ceasefires end within {shown.horizon} years, % of all histories",
        {str(cause): str(cause) for cause in causes_seen(shown.runs)},
        {label: run.causes for label, run in shown.labelled},
    )


def reasons_table(shown: Comparison) -> Table:
    """One row a run: the share that ended by attacks, by main reason; those that print as
    nothing left out.
    """
    return estimates_table(
        f"Why Russia attacks within {shown.horizon} years, by main reason, % of all histories",
        {reason.words: str(reason) for reason in reasons_seen(shown.runs)},
        {label: run.reasons for label, run in shown.labelled},
    )


def hazard_table(shown: Comparison) -> Table:
    """One row a run: the hazard by year."""
    rows = []
    for label, run in shown.labelled:
        rates = run.hazard.set_index("year")
        row = {"name": label}
        for year in milestones(shown.horizon):
            if year in rates.index:
                limits = of_row(rates.loc[year])
                row[str(year)] = above_limits(*limits, unit="", digits=1, scale=100)
        rows.append(row)
    return Table.of(
        "Ends per year, of 100 ceasefires that still hold",
        pd.DataFrame(rows).fillna(""),
        (
            _text("", "name"),
            *(_text(f"year {year}", str(year)) for year in milestones(shown.horizon)),
        ),
    )


def threshold_table(shown: Comparison) -> Table:
    """One row a run: the deterrence threshold by year, with its 95 % limits."""
    rows = []
    for label, run in shown.labelled:
        values = run.drawn_values
        row = {"name": label}
        for at in run.thresholds():
            row[f"{at.years:g}"] = (
                "fixed value"
                if values is None
                else threshold_words(at, values, "\n{low} to {high}")
            )
        rows.append(row)
    return Table.of(
        "Deterrence threshold (1: Ukraine is vital); above it, attacks are more likely than not",
        pd.DataFrame(rows).fillna(""),
        (
            _text("", "name"),
            *(_text(heading, f"{year:g}") for heading, year in _years(shown).items()),
        ),
    )


def peace_table(shown: Comparison) -> Table:
    """One row a run: the drift of the terms towards Russia, and probes."""
    columns = {"terms drift to Russia, points": "terms", "probes in 100 years": "probes"}
    return estimates_table(
        "What the peace is like while it lasts",
        columns,
        {
            label: _indexed({"terms": run.terms_drift, "probes": run.probes_per_year})
            for label, run in shown.labelled
        },
    )


def costs_table(shown: Comparison) -> Table:
    """One row a run: expected costs in peace and by a resumed war, and who bears them."""
    keys = {
        "in peace": ("all", "peace"),
        "by resumed war": ("all", "war"),
        "to Europe": ("Europe", "all"),
        "to US": ("United States", "all"),
        "to Ukraine": ("Ukraine", "all"),
    }
    return estimates_table(
        f"Expected cost within {shown.horizon} years, present value in USD billion",
        {heading: f"{bearer} {item}" for heading, (bearer, item) in keys.items()},
        {
            label: run.costs.set_index(run.costs.index.map(" ".join))
            for label, run in shown.labelled
        },
        scale=1,
    )


_ITEMS = {"in peace": "peace", "by resumed war": "war", "in all": "all"}
"""Headings of costs."""


def burden_table(shown: Comparison, run: Summary) -> Table:
    """One row a bearer: its expected costs in peace, by a resumed war and in all."""
    return estimates_table(
        f"Expected cost under {shown.label(run)} within {run.horizon_years} years, USD billion",
        _ITEMS,
        {
            str(bearer): rows.droplevel("bearer")
            for bearer, rows in run.costs.groupby("bearer", sort=False)
        },
        scale=1,
    )


def shares_table(shown: Comparison, run: Summary) -> Table:
    """One row a bearer: its share of the costs in peace, by a resumed war and in all."""
    table = run.costs.drop("all", level="bearer")
    return Table.of(
        f"Share of the cost under {shown.label(run)}, %",
        table.reset_index().drop_duplicates("bearer"),
        (
            Column("", lambda row: str(row["bearer"])),
            *(Column(heading, partial(_share, table, item)) for heading, item in _ITEMS.items()),
        ),
    )


def _share(costs: pd.DataFrame, item: str, row: Any) -> str:
    """The share of a bearer in the costs of an item."""
    return share_of_burden(costs.loc[(row["bearer"], item)])


def sets_table(shown: Comparison, at: float) -> Table:
    """One row a run: the share of parameter sets in which holding is more likely than not, and
    quantiles of durability over parameter sets.
    """
    rows = []
    for label, run in shown.labelled:
        likely, by_set = run.sure(at), run.spread(at)["estimate"]
        limits = (likely.value, likely.low, likely.high)
        rows.append(
            {"name": label, "likely": above_limits(*limits, unit="", digits=1, scale=100)}
            | {f"{level:g}": f"{100 * by_set.quantile(level):.0f}" for level in _QUANTILES}
        )
    return Table.of(
        f"Parameter sets in which more than half still hold after {at:g} years, and percentiles "
        "of the share still holding, %",
        pd.DataFrame(rows),
        (
            _text("", "name"),
            _text("sets above half", "likely"),
            *(_text(_percentile(level), f"{level:g}") for level in _QUANTILES),
        ),
    )


def _percentile(level: float) -> str:
    return "median" if level == EVEN else f"{100 * level:g}th"


def _years(shown: Comparison) -> dict[str, float]:
    return {_year(year): float(year) for year in milestones(shown.horizon)}


def _year(year: int) -> str:
    return f"{year} year" if year == 1 else f"{year} years"


def _text(heading: str, name: str) -> Column:
    return Column(heading, lambda row: str(row[name]))


def _indexed(made: dict[str, Estimate]) -> pd.DataFrame:
    return pd.DataFrame([columns_of(number) for number in made.values()], index=pd.Index(made))
