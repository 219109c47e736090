"""Several guarantees over the same parameter sets.

How often each is best, regret, the worst decile, and what would turn the ranking.

Regret is what a guarantee falls short of the best one in a design (Savage 1951). A ranking turns
round where designs are weighted so that two guarantees are level on average; the weights that do so
and depart least from what is believed now, by the divergence of Kullback & Leibler (1951), are
exponential in the difference (Csiszár 1975); those that depend on one assumption alone, in the mean
difference in each stratum of its values, which is taken from other designs than those that it
weights (cross-fitting).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.catalogue import named
from sim.analysis.differences import paired
from sim.analysis.estimate import estimate, share_of_designs
from sim.analysis.freed import by_design
from sim.analysis.measures import Measure
from sim.ensemble.store import Run
from sim.errors import ArgumentFault, Fault, NotPairedError, ScenarioError
from sim.scenario.schema import Scenario
from sim.study.assumptions import assumptions, at_odds, run_all
from sim.study.columns import LABEL_TABLE, RESAMPLE_LIMIT, Column, Kind, TableSchema, with_limits
from sim.study.finding import LABELS, Finding, label_table
from sim.study.regret import (
    Mask,
    ahead,
    best_shares,
    regrets,
    relative,
    with_resample_limits,
    worst_tenth,
)
from sim.study.turning import MIN_EFFECTIVE_DESIGNS, TURNING, turning
from sim.uncertainty import Floats

TABLES: Mapping[str, TableSchema] = {
    "guarantees": TableSchema(
        (
            Column("name", Kind.TEXT, "-", "name of the scenario"),
            *with_limits(Column("mean", Kind.NUMBER, "outcome", "mean over parameter sets")),
            Column(
                "best", Kind.NUMBER, "share", "parameter sets in which it is best, ties divided"
            ),
            Column("best_low", Kind.NUMBER, "share", "lower limit of those in which it surely is"),
            Column("best_high", Kind.NUMBER, "share", "upper limit of those in which it may be"),
            *with_limits(
                Column("surely", Kind.NUMBER, "share", "where it leads all others beyond chance")
            ),
            *with_limits(
                Column("regret", Kind.NUMBER, "outcome", "mean shortfall from the best"),
                RESAMPLE_LIMIT,
            ),
            *with_limits(
                Column(
                    "worst_regret", Kind.NUMBER, "outcome", "mean of the largest tenth of regret"
                ),
                RESAMPLE_LIMIT,
            ),
            *with_limits(
                Column("worst_decile", Kind.NUMBER, "outcome", "mean of the worst tenth"),
                RESAMPLE_LIMIT,
            ),
        )
    ),
    "turning": TURNING,
    "calls": TableSchema(
        (
            *with_limits(
                Column("sure", Kind.NUMBER, "share", "parameter sets in which any is surely best")
            ),
            Column("designs", Kind.COUNT, "parameter sets", "parameter sets simulated"),
            Column("replicates", Kind.COUNT, "histories", "histories of each parameter set"),
        )
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `robustness`."""


def robust(
    scenarios: Sequence[Scenario], outcome: str | None = None, **options: Any
) -> pd.DataFrame:
    """How guarantees do over the same parameter sets, the best on average first.

    Parameters
    ----------
    scenarios
        Two or more of different names, with the same sampling.
    outcome
        A measure by name; by default survival@10, or that at a nearer horizon.
    **options
        Those of `sim.run`.

    Returns
    -------
    DataFrame
        The table `guarantees` of `TABLES`, a row a scenario. The limits of `best` run from the
        parameter sets in which it is surely best to those in which it may be: few histories do not
        separate near guarantees, and more parameter sets do not help.

    Raises
    ------
    ScenarioError
        For scenarios or an outcome that cannot be compared.
    NotPairedError
        If the scenarios do not share their histories.

    Examples
    --------
    >>> none, nato = sim.load("none"), sim.load("nato")
    >>> sim.robust([none, nato])  # doctest: +SKIP
    # skipped: it simulates 20,000 histories and resamples them

    """
    return rank_guarantees(scenarios, outcome, **options).table


def rank_guarantees(
    scenarios: Sequence[Scenario], outcome: str | None = None, **options: Any
) -> Finding:
    """The finding of kind `robustness`, with the tables of `TABLES`; arguments as of `robust`."""
    _check(scenarios)
    horizon = min(scenario.sampling.horizon_years for scenario in scenarios)
    measure = named(outcome or f"survival@{min(10, horizon)}", horizon)
    return rank_runs(measure, run_all(scenarios, **options))


def _check(scenarios: Sequence[Scenario]) -> None:
    """Raise ScenarioError or NotPairedError unless scenarios can be ranked."""
    first = scenarios[0].name if scenarios else ""
    names = [scenario.name for scenario in scenarios]
    if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004  said in the message
        quoted = ", ".join(f"'{name}'" for name in names)
        raise ScenarioError(
            f"robust needs at least two scenarios with different names; got {quoted or 'none'}"
        )
    for scenario in scenarios[1:]:
        if scenario.sampling != scenarios[0].sampling:
            raise NotPairedError(
                f"{scenario.name}: differs from {first} in its sampling, so that their histories "
                "are not the same; use the same seed, horizon, steps a year, designs and "
                "replicates for both"
            )
    faults: list[Fault] = [*at_odds(scenarios)]
    if (designs := scenarios[0].sampling.designs) < MIN_EFFECTIVE_DESIGNS:
        must = f"must be {MIN_EFFECTIVE_DESIGNS} or more, to rank guarantees"
        faults.append(ArgumentFault("sampling.designs", designs, must))
    if faults:
        raise ScenarioError(faults)


def rank_runs(measure: Measure, runs: Sequence[Run]) -> Finding:
    """The finding from runs of the same histories. Raises NotPairedError, ScenarioError."""
    for other in runs[1:]:
        paired(other, runs[0])
    x = assumptions(runs)
    sign = 1.0 if measure.more_is_better else -1.0
    better = sign * relative(measure, runs)
    surely, maybe = ahead(measure, runs, better)
    rows = sorted(
        _guarantees(measure, runs, better, surely, maybe, sign), key=lambda row: -sign * row["mean"]
    )
    order = [next(run for run in runs if run.name == row["name"]) for row in rows]
    turned = [row for rival in order[1:] for row in turning(measure, order[0], rival, x, sign)]
    settings = {
        "outcome": measure.name,
        "label": measure.label,
        "unit": measure.unit,
        "less_is_better": sign < 0,
        "scenarios": [run.name for run in runs],
        "hashes": [run.manifest["hash"] for run in runs],
    }
    tables = {
        "guarantees": TABLES["guarantees"].table(rows),
        "turning": TURNING.table(turned),
        "calls": _calls(better, surely, runs),
    }
    return Finding("robustness", settings, tables | label_table(runs))


def _calls(better: Floats, surely: Mask, runs: Sequence[Run]) -> pd.DataFrame:
    """One row: in which share of designs any guarantee is surely best, of how many designs and
    histories of each.
    """
    sure = share_of_designs(surely.sum(axis=0, dtype=np.float64), runs[0].worlds)
    return pd.DataFrame(
        [
            {
                "sure": sure.value,
                "sure_low": sure.low,
                "sure_high": sure.high,
                "designs": better.shape[1],
                "replicates": runs[0].scenario.sampling.replicates,
            }
        ]
    )


def _guarantees(
    measure: Measure,
    runs: Sequence[Run],
    better: Floats,
    surely: Mask,
    maybe: Mask,
    sign: float,
) -> Iterator[dict[str, Any]]:
    regret, share, seed = regrets(better), best_shares(better), runs[0].scenario.sampling.seed
    for number, run in enumerate(runs):
        mean = estimate(measure, run.worlds)
        best, sure, most = (
            share_of_designs(np.asarray(leads[number], dtype=np.float64), run.worlds)
            for leads in (share, surely, maybe)
        )
        outcomes = sign * by_design(measure, run.worlds)
        row = {
            "name": run.name,
            "mean": mean.value,
            "mean_low": mean.low,
            "mean_high": mean.high,
            "best": best.value,
            "best_low": sure.low,
            "best_high": most.high,
            "surely": sure.value,
            "surely_low": sure.low,
            "surely_high": sure.high,
        }
        row |= with_resample_limits("regret", regret[number], np.mean, seed)
        row |= with_resample_limits(
            "worst_regret", regret[number], lambda values: -worst_tenth(-values), seed
        )
        row |= with_resample_limits(
            "worst_decile", outcomes, lambda values: sign * worst_tenth(values), seed
        )
        yield row
