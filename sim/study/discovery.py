"""Scenario discovery: the regions of assumption space in which a guarantee fails, as boxes (Bryant
& Lempert 2010).

A case is a parameter set; it fails where the condition holds for its outcome, freed of the chance
of few histories; a difference between two guarantees counts only where it exceeds that chance.
Boxes are found by the Patient Rule Induction Method (Friedman & Fisher 1999), one after another,
and found again in resamples of the parameter sets; how good they are is measured on the parameter
sets that a resample left out (out-of-bag: Efron & Tibshirani 1997).
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from sim.analysis.catalogue import named
from sim.analysis.differences import paired
from sim.analysis.estimate import share_of_designs, share_where
from sim.analysis.freed import by_design, chance_left
from sim.analysis.measures import Measure
from sim.ensemble.store import Run
from sim.errors import ArgumentFault, ScenarioError
from sim.levels import MAX_ERROR_CHANCE
from sim.scenario.schema import Scenario
from sim.study.assumptions import assumptions, at_odds, run_all
from sim.study.columns import (
    LABEL_TABLE,
    Column,
    Kind,
    TableSchema,
    estimate_with_limits,
    with_limits,
)
from sim.study.finding import LABELS, Finding, label_table
from sim.study.prim import Cases
from sim.study.regions import BOXES, MIN_CASES, RULES, TRAJECTORY, regions
from sim.uncertainty import LARGEST, Floats

MAX_MISJUDGED = 0.5
"""Share of the smaller of both kinds of parameter sets that chance may misjudge before no region is
reported: a judgement.
"""
MAX_CASES_SHOWN = 2000
"""Points that a figure can show, and a finding can keep."""
Compare = Callable[[Floats, float], "np.ndarray[Any, Any]"]
COMPARISONS: Mapping[str, Compare] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
IN_WORDS = {"<=": "at most", ">=": "at least", "<": "below", ">": "above"}
TABLES: Mapping[str, TableSchema] = {
    "rules": RULES,
    "boxes": BOXES,
    "trajectory": TRAJECTORY,
    "share": TableSchema(
        (
            *estimate_with_limits("share", "parameter sets that fail"),
            Column("designs", Kind.COUNT, "parameter sets", "parameter sets simulated"),
            Column("replicates", Kind.COUNT, "histories", "histories of each parameter set"),
            Column("failing", Kind.COUNT, "parameter sets", "parameter sets that fail"),
            Column(
                "misjudged", Kind.NUMBER, "parameter sets", "expected to be misjudged by chance"
            ),
            *with_limits(
                Column("unsure", Kind.NUMBER, "share", "parameter sets that chance may misjudge")
            ),
        )
    ),
    "cases": TableSchema(
        (
            Column("design", Kind.COUNT, "-", "number of the parameter set"),
            Column("outcome", Kind.NUMBER, "outcome", "outcome, freed of the chance of histories"),
            Column("fails", Kind.TRUTH, "-", "whether it fails"),
        ),
        has_keys=True,
    ),
    LABELS: LABEL_TABLE,
}
"""The tables of a finding of kind `discovery`."""


@dataclass(frozen=True)
class Condition:
    """When a parameter set counts as failing: an outcome below or above a value."""

    measure: Measure
    comparison: str
    value: float

    @property
    def quantity(self) -> str:
        """What is compared, in words."""
        return (
            f"the share that {self.measure.label}" if self.measure.is_share else self.measure.label
        )

    def limit(self, *, difference: bool) -> str:
        """What it is compared with, in words; of a difference between two guarantees in points."""
        number = f"{self.value:g} {self.measure.unit}"
        if self.measure.is_share:
            unit = "percentage points" if difference else "%"
            number = f"{100 * self.value:g} {unit}"
        return f"{IN_WORDS[self.comparison]} {number}"

    def holds(self, outcomes: Floats) -> Cases:
        """Whether it holds for each outcome."""
        return COMPARISONS[self.comparison](outcomes, self.value)


def read_condition(text: str, horizon: int, *, difference: bool = False) -> Condition:
    """The condition that a text states, of the difference between two guarantees if so.

    Raises ScenarioError.

    Examples
    --------
    >>> condition = read_condition("survival@5 < 0.5", horizon=20)
    >>> condition.measure.name, condition.comparison, condition.value
    ('survival@5', '<', 0.5)

    """
    words = re.fullmatch(r"\s*([^<>=\s]+)\s*(<=|>=|<|>)\s*(\S+)\s*", text)
    if not words:
        must = "must be an outcome, one of < <= > >= and a number"
        example = "'survival@5 > 0'" if difference else "'survival@5 < 0.5'"
        raise ScenarioError(ArgumentFault("when", text, must, example))
    outcome, comparison, number = words.groups()
    try:
        measure = named(outcome, horizon)
    except ScenarioError as wrong:
        must = "must begin with an outcome: " + " ".join(wrong.problems)
        raise ScenarioError(ArgumentFault("when", text, must)) from None
    most = 1.0 if measure.is_share else float(horizon) if measure.unit == "years" else LARGEST
    least = -most if difference else 0.0
    try:
        value = float(number)
    except ValueError:
        value = np.nan
    if not least <= value <= most:
        unit = "a share" if measure.is_share else f"a number of {measure.unit}"
        is_ = f"is a difference of {unit}" if difference else f"is {unit}"
        must = f"must compare with a number from {least:g} to {most:g}: {measure.name} {is_}"
        raise ScenarioError(ArgumentFault("when", text, must))
    return Condition(measure, comparison, value)


def discover(
    scenario: Scenario, when: str, *, against: Scenario | None = None, **options: Any
) -> pd.DataFrame:
    """The limits of the regions of assumption space in which a condition holds.

    Parameters
    ----------
    scenario
        At least two histories of each parameter set.
    when
        The condition, such as `survival@5 < 0.5`.
    against
        Another scenario; the condition is then about the difference from it on the same histories.
    **options
        Those of `sim.run`.

    Returns
    -------
    DataFrame
        The table `rules` of `TABLES`: a row a box and parameter, its limits (NaN for none) in units
        of the parameter, and how often resamples of the parameter sets lead to them. Empty if there
        is no region.

    Raises
    ------
    ScenarioError
        For a condition or scenarios that cannot be used.
    NotPairedError
        If the two scenarios do not share their histories.

    Examples
    --------
    >>> none = sim.load("none")
    >>> sim.discover(none, "survival@5 < 0.6")  # doctest: +SKIP
    # skipped: it simulates 10,000 histories and searches 200 resamples

    """
    return find_regions(scenario, when, against=against, **options).table


def find_regions(
    scenario: Scenario, when: str, *, against: Scenario | None = None, **options: Any
) -> Finding:
    """The finding of kind `discovery`, with the tables of `TABLES`; arguments as of `discover`."""
    condition = read_condition(
        when, scenario.sampling.horizon_years, difference=against is not None
    )
    if against is not None and against.name == scenario.name:
        must = "must be another scenario, of another name"
        raise ScenarioError(ArgumentFault("against", against.name, must))
    scenarios = [scenario] if against is None else [scenario, against]
    if problems := at_odds(scenarios):
        raise ScenarioError(problems)
    return regions_of_runs(condition, run_all(scenarios, **options), when)


def regions_of_runs(condition: Condition, runs: list[Run], when: str) -> Finding:
    """The finding from a run, or from two whose difference the condition is about.

    Raises NotPairedError, ScenarioError.
    """
    x = assumptions(runs)
    measure = condition.measure
    if len(runs) > 1:
        paired(*runs)
        measure = difference(measure, runs[1])
    judged = _judge(condition, measure, runs)
    rules, boxes, steps = (
        regions(x, judged.fails, runs[0].scenario.sampling.seed)
        if judged.is_clear
        else ([], [], [])
    )
    shown = np.unique(np.linspace(0, len(x) - 1, min(MAX_CASES_SHOWN, len(x))).astype(int))
    settings = {
        "when": " ".join(when.split()),
        "scenario": runs[0].name,
        "against": runs[1].name if len(runs) > 1 else "",
        "outcome": measure.label,
        "quantity": condition.quantity,
        "limit": condition.limit(difference=len(runs) > 1),
        "hashes": [run.manifest["hash"] for run in runs],
    }
    tables = {
        "rules": RULES.table(rules),
        "boxes": BOXES.table(boxes),
        "trajectory": TRAJECTORY.table(steps),
        "share": TABLES["share"].table([judged.share]),
        "cases": x.iloc[shown]
        .assign(outcome=judged.outcome[shown], fails=judged.fails[shown])
        .reset_index(names="design"),
    }
    return Finding("discovery", settings, tables | label_table(runs))


@dataclass(frozen=True)
class _Judged:
    """Which parameter sets fail, and whether chance leaves enough of that."""

    outcome: Floats  # (design,)
    fails: Cases  # (design,)
    share: Mapping[str, Any]
    is_clear: bool


def _judge(condition: Condition, measure: Measure, runs: list[Run]) -> _Judged:
    """Which parameter sets fail; a difference within chance counts as none."""
    worlds, of_difference = runs[0].worlds, len(runs) > 1
    outcome, error = by_design(measure, worlds), chance_left(measure, worlds)
    wrong = chance_of_error(outcome - condition.value, error)
    unsure, misjudged = wrong > MAX_ERROR_CHANCE, float(wrong.sum())

    def failing(outcomes: Floats) -> Cases:
        holds = condition.holds(outcomes)
        if not of_difference:
            return holds
        return holds & (chance_of_error(outcomes - condition.value, error) <= MAX_ERROR_CHANCE)

    fails, share = failing(outcome), share_where(failing, measure, worlds)
    if of_difference:
        wrong = np.where(unsure, 0.0, wrong)
    doubt = share_of_designs(unsure.astype(np.float64), worlds)
    row = {
        "estimate": share.value,
        "low": share.low,
        "high": share.high,
        "designs": len(fails),
        "replicates": runs[0].scenario.sampling.replicates,
        "failing": int(fails.sum()),
        "misjudged": misjudged,
        "unsure": doubt.value,
        "unsure_low": doubt.low,
        "unsure_high": doubt.high,
    }
    fewer = min(fails.sum(), (~fails).sum())
    is_clear = bool(fewer >= MIN_CASES and wrong.sum() < MAX_MISJUDGED * fewer)
    return _Judged(outcome, fails, row, is_clear)


def chance_of_error(distance: Floats, error: Floats) -> Floats:
    """Chance that a number this far from a limit lies in truth beyond it, with a normal error.

    0 where there is no error.
    """
    return np.where(
        error > 0,
        special.ndtr(
            -np.divide(np.abs(distance), error, out=np.zeros_like(error), where=error > 0)
        ),
        0.0,
    )


def difference(measure: Measure, other: Run) -> Measure:
    """The difference of a measure from what it is in the same world of another run."""
    return Measure(
        measure.name,
        f"{measure.label}, difference from {other.name}",
        "difference",
        lambda worlds: measure.numbers(worlds) - measure.numbers(other.worlds),
    )
