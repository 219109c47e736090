"""What a peace is like while it lasts, and which Russia keeps it.

Deterrence thresholds, the drift of its terms, probes.
"""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from rich.table import Table

from sim.analysis.durability import columns_of, probes_per_year, terms_drift
from sim.analysis.labels import labels
from sim.analysis.threshold import deters, drawn_values, in_words, thresholds
from sim.report.durability import Reported, filled, plain_table
from sim.scenario.schema import milestones

_COLUMNS = 80


def deterred(runs: Sequence[Reported]) -> list[str]:
    """A sentence a run: which Russia it deters."""
    return [deters(run, label) for label, run in zip(labels(runs), runs, strict=True)]


def broken(sentence: str) -> str:
    """A sentence in lines of the terminal, those after the first set in."""
    return fill(sentence, _COLUMNS, subsequent_indent="  ")


def threshold_table(runs: Sequence[Reported]) -> Table:
    """One row a run: the deterrence threshold by year, with its 95 % limits.

    What lies outside of what was drawn is said to.
    """
    years = milestones(max(run.horizon_years for run in runs))
    table = plain_table(
        "Deterrence threshold (1: Ukraine is vital); above it, attacks are likelier than not",
        [f"{year} y" for year in years],
    )
    for label, run in zip(labels(runs), runs, strict=True):
        values = drawn_values(run)
        cells = {
            each.years: "not read"
            if values is None
            else in_words(each, values, "\n[dim]{low} to {high}[/dim]")
            for each in thresholds(run)
        }
        table.add_row(label, *(cells.get(year, "") for year in years))
    return table


def peace_table(runs: Sequence[Reported]) -> Table:
    """One row a run: how far the terms of peace are bent towards Russia, in percentage points, and
    probes a year; both intervals.
    """
    columns = {"terms bent, points": "terms", "probes in 100 years": "probes"}
    rows = {
        label: pd.DataFrame(
            [columns_of(made) for made in (terms_drift(run), probes_per_year(run))],
            index=pd.Index(columns.values()),
        )
        for label, run in zip(labels(runs), runs, strict=True)
    }
    return filled("What the peace is like while it lasts", columns, rows)


def bent(runs: Sequence[Reported]) -> str:
    """In a sentence, how far the terms of peace are bent.

    Of several runs, under the one where they are bent most towards Russia.
    """
    drifts = [terms_drift(run) for run in runs]
    most = int(np.argmax([drift.value for drift in drifts]))
    found, label = drifts[most], labels(runs)[most]
    if found.low <= 0 <= found.high:
        return (
            f"Under {label} the terms of peace drift neither way by more than the sampling error."
        )
    points = (
        f"{100 * abs(found.value):.1f} percentage points (±{50 * (found.high - found.low):.1f})"
    )
    if found.value < 0:
        return f"Under {label} the peace is bent by {points} towards Ukraine on average."
    among = ", the most of these" if len(runs) > 1 else ""
    return (
        f"Under {label} the peace is bent by {points} towards Russia on average{among}: it may "
        "hold because it is given away."
    )
