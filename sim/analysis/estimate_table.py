"""Estimates as rows of a table."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from sim.analysis.estimate import (
    Estimate,
    estimates,
)
from sim.analysis.integrated import integrated as integrate
from sim.analysis.measures import Measure, Simulated

ESTIMATE_COLUMNS = ["estimate", "low", "high", "spread_low", "spread_high"]


def columns_of(made: Estimate) -> dict[str, float]:
    """An estimate as columns of a table."""
    values = asdict(made)
    return {"estimate": values.pop("value")} | values


def estimate_of(row: Any) -> Estimate:
    """The estimate in a row with the columns of `columns_of`."""
    return Estimate(
        float(row["estimate"]),
        float(row["low"]),
        float(row["high"]),
        float(row["spread_low"]),
        float(row["spread_high"]),
    )


def simulated_years(run: Simulated, years: Sequence[float]) -> Sequence[float]:
    """The years, if there are any and the run reaches them all. Raises ValueError if not."""
    if not len(years):
        raise ValueError(f"name a year to report: '{run.name}' has those up to {run.horizon_years}")
    if wrong := [year for year in years if not 0 <= year <= run.horizon_years]:
        raise ValueError(
            f"'{run.name}' was simulated for {run.horizon_years} years; cannot report year "
            f"{wrong[0]:g}"
        )
    return years


def tabulate(
    rows: Iterable[tuple[Measure, dict[str, object]]],
    run: Simulated,
    against: Simulated | None = None,
    *,
    integrated: bool,
) -> pd.DataFrame:
    """A row a measure: what names it, and its estimate."""
    other = None if against is None else against.worlds
    measured, named = zip(*rows, strict=True)
    made_of_rows = estimates(
        [integrate(measure) for measure in measured] if integrated else measured, run.worlds, other
    )
    return pd.DataFrame(
        [names | columns_of(made) for names, made in zip(named, made_of_rows, strict=True)]
    )
