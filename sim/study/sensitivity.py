"""Which assumptions drive an outcome: screening by elementary effects, and shares of its variance,
both freed of chance.

The outcome at a point is the mean of a few histories, so that it varies by chance where nothing
else does. That variance is known from the histories themselves and is taken out of every square;
products of different points hold none of it, being independent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis.catalogue import named
from sim.errors import ArgumentFault, Fault, ScenarioError
from sim.scenario.schema import Scenario
from sim.study.assumptions import by_rank_correlation
from sim.study.columns import (
    LABEL_TABLE,
    TableSchema,
)
from sim.study.experiment import Evaluate, evaluate_scenarios
from sim.study.factors import COMPONENT, JOINT, Factors, factors, with_uniform
from sim.study.finding import LABELS, Finding, label_table
from sim.study.screening import EFFECTS, SCREENING, screening
from sim.study.variance import INDICES, POINTS, SAMPLE, SWINGS, variance_tables

SAMPLES, REPLICATES, TRAJECTORIES = 4096, 4, 60
"""Judgements: seconds on one core, and intervals of about five percentage points for the leading
assumptions of the shipped scenarios. For as many histories in all, errors are least where chance
gives a point as much variance as parameters do, which takes few replicates.
"""
MIN_SAMPLES = 32
"""With fewer base points, resamples of them are too much alike for limits: a judgement."""
TABLES: Mapping[str, TableSchema] = {
    "indices": INDICES,
    "screening": EFFECTS,
    "swings": SWINGS,
    "sample": SAMPLE,
    "points": POINTS,
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `sensitivity`."""


def sensitivity(
    scenario: Scenario, outcome: str, *, against: Scenario | None = None, **options: Any
) -> pd.DataFrame:
    """Shares of the variance of an outcome that go with each uncertain number.

    Parameters
    ----------
    scenario
        At least one of its numbers is uncertain.
    outcome
        A measure by name, such as `survival@5`, `restricted_mean_years` or `cause.attack`.
    against
        Another scenario; the outcome is then the difference from it on the same histories.
    **options
        Those of `attribute_variance`.

    Returns
    -------
    DataFrame
        The table `indices` of `TABLES`: a row a factor and index (first order: alone; total: with
        all that it does together with others), with 95 % limits, as shares of the variance by
        parameters.

    Raises
    ------
    ScenarioError
        For an outcome, a sample or scenarios that cannot be used.
    RunError
        For a missing point or a NaN.

    Examples
    --------
    >>> none = sim.load("none")
    >>> sim.sensitivity(none, "survival@5")  # doctest: +SKIP
    # skipped: it simulates some half a million histories

    """
    return attribute_variance(scenario, outcome, against=against, **options).table


def attribute_variance(
    scenario: Scenario,
    outcome: str,
    *,
    against: Scenario | None = None,
    vary: Mapping[str, tuple[float, float]] | None = None,
    samples: int = SAMPLES,
    replicates: int = REPLICATES,
    trajectories: int = TRAJECTORIES,
    **options: Any,
) -> Finding:
    """The finding of kind `sensitivity`, with the tables of `TABLES`; see `sensitivity`.

    Parameters
    ----------
    scenario, outcome, against
        As of `sensitivity`. Each scenario has the uncertain numbers of its own.
    vary
        Lower and upper limits of further numbers, by dotted key; provisions vary in `scenario`
        only.
    samples
        Base of the variance-based sample, a power of two: it has samples x (factors + 2) points.
    replicates
        Histories of each point.
    trajectories
        Of the screening.
    **options
        `workers`, `executor` and `progress` of `sim.run`, and `out`, the folder of results in whose
        store of points simulated points are kept; by default nowhere.

    """
    _check(samples, replicates)
    compared = [scenario] if against is None else [scenario, against]
    _check_pair(compared)
    scenarios = with_uniform(compared, vary or {})
    measure = named(outcome, scenario.sampling.horizon_years)
    varied = factors(scenarios)
    closely = _screened(samples, replicates, trajectories)
    evaluate, screened = (
        evaluate_scenarios(scenarios, varied, measure, count, **options)
        for count in (replicates, closely)
    )
    tables = sensitivity_tables(
        evaluate, screened, varied, samples, trajectories, scenario.sampling.seed
    )
    settings = {
        "outcome": outcome,
        "label": measure.label,
        "unit": measure.unit,
        "samples": samples,
        "replicates": replicates,
        "trajectories": trajectories,
        "vary": {key: list(limits) for key, limits in (vary or {}).items()},
        "scenarios": {scenario.name: scenario.determinants() for scenario in scenarios},
    }
    return Finding("sensitivity", settings, tables | label_table(scenarios))


def histories_of_sensitivity(
    scenarios: Sequence[Scenario],
    vary: Mapping[str, tuple[float, float]],
    samples: int = SAMPLES,
    replicates: int = REPLICATES,
) -> int:
    """Histories that `attribute_variance` simulates of each scenario. Raises ScenarioError."""
    varied = len(factors(with_uniform(scenarios, vary)).names)
    sampled = samples * (varied + 2) * replicates
    return sampled + TRAJECTORIES * (varied + 1) * _screened(samples, replicates, TRAJECTORIES)


def _screened(samples: int, replicates: int, trajectories: int) -> int:
    """Histories of each point of the screening."""
    return max(replicates, samples * replicates // (SCREENING * trajectories))


def leading(finding: Finding) -> list[str]:
    """The keys that were varied in a sensitivity, those of the largest totals first.

    Joint draws by the rank correlations of their numbers; what chooses components has no key.
    """
    totals = (
        finding.table[finding.table["index"] == "total"]
        .sort_values("estimate", ascending=False)["factor"]
        .tolist()
    )
    points = finding.tables["points"]
    together = points.drop(columns=["outcome", *(name for name in totals if name in points)])
    ranked = by_rank_correlation(together, points["outcome"])
    return [
        key for name in totals if name != COMPONENT for key in (ranked if name == JOINT else [name])
    ]


def _check(samples: int, replicates: int) -> None:
    """Raise ScenarioError for a sample that cannot be used."""
    faults: list[Fault] = []
    if samples < MIN_SAMPLES or samples & (samples - 1):
        must = f"must be a power of two, {MIN_SAMPLES} or more"
        faults.append(ArgumentFault("samples", samples, must, str(SAMPLES)))
    if replicates < 2:  # noqa: PLR2004  said in the message
        must = "must be 2 or more, to separate chance from parameters"
        faults.append(ArgumentFault("replicates", replicates, must))
    if faults:
        raise ScenarioError(faults)


def _check_pair(scenarios: Sequence[Scenario]) -> None:
    """Raise ScenarioError unless scenarios differ in name and meet the same histories."""
    first, *others = scenarios
    for other in others:
        if other.name == first.name:
            must = "must be another scenario, of another name"
            raise ScenarioError(ArgumentFault("against", other.name, must))
        ours, theirs = (
            (sampling.seed, sampling.horizon_years, sampling.steps_per_year)
            for sampling in (first.sampling, other.sampling)
        )
        if ours != theirs:
            raise ScenarioError(
                f"{other.name}: has seed, horizon and steps a year {theirs}, where {first.name} "
                f"has {ours}; use the same in both, so that they meet the same histories"
            )


def sensitivity_tables(
    evaluate: Evaluate,
    screened: Evaluate,
    varied: Factors,
    samples: int,
    trajectories: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """The tables of a sensitivity, of a scenario or of any function of points in the unit cube.

    `screened` with more histories a point.
    """
    tables = variance_tables(evaluate, varied, samples, seed)
    effects = screening(screened, varied, trajectories, seed)
    return {"indices": tables.pop("indices"), "screening": effects, **tables}
