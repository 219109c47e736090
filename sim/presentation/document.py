"""The JSON document of runs and their differences."""

import math
from typing import Any, Protocol, cast

import pandas as pd

from sim.analysis import measures
from sim.analysis.comparison import Comparison
from sim.analysis.estimate_table import columns_of
from sim.analysis.measures import Simulated
from sim.analysis.summary import Summary
from sim.analysis.threshold import Threshold


class Stored(Simulated, Protocol):
    """What the document needs of a run beside its estimates."""

    @property
    def manifest(self) -> dict[str, Any]:
        """How the results came about."""

    @property
    def folder(self) -> Any:
        """Where they are kept, or None."""


def document(shown: Comparison) -> dict[str, Any]:
    """Plain data of runs and of their differences, numbers that are not known being null."""
    return {
        "runs": [_run(run) for run in shown.runs],
        "differences": _differences(shown.differences),
    }


def _run(shown: Summary) -> dict[str, Any]:
    run = cast("Stored", shown.run)
    sampling = run.manifest["scenario"]["sampling"]

    def stated(measure: measures.Measure) -> dict[str, float | None]:
        return _plain(columns_of(shown.estimate(measure)))

    return {
        "scenario": run.name,
        "label": run.label or run.name,
        "as_of": run.manifest.get("as_of"),
        "worlds": len(run.worlds["design"]),
        "designs": sampling["designs"],
        "replicates": sampling["replicates"],
        "seed": run.manifest["seed"],
        "horizon_years": run.horizon_years,
        "integrated": shown.integrated,
        "survival": _by_year(shown.survival()),
        "survival_if_signed": _by_year(shown.survival_if_signed()),
        "restricted_mean_years": stated(measures.restricted_mean(run.horizon_years)),
        "causes": {str(cause): _plain(row) for cause, row in shown.causes.iterrows()},
        "reasons": {str(reason): _plain(row) for reason, row in shown.reasons.iterrows()},
        "threshold": {f"{at.years:g}": _threshold(at) for at in shown.thresholds()},
        "terms_drift": _plain(columns_of(shown.terms_drift)),
        "probes_per_year": _plain(columns_of(shown.probes_per_year)),
        "europe_intervenes": stated(measures.EUROPE_INTERVENES),
        "us_backs": stated(measures.US_BACKS),
        "costs": {
            bearer: {item: _plain(row) for item, row in rows.droplevel("bearer").iterrows()}
            for bearer, rows in shown.itemised_costs.groupby("bearer", sort=False)
        },
        "seconds": run.manifest["seconds"],
        "folder": None if run.folder is None else str(run.folder),
    }


def _threshold(at: Threshold) -> dict[str, float | bool | None]:
    limits = {"estimate": at.estimate, "low": at.low, "high": at.high}
    return {name: value if math.isfinite(value) else None for name, value in limits.items()} | {
        "beyond": at.beyond
    }


def _differences(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "scenario": scenario,
            "baseline": baseline,
            "survival": _by_year(rows.drop(columns=["scenario", "baseline"])),
        }
        for (scenario, baseline), rows in table.groupby(["scenario", "baseline"], sort=False)
    ]


def _by_year(table: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    return {f"{row['years']:g}": _plain(row.drop("years")) for _, row in table.iterrows()}


def _plain(values: Any) -> dict[str, float | None]:
    return {
        name: None if math.isnan(value) else float(value) for name, value in dict(values).items()
    }
