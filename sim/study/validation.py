"""The model held against the record: predictions of durability by class of guarantee."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pandas as pd

from sim.analysis import durability
from sim.analysis.measures import Simulated
from sim.errors import ScenarioError
from sim.record.class_scenarios import CLASS_SCENARIOS, class_of
from sim.record.lifetimes import YEARS, kaplan_meier
from sim.uncertainty import Floats

MIN_CASES, MIN_ENDED = 20, 3
"""Cases, and cases that ended, from which the rivals can be fitted again and again: a judgement; a
Weibull needs two that ended with one of them left out.
"""
Predictor = Callable[[pd.DataFrame, pd.DataFrame, Sequence[float]], Floats]
"""Durability of new cases at some years (case, year), from the known cases, the new ones and the
years.
"""


def covered(cases: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The cases of the classes that scenarios of these names represent.

    Raises ScenarioError for a name that represents no class of the record, or stands there twice.
    """
    known = ", ".join(entry.scenario for entry in CLASS_SCENARIOS)
    problems = [
        f"'{name}' has no counterpart in the record of past ceasefires; use one of {known}"
        for name in names
        if class_of(name) is None
    ]
    problems += [
        f"'{name}' is named twice; name it once"
        for name, count in Counter(names).items()
        if count > 1
    ]
    if problems:
        raise ScenarioError(problems)
    return cases[cases["guarantee_class"].isin([class_of(name) for name in names])].reset_index(
        drop=True
    )


def by_the_day(run: Simulated, years: Sequence[float]) -> pd.DataFrame:
    """Durability as of `sim.survival`, linear between the ends of months.

    A war is dated at the end of the month in which it came.
    """
    months = (
        np.unique(
            np.concatenate([np.floor(12 * np.asarray(years)), np.ceil(12 * np.asarray(years))])
        )
        / 12
    )
    ends = durability.survival(run, [*months[months > 0]]).set_index("years")
    ends.loc[0.0] = 1.0
    ends = ends.sort_index()
    return pd.DataFrame(
        {"years": years} | {name: np.interp(years, ends.index, ends[name]) for name in ends}
    )


def too_few(cases: pd.DataFrame) -> str:
    """Explain why the cases are too few for leave-one-out scoring; empty if they are enough."""
    if len(cases) >= MIN_CASES and cases["ended"].sum() >= MIN_ENDED:
        return ""
    classes = set(cases["guarantee_class"])
    others = [entry.scenario for entry in CLASS_SCENARIOS if entry.guarantee_class not in classes]
    return (
        f"{len(cases)} cases, of which {cases['ended'].sum()} ended, are too few to score a "
        f"model by; add others of {', '.join(others)}."
    )


def laid_over(
    cases: pd.DataFrame, runs: Sequence[Simulated], years: Sequence[float] = YEARS
) -> pd.DataFrame:
    """The model over the record: scenario, guarantee_class, years, estimate, low, high, spread_low,
    spread_high, and of the cases of the class record, record_low, record_high (NaN where none was
    followed so long).
    """
    tables = []
    for run in runs:
        own = cases[cases["guarantee_class"] == class_of(run.name)]
        reached = [year for year in years if year <= run.horizon_years]
        held = kaplan_meier(own, reached)[["estimate", "low", "high"]].set_axis(
            ["record", "record_low", "record_high"], axis=1
        )
        tables.append(
            durability.survival(run, reached)
            .join(held)
            .assign(scenario=run.name, guarantee_class=class_of(run.name))
        )
    return pd.concat(tables, ignore_index=True)


def run_predictor(runs: Sequence[Simulated]) -> Predictor:
    """What the model says: the durability of the run that represents the class of a case, whatever
    is known.
    """

    @cache
    def durability_by_class(years: tuple[float, ...]) -> dict[str | None, Floats]:
        return {
            class_of(run.name): durability.survival(run, years)["estimate"].to_numpy()
            for run in runs
        }

    def predict(_: pd.DataFrame, new: pd.DataFrame, years: Sequence[float]) -> Floats:
        model = durability_by_class(tuple(years))
        return np.stack([model[name] for name in new["guarantee_class"]])

    return predict
