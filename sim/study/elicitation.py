"""Your own beliefs: experts' answers pooled, what follows from them, and how much of what is not
known lies between experts and how much within each.

Each parameter set of the pool has the beliefs of one expert, all of them; so the variance of the
answer over parameter sets is that between the means of experts and that within each (the law of
total variance). Both are freed of the chance of few histories, whose variance is known.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.catalogue import named
from sim.analysis.estimate import Estimate, estimate
from sim.analysis.measures import Measure
from sim.analysis.resampling import CHEAP_RESAMPLES
from sim.chance import generator
from sim.ensemble.store import Run
from sim.errors import ArgumentFault, ScenarioError
from sim.levels import REACH
from sim.model.designs import components
from sim.quantity import Worlds
from sim.scenario.names import name_of
from sim.scenario.schema import Scenario
from sim.study.answers import Answers, read_beliefs
from sim.study.assumptions import one_replicate, run_all
from sim.study.beliefs import PERCENTILES, Beliefs, quantiles_of
from sim.study.beliefs_overlay import refuse_other, write_overlay
from sim.study.elicitation_tables import BETWEEN, DIFFERENCE, EXPERT, POOLED, PRIOR, TABLES, WITHIN
from sim.study.finding import Finding, label_table
from sim.uncertainty import Distribution, Floats, Mixture

MIN_SETS = 20
"""Parameter sets of each expert: fewer say too little of the variance among them, a judgement."""


def elicit(
    scenario: Scenario,
    answers: Answers,
    *,
    overlay: str | Path | None = None,
    **options: Any,
) -> pd.DataFrame:
    """What follows from the beliefs of experts, and how far they differ.

    Parameters
    ----------
    scenario
        What is believed of all other numbers, and of those that an expert leaves out.
    answers
        5, 50 and 95 % of numbers by expert: a CSV file or a table with the columns expert, key,
        p5, p50 and p95, or three numbers by expert and dotted key.
    overlay
        Where the pooled beliefs are written as a scenario file, to be applied on top of others.
    **options
        Those of `pool_beliefs`.

    Returns
    -------
    DataFrame
        The table `answers` of `TABLES`: the outcome under the prior, the pool and each expert, with
        95 % limits and the range over 90 % of parameter sets.

    Raises
    ------
    ScenarioError
        With every fault of the answers, or for an outcome or a sample that cannot be used.
    RunError
        If the overlay cannot be written.

    Examples
    --------
    >>> nato = sim.load("nato", {"sampling.designs": 100})
    >>> answers = {
    ...     "Anna": {"russia.value_of_prevailing": (0.2, 0.5, 1.5)},
    ...     "Boris": {"russia.value_of_prevailing": (0.8, 2, 6)},
    ... }
    >>> table = sim.elicit(nato, answers)
    >>> table["source"].tolist()
    ['prior', 'pooled', 'pooled less prior', 'expert', 'expert']

    """
    beliefs = read_beliefs(scenario, answers)
    name = "elicited"
    if overlay is not None:
        name = Path(overlay).stem
        refuse_other(Path(overlay))
        write_overlay(Path(overlay), beliefs)
    return pool_beliefs(beliefs, name, **options).table


def pool_beliefs(
    beliefs: Beliefs, name: str = "elicited", outcome: str | None = None, **options: Any
) -> Finding:
    """The finding of kind `elicitation`, with the tables of `TABLES`; see `elicit`.

    Parameters
    ----------
    beliefs
        The answers, checked.
    name
        Of the overlay: the pool is called by that of the scenario and this.
    outcome
        A measure by name; by default survival@10, or that at a nearer horizon.
    **options
        Those of `sim.run`; `progress` is called with the histories of both runs.

    """
    prior, horizon = beliefs.scenario, beliefs.scenario.sampling.horizon_years
    measure = named(outcome or default_outcome(prior), horizon)
    check_sampling(beliefs)
    pooled = beliefs.applied(name_of([prior.name, name]))
    runs = run_all([prior, pooled], **({"out": None} | options))
    expert = experts_of_sets(beliefs, pooled)
    settings = {
        "outcome": measure.name,
        "label": measure.label,
        "unit": measure.unit,
        "experts": beliefs.experts,
        "answers": beliefs.rows(),
        "scenarios": {scenario.name: scenario.determinants() for scenario in (prior, pooled)},
    }
    tables = {
        "answers": _answers(beliefs, runs, measure, expert),
        "variance": _variance(beliefs, runs[1], measure, expert),
        "beliefs": _beliefs(beliefs),
    }
    return Finding("elicitation", settings, tables | label_table([prior, pooled]))


def default_outcome(scenario: Scenario) -> str:
    """Durability at ten years, or at a nearer horizon."""
    return f"survival@{min(10, scenario.sampling.horizon_years)}"


def check_sampling(beliefs: Beliefs) -> None:
    """Raise ScenarioError where there are too few parameter sets or histories to separate parts of
    the variance.
    """
    sampling, least = beliefs.scenario.sampling, MIN_SETS * len(beliefs.experts)
    if sampling.replicates == 1:
        raise ScenarioError(one_replicate())
    if sampling.designs < least:
        must = f"must be at least {least}, {MIN_SETS} for each of {len(beliefs.experts)} experts"
        raise ScenarioError(ArgumentFault("sampling.designs", sampling.designs, must))


def experts_of_sets(beliefs: Beliefs, pooled: Scenario) -> Worlds:
    """Whose beliefs each parameter set has (design,), by the position of the expert."""
    sets = np.arange(pooled.sampling.designs)
    mixture = next(iter(beliefs.pooled.values()))
    if not isinstance(mixture, Mixture) or len(beliefs.experts) == 1:
        return np.zeros(len(sets), dtype=np.intp)
    return components(pooled.sampling.seed, mixture, sets)


def _answers(beliefs: Beliefs, runs: list[Run], measure: Measure, expert: Worlds) -> pd.DataFrame:
    """The outcome under each set of beliefs; the histories of the pool are those of its experts."""
    prior, pooled = runs
    sets = len(expert)
    rows = [
        _row(PRIOR, "", estimate(measure, prior.worlds), sets),
        _row(POOLED, "", estimate(measure, pooled.worlds), sets),
        _row(DIFFERENCE, "", estimate(measure, pooled.worlds, prior.worlds), sets),
    ]
    outcomes = pooled.outcomes
    of_world = expert[outcomes["design"].to_numpy()]
    for position, name in enumerate(beliefs.experts):
        own = outcomes[of_world == position]
        rows.append(_row(EXPERT, name, estimate(measure, own), int(np.sum(expert == position))))
    return TABLES["answers"].table(rows)


def _row(source: str, expert: str, known: Estimate, sets: int) -> dict[str, Any]:
    return {
        "source": source,
        "expert": expert,
        "estimate": known.value,
        "low": known.low,
        "high": known.high,
        "spread_low": known.spread_low,
        "spread_high": known.spread_high,
        "sets": sets,
    }


@dataclass(frozen=True)
class Parts:
    """The variance of the outcome over parameter sets, by what it lies between."""

    between: float
    within: float

    @property
    def shares(self) -> Floats:
        """Of both; NaN where there is no variance to divide."""
        both = np.array([self.between, self.within])
        return both / both.sum() if both.sum() > 0 else np.full(2, np.nan)


def variance_parts(numbers: Floats, expert: NDArray[np.intp]) -> Parts:
    """The parts of the variance of an outcome (design, replicate), each expert weighing the same.

    Between: the variance of the means of experts, less that which few parameter sets give to them.
    Within: the mean over experts of the variance over parameter sets, less that which chance gives
    to the mean of few histories.
    """
    means, noise = numbers.mean(axis=1), numbers.var(axis=1, ddof=1) / numbers.shape[1]
    groups = [expert == position for position in np.unique(expert)]
    of_experts = np.array([means[group].mean() for group in groups])
    variances = np.array([means[group].var(ddof=1) for group in groups])
    error = np.mean([v / group.sum() for v, group in zip(variances, groups, strict=True)])
    chance = np.mean([noise[group].mean() for group in groups])
    between = of_experts.var() - (1 - 1 / len(groups)) * error
    return Parts(float(between), float(variances.mean() - chance))


def _variance(beliefs: Beliefs, run: Run, measure: Measure, expert: Worlds) -> pd.DataFrame:
    """The table `variance`: both parts with 95 % limits from resampled parameter sets; none for one
    expert, between whom and himself nothing lies.
    """
    if len(beliefs.experts) == 1:
        return TABLES["variance"].table([])
    numbers = measure.numbers(run.worlds).reshape(len(expert), -1)
    parts = variance_parts(numbers, expert)
    rng = generator(run.scenario.sampling.seed, "resampled parameter sets of experts")
    places = [np.flatnonzero(expert == position) for position in range(len(beliefs.experts))]

    def resampled() -> Parts:
        chosen = np.concatenate([rng.choice(own, len(own)) for own in places])
        return variance_parts(numbers[chosen], expert[chosen])

    again = [resampled() for _ in range(CHEAP_RESAMPLES)]
    share_reach = REACH * np.std([resample.shares for resample in again], axis=0)
    reach = REACH * np.std([(resample.between, resample.within) for resample in again], axis=0)
    return TABLES["variance"].table(
        {
            "part": name,
            "estimate": parts.shares[row],
            "low": parts.shares[row] - share_reach[row],
            "high": parts.shares[row] + share_reach[row],
            "variance": variance,
            "variance_low": variance - reach[row],
            "variance_high": variance + reach[row],
        }
        for row, (name, variance) in enumerate(((BETWEEN, parts.between), (WITHIN, parts.within)))
    )


def _beliefs(beliefs: Beliefs) -> pd.DataFrame:
    """The table `beliefs`: quantiles of each number, by whose beliefs."""

    def row(
        source: str, expert: str, key: str, known: Distribution | float, answer: Any = None
    ) -> dict[str, Any]:
        fitted = quantiles_of(known)
        width = fitted[2] - fitted[0]
        miss = 0.0 if answer is None else float(np.abs(np.subtract(fitted, answer)).max() / width)
        return {
            "source": source,
            "expert": expert,
            "key": key,
            **dict(zip(PERCENTILES, fitted, strict=True)),
            "answered": answer is not None,
            "miss": miss,
        }

    rows = []
    for key, number in beliefs.numbers.items():
        rows += [
            row(PRIOR, "", key, number.prior),
            row(POOLED, "", key, beliefs.pooled[key]),
            *(
                row(EXPERT, expert, key, beliefs.believed(expert, key), own.get(key))
                for expert, own in beliefs.answers.items()
            ),
        ]
    return TABLES["beliefs"].table(rows)
