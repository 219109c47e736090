"""Several guarantees over the same parameter sets.

How often each is best, regret, the worst decile, and what would turn the ranking.

Regret is what a guarantee falls short of the best one in a design (Savage 1951). A ranking turns
round where designs are weighted so that two guarantees are level on average; the weights that do so
and depart least from what is believed now, by the divergence of Kullback & Leibler (1951), are
exponential in the difference (Csiszár 1975); those that depend on one assumption alone, in the mean
difference in each stratum of its values, which is taken from other designs than those that it
weights (cross-fitting).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.differences import paired
from sim.analysis.estimate import estimate, share_of_designs
from sim.analysis.freed import by_design, chance_left
from sim.analysis.measures import Measure, named
from sim.analysis.resampling import bags
from sim.ensemble.store import Run
from sim.errors import ArgumentFault, Fault, NotPairedError, ScenarioError
from sim.levels import MAX_ERROR_CHANCE, TAILS
from sim.scenario.schema import Scenario
from sim.study.assumptions import assumptions, at_odds, run_all
from sim.study.columns import LABEL_TABLE, RESAMPLE_LIMIT, Column, Kind, TableSchema, with_limits
from sim.study.discovery import chance_of_error, difference
from sim.study.finding import LABELS, Finding, label_table
from sim.study.turning import MIN_EFFECTIVE_DESIGNS, TURNING, turning
from sim.uncertainty import Floats

WORST_SHARE = 0.1
"""The worst tenth of the parameter sets: rare enough to hurt, and still estimated well."""
_TIE = 1e-9
"""Guarantees that differ by less are level: rounding differs by less."""
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
Mask = NDArray[np.bool_]


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
    sign = -1.0 if worse_if_more(measure) else 1.0
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


def worse_if_more(measure: Measure) -> bool:
    """Whether less of it is better: every outcome but those that say how long a ceasefire holds."""
    return not measure.more_is_better


def relative(measure: Measure, runs: Sequence[Run]) -> Floats:
    """How each guarantee does in each design beside the mean of all (guarantee, design), freed of
    the chance of few histories.
    """
    middle = np.mean([measure.numbers(run.worlds) for run in runs], axis=0)
    beside = Measure(
        measure.name, measure.label, "difference", lambda worlds: measure.numbers(worlds) - middle
    )
    return np.stack([by_design(beside, run.worlds) for run in runs])


def best_shares(better: Floats) -> Floats:
    """For each guarantee and design 1 where it is best, divided between those that are level
    (guarantee, design).
    """
    best = better >= better.max(axis=0) - _TIE
    return np.asarray(best / best.sum(axis=0))


def regrets(better: Floats) -> Floats:
    """What each guarantee falls short of the best one in each design (Savage 1951)."""
    return np.asarray(better.max(axis=0) - better)


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
        row |= _resampled("regret", regret[number], np.mean, seed)
        row |= _resampled(
            "worst_regret", regret[number], lambda values: -worst_tenth(-values), seed
        )
        row |= _resampled("worst_decile", outcomes, lambda values: sign * worst_tenth(values), seed)
        yield row


def worst_tenth(values: Floats) -> float:
    """The mean of the lowest tenth of the values."""
    return float(np.sort(values)[: max(1, round(WORST_SHARE * len(values)))].mean())


def _resampled(
    name: str, values: Floats, statistic: Callable[[Floats], Any], seed: int
) -> dict[str, float]:
    """A number of some designs, with the limits of 95 % of resamples of them."""
    resampled = [statistic(values[bag]) for bag in bags(len(values), seed)]
    return dict(
        zip(
            (name, f"{name}_low", f"{name}_high"),
            (float(statistic(values)), *np.quantile(resampled, TAILS)),
            strict=True,
        )
    )


def ahead(measure: Measure, runs: Sequence[Run], better: Floats) -> tuple[Mask, Mask]:
    """Whether a guarantee is ahead of every other in a design by more than the chance of few
    histories, and whether none is so of it.

    Both (guarantee, design): surely best, and perhaps best.
    """
    surely, maybe = better >= better.max(axis=0), np.ones(better.shape, dtype=np.bool_)
    for first, other in combinations(range(len(runs)), 2):
        gap, error = (
            better[first] - better[other],
            chance_left(difference(measure, runs[other]), runs[first].worlds),
        )
        level = (chance_of_error(gap, error) > MAX_ERROR_CHANCE) | (gap == 0)
        surely[first] &= ~level
        surely[other] &= ~level
        maybe[first] &= level | (gap > 0)
        maybe[other] &= level | (gap < 0)
    return np.asarray(surely), maybe
