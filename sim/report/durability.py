"""Runs in numbers: tables of durability, ways of ending and differences, and the JSON document."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
from rich.table import Table

from sim.analysis import measures
from sim.analysis.costs import costs
from sim.analysis.durability import (
    causes,
    columns_of,
    compare,
    probes_per_year,
    reasons,
    survival,
    terms_drift,
)
from sim.analysis.estimate import estimate, estimates
from sim.analysis.integrated import gains
from sim.analysis.integrated import integrated as integrate
from sim.analysis.labels import labels, labels_by_name
from sim.analysis.measures import Simulated
from sim.analysis.signing import survival_if_signed
from sim.analysis.threshold import threshold
from sim.game.war import Cause, Reason
from sim.scenario.schema import milestones

HOW_TO_READ = (
    "\nA guarantee deters a Russia that attacks in fewer than half of the histories;\n"
    "limits in brackets are those of 95 % of resamples of the parameter sets.\n"
    "Each figure is a share of simulated histories, or an expected cost at the\n"
    "scenario's prices, with its 95 % sampling error; the range below it is where\n"
    "nine of ten plausible parameter sets lie.\n"
    "This is a model for thinking with, not a forecast."
)


_NAMES, _NUMBERS = 20, 14
"""Columns at which names of rows and headings are broken."""


class Reported(Simulated, Protocol):
    """What a report needs of a run."""

    @property
    def manifest(self) -> dict[str, Any]:
        """How the results came about."""

    @property
    def folder(self) -> Path | None:
        """Where they are kept."""


def document(
    runs: Sequence[Reported], differences: pd.DataFrame | None = None, *, integrated: bool = False
) -> dict[str, Any]:
    """The JSON document of some runs and their differences.

    Plain data, numbers that are not known being null.
    """
    return {
        "runs": [_run(run, integrated=integrated) for run in runs],
        "differences": [] if differences is None else _differences(differences),
    }


def _run(run: Reported, *, integrated: bool) -> dict[str, Any]:
    sampling, worlds = run.manifest["scenario"]["sampling"], run.worlds

    def stated(measure: measures.Measure) -> dict[str, float | None]:
        return _plain(columns_of(estimate(integrate(measure) if integrated else measure, worlds)))

    return {
        "scenario": run.name,
        "label": run.label or run.name,
        "as_of": run.manifest.get("as_of"),
        "worlds": len(worlds["design"]),
        "designs": sampling["designs"],
        "replicates": sampling["replicates"],
        "seed": run.manifest["seed"],
        "horizon_years": run.horizon_years,
        "integrated": integrated,
        "survival": {
            f"{row['years']:g}": _plain(row.drop("years"))
            for _, row in survival(run, integrated=integrated).iterrows()
        },
        "survival_if_signed": {
            f"{year}": _plain(columns_of(survival_if_signed(run, year, integrated=integrated)))
            for year in milestones(run.horizon_years)
        },
        "restricted_mean_years": stated(measures.restricted_mean(run.horizon_years)),
        "causes": {
            row["cause"]: _plain(row.drop("cause"))
            for _, row in causes(run, integrated=integrated).iterrows()
        },
        "reasons": {
            row["reason"]: _plain(row.drop("reason"))
            for _, row in reasons(run, integrated=integrated).iterrows()
        },
        "threshold": {
            f"{row['years']:g}": _plain(row.drop(["years", "beyond"]))
            | {"beyond": bool(row["beyond"])}
            for _, row in threshold(run).iterrows()
        },
        "terms_drift": _plain(columns_of(terms_drift(run))),
        "probes_per_year": _plain(columns_of(probes_per_year(run))),
        "europe_intervenes": stated(measures.EUROPE_INTERVENES),
        "us_backs": stated(measures.US_BACKS),
        "costs": _costs(costs(run, integrated=integrated)),
        "seconds": run.manifest["seconds"],
        "folder": None if run.folder is None else str(run.folder),
    }


def _costs(table: pd.DataFrame) -> dict[str, dict[str, dict[str, float | None]]]:
    """By bearer and item."""
    return {
        bearer: {row["item"]: _plain(row.drop(["bearer", "item"])) for _, row in rows.iterrows()}
        for bearer, rows in table.groupby("bearer", sort=False)
    }


def _differences(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "scenario": scenario,
            "baseline": baseline,
            "survival": {
                f"{row['years']:g}": _plain(row.drop(["scenario", "baseline", "years"]))
                for _, row in rows.iterrows()
            },
        }
        for (scenario, baseline), rows in table.groupby(["scenario", "baseline"], sort=False)
    ]


def _plain(values: Any) -> dict[str, float | None]:
    return {
        name: None if math.isnan(value) else float(value) for name, value in dict(values).items()
    }


def durability_table(runs: Sequence[Reported], *, integrated: bool = False) -> Table:
    """One row a run: the share that still holds by year, with both intervals."""
    years = milestones(max(run.horizon_years for run in runs))
    rows = {
        label: survival(run, integrated=integrated).set_index("years")
        for label, run in zip(labels(runs), runs, strict=True)
    }
    return filled(
        "Share of ceasefires that still hold, %", {f"{year} y": year for year in years}, rows
    )


def causes_table(runs: Sequence[Reported], *, integrated: bool = False) -> Table:
    """One row a run: the share that ended in each way, with both intervals."""
    title = f"How they end within {runs[0].horizon_years} years, % of all"
    rows = {
        label: causes(run, integrated=integrated).set_index("cause")
        for label, run in zip(labels(runs), runs, strict=True)
    }
    return filled(title, {str(cause): str(cause) for cause in Cause}, rows)


def reasons_table(runs: Sequence[Reported], *, integrated: bool = False) -> Table:
    """One row a main reason of attack, one column a run.

    The share of all histories that it ended, with both intervals.
    """
    tables = [reasons(run, integrated=integrated).set_index("reason") for run in runs]
    title = (
        f"Main reasons of attacks within {runs[0].horizon_years} years, % of all (those of no "
        "history left out)"
    )
    table = plain_table(title, labels(runs))
    for reason in Reason:
        if any(rows.loc[str(reason), "estimate"] for rows in tables):
            table.add_row(
                reason.words,
                *(both(rows.loc[str(reason)], signed=False, scale=100) for rows in tables),
            )
    return table


def costs_table(runs: Sequence[Reported], *, integrated: bool = False) -> Table:
    """One row a run: expected costs in present value, paid in peace and by a resumed war, and who
    bears them, with both intervals.
    """
    title = f"Expected cost within {runs[0].horizon_years} years, present value in USD billion"
    columns = {
        "in peace": "cost.peace",
        "by war": "cost.war",
        "to Europe": "cost.europe",
        "to US": "cost.united_states",
        "to Ukraine": "cost.ukraine",
    }
    asked = {name: measures.named(name, runs[0].horizon_years) for name in columns.values()}
    told = [integrate(measure) if integrated else measure for measure in asked.values()]
    rows = {
        label: pd.DataFrame(
            [columns_of(made) for made in estimates(told, run.worlds)], index=pd.Index(asked)
        )
        for label, run in zip(labels(runs), runs, strict=True)
    }
    return filled(title, columns, rows, scale=1)


def burden_table(run: Reported, *, integrated: bool = False) -> Table:
    """One row a bearer: its expected costs in present value, paid in peace, by a resumed war and in
    all, each with its share in percent.
    """
    items = {"in peace": "peace", "by war": "war", "in all": "all"}
    found = costs(run, items=list(items.values()), integrated=integrated).set_index(
        ["bearer", "item"]
    )
    table = plain_table(
        f"Expected cost within {run.horizon_years} years, present value in USD billion, and who "
        "bears it",
        [each for heading in items for each in (heading, "%")],
    )
    for bearer in found.index.unique("bearer"):
        rows = (found.loc[(bearer, item)] for item in items.values())
        cells = (
            (both(row, signed=False, scale=1), "" if bearer == "all" else _share(row))
            for row in rows
        )
        table.add_row(bearer, *chain.from_iterable(cells))
    return table


def differences_table(
    runs: Sequence[Reported], baseline: str | None = None, *, integrated: bool = False
) -> tuple[pd.DataFrame, Table]:
    """Paired differences in durability: as a tidy table, and to print."""
    differences = compare(runs, baseline, integrated=integrated)
    called = labels_by_name(runs)
    base = called[runs[0].name if baseline is None else baseline]
    years = {f"{year} y": year for year in sorted(differences["years"].unique())}
    rows = {
        called[str(scenario)]: each.set_index("years")
        for scenario, each in differences.groupby("scenario", sort=False)
    }
    return differences, filled(
        f"Difference from {base} on the same histories, percentage points", years, rows, signed=True
    )


def gain(runs: Sequence[Reported]) -> str:
    """What integrating the hazard was worth, in a line."""
    ratios = (
        pd.concat([gains(run) for run in runs])
        .groupby("label", sort=False)["ratio"]
        .agg(["min", "max"])
    )
    said = [
        f"{label} {row['min']:.1f}" + (f" to {row['max']:.1f}" if len(runs) > 1 else "")
        for label, row in ratios.iterrows()
    ]
    return (
        "The hazard of each month is integrated, which is worth this many times as many "
        "histories:\n  " + ", ".join(said) + "."
    )


def filled(
    title: str,
    columns: Mapping[str, Any],
    rows: Mapping[str, pd.DataFrame],
    *,
    signed: bool = False,
    scale: float = 100,
) -> Table:
    """A row a scenario and a column an estimate.

    The columns are looked up in the index of each scenario's table.
    """
    table = plain_table(title, columns)
    for scenario, values in rows.items():
        cells = (
            both(values.loc[key], signed=signed, scale=scale) if key in values.index else ""
            for key in columns.values()
        )
        table.add_row(scenario, *cells)
    return table


def plain_table(title: str, headings: Iterable[str]) -> Table:
    """A table without lines, its first column the names of the rows."""
    table = Table(
        title=f"\n{title}",
        box=None,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        padding=(0, 0, 0, 1),
    )
    table.add_column("", min_width=16, max_width=_NAMES)
    for heading in headings:
        table.add_column(heading, justify="right", max_width=_NUMBERS, overflow="fold")
    return table


def both(row: pd.Series, *, signed: bool, scale: float) -> str:
    """An estimate with its sampling error, and below it the spread over designs, `scale` times as
    large: in percent for 100.
    """

    def scaled(value: float, digits: int) -> str:
        return f"{round(scale * value, digits) + 0.0:{'+' if signed else ''}.{digits}f}"

    spread = (
        ""
        if math.isnan(row["spread_low"])
        else f"\n[dim]{scaled(row['spread_low'], 0)} to {scaled(row['spread_high'], 0)}[/dim]"
    )
    return f"{scaled(row['estimate'], 1)} ±{scale * (row['high'] - row['low']) / 2:.1f}{spread}"


def _share(row: pd.Series) -> str:
    """A share of the burden with its sampling error, in percent; of nothing there is none."""
    return (
        ""
        if math.isnan(row["share"])
        else f"{100 * row['share']:.1f} ±{50 * (row['share_high'] - row['share_low']):.1f}"
    )
