"""Scenario discovery: the regions of assumption space in which a guarantee fails, as boxes (Bryant
& Lempert 2010).

A case is a parameter design; it fails where the condition holds for its outcome, freed of the
chance of few histories; a difference between two guarantees counts only where it is beyond that
chance. Boxes are found by the Patient Rule Induction Method (Friedman & Fisher 1999), one after
another, and found again in resamples of the designs; how good they are is told by the designs that
a resample left out (out-of-bag: Efron & Tibshirani 1997).
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from sim.analysis.durability import paired
from sim.analysis.estimate import by_design, chance_left, share_of_designs, share_where
from sim.analysis.levels import TAILS
from sim.analysis.measures import Measure, named
from sim.analysis.resampling import bags
from sim.ensemble.store import Run
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario
from sim.study import prim
from sim.study.assumptions import assumptions, at_odds, meaning, simulated
from sim.study.finding import Finding, called
from sim.study.prim import Cases, Limits
from sim.uncertainty import LARGEST, Floats

FEWEST = 20
"""Designs that fail, and that do not, from which a region may be told.

A judgement, that of one design in each twentieth.
"""
MOST_BOXES = 3
COVERED = 0.8
"""Share of the failures in the boxes found so far above which no further one is looked for.

A judgement.
"""
BLURRED = 0.5
"""Share of the smaller of both kinds of designs that chance may misjudge before no region is told.

A judgement.
"""
UNSURE = 0.05
"""A design is judged surely if chance would say otherwise less often than this."""
SHOWN = 2000
Told = Callable[[Floats, float], "np.ndarray[Any, Any]"]
COMPARISONS: Mapping[str, Told] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Condition:
    """When a design counts as one that fails: an outcome below or above a value."""

    measure: Measure
    comparison: str
    value: float

    def of(self, outcomes: Floats) -> Cases:
        """Whether it holds for each outcome."""
        return COMPARISONS[self.comparison](outcomes, self.value)


def read_condition(text: str, horizon: int, *, difference: bool = False) -> Condition:
    """The condition that a text such as `survival@5 < 0.5` states, of a difference between two
    guarantees if so. Raises ScenarioError.
    """
    parts = re.fullmatch(r"\s*([^<>=\s]+)\s*(<=|>=|<|>)\s*(\S+)\s*", text)
    if not parts:
        example = "survival@5 > 0" if difference else "survival@5 < 0.5"
        raise ScenarioError(
            [
                (
                    f"--when {text}: must be an outcome, one of < <= > >= and a number, such as "
                    f"'{example}'"
                )
            ]
        )
    outcome, comparison, number = parts.groups()
    try:
        measure = named(outcome, horizon)
    except ScenarioError as wrong:
        raise ScenarioError([f"--when {text}: {problem}" for problem in wrong.problems]) from None
    most = 1.0 if measure.is_share else float(horizon) if measure.unit == "years" else LARGEST
    least = -most if difference else 0.0
    try:
        value = float(number)
    except ValueError:
        value = np.nan
    if not least <= value <= most:
        unit = "a share" if measure.is_share else f"a number of {measure.unit}"
        told = f"a difference of {measure.name}" if difference else f"{measure.name}, {unit},"
        raise ScenarioError(
            [f"--when {text}: {number}: must be a number from {least:g} to {most:g}, as {told} is"]
        )
    return Condition(measure, comparison, value)


def discover(
    scenario: Scenario, when: str, *, against: Scenario | None = None, **options: Any
) -> pd.DataFrame:
    """The limits of the regions of assumption space in which `when` holds, such as `survival@5 <
    0.5`; `options` are those of `sim.run`.

    With `against`, `when` is said of the difference from that scenario on the same histories.
    Columns: box, parameter, meaning, unit, chosen (share of resamples that restrict it at all), low
    and high (NaN where the box has no such limit), each with the limits of 95 % of resamples that
    have it (low_low, low_high, high_low, high_high) and the share that do (low_chosen,
    high_chosen). Without a region it is empty. Raises ScenarioError for what cannot be asked.
    """
    return find(scenario, when, against=against, **options).table


def find(
    scenario: Scenario, when: str, *, against: Scenario | None = None, **options: Any
) -> Finding:
    """Kind `discovery`; tables: `rules` (see `discover`), `boxes` (coverage, density and mass with
    their limits), `trajectory` (coverage and density of each box on the way), `share` (of the
    designs that fail, and how many chance may misjudge), `cases` (at most 2,000 for a figure).
    """
    condition = read_condition(
        when, scenario.sampling.horizon_years, difference=against is not None
    )
    if against is not None and against.name == scenario.name:
        raise ScenarioError([f"--against: {against.name} is the scenario itself; name another"])
    scenarios = [scenario] if against is None else [scenario, against]
    if problems := at_odds(scenarios):
        raise ScenarioError(problems)
    return found(condition, simulated(scenarios, **options), when)


def found(condition: Condition, runs: list[Run], when: str) -> Finding:
    """The finding from a run, or from two whose difference the condition is about.

    Raises NotPairedError, ScenarioError.
    """
    x = assumptions(runs)
    measure = condition.measure
    if len(runs) > 1:
        paired(*runs)
        measure = difference(measure, runs[1])
    worlds = runs[0].worlds
    outcome = by_design(measure, worlds)
    error = chance_left(measure, worlds)
    wrong = chance_of_error(outcome - condition.value, error)
    unsure, misjudged = wrong > UNSURE, float(wrong.sum())

    def failing(outcomes: Floats) -> Cases:
        """Of a difference what is within chance counts as none."""
        return condition.of(outcomes) & (
            chance_of_error(outcomes - condition.value, error) <= UNSURE if len(runs) > 1 else True
        )

    fails, share = failing(outcome), share_where(failing, measure, worlds)
    if len(runs) > 1:
        wrong = np.where(unsure, 0.0, wrong)
    doubt = share_of_designs(unsure.astype(np.float64), worlds)
    shares = pd.DataFrame(
        [
            {
                "estimate": share.value,
                "low": share.low,
                "high": share.high,
                "designs": len(x),
                "replicates": runs[0].scenario.sampling.replicates,
                "failing": int(fails.sum()),
                "misjudged": misjudged,
                "unsure": doubt.value,
                "unsure_low": doubt.low,
                "unsure_high": doubt.high,
            }
        ]
    )
    fewer = min(fails.sum(), (~fails).sum())
    enough = fewer >= FEWEST and wrong.sum() < BLURRED * fewer
    rules, boxes, steps = (
        regions(x, fails, runs[0].scenario.sampling.seed) if enough else ([], [], [])
    )
    thin = np.unique(np.linspace(0, len(x) - 1, min(SHOWN, len(x))).astype(int))
    asked = {
        "when": " ".join(when.split()),
        "scenario": runs[0].name,
        "against": runs[1].name if len(runs) > 1 else "",
        "outcome": measure.label,
        "hashes": [each.manifest["hash"] for each in runs],
    }
    tables = {
        "rules": pd.DataFrame(rules, columns=RULES),
        "boxes": pd.DataFrame(boxes, columns=BOXES),
        "trajectory": pd.DataFrame(steps, columns=STEPS),
        "share": shares,
        "cases": x.iloc[thin]
        .assign(outcome=outcome[thin], fails=fails[thin])
        .reset_index(names="design"),
    }
    return Finding("discovery", asked, tables | called(runs))


def chance_of_error(distance: Floats, error: Floats) -> Floats:
    """Chance that a number this far from a limit lies in truth beyond it, with a normal error.

    0 where there is no error.
    """
    return np.where(
        error > 0,
        stats.norm.sf(
            np.divide(np.abs(distance), error, out=np.zeros_like(error), where=error > 0)
        ),
        0.0,
    )


def difference(measure: Measure, other: Run) -> Measure:
    """The difference of a measure from what it is in the same world of another run."""
    return Measure(
        measure.name,
        f"{measure.label}, difference from {other.name}",
        "difference",
        lambda worlds: measure.of(worlds) - measure.of(other.worlds),
    )


_SIDES = ("low", "high")
RULES = [
    "box",
    "parameter",
    "meaning",
    "unit",
    "chosen",
    *(name for side in _SIDES for name in (side, f"{side}_low", f"{side}_high", f"{side}_chosen")),
]
BOXES = [
    "box",
    "cases",
    *(
        name
        for each in ("coverage", "density", "mass", "without")
        for name in (each, f"{each}_low", f"{each}_high")
    ),
]
STEPS = ["box", "step", "coverage", "density", "mass", "parameters", "taken"]
Rows = list[dict[str, Any]]


def regions(x: pd.DataFrame, fails: Cases, seed: int = 0) -> tuple[Rows, Rows, Rows]:
    """Rows of the tables `rules`, `boxes` and `trajectory` from the cases (design, parameter) and
    whether each fails.

    A further box is looked for in what the boxes before it left. A box is kept if failures are
    denser in it than among the designs that it was found in, by those that resamples left out, in
    97.5 % of resamples.
    """
    values, left, resamples = (
        x.to_numpy(np.float64),
        np.ones(len(x), dtype=np.bool_),
        bags(len(x), seed),
    )
    least = prim.LEAST_MASS * len(x)
    rules: Rows = []
    boxes: Rows = []
    steps: Rows = []
    while (
        len(boxes) < MOST_BOXES
        and (fails & left).sum() >= FEWEST
        and (fails & left).sum() > (1 - COVERED) * fails.sum()
    ):
        box, trajectory = prim.find(values[left], fails[left], least)
        again = [_again(values, fails, left, bag, least) for bag in resamples]
        scores = pd.DataFrame([score for _, score in again])
        stands_out = np.quantile(scores["density"] - scores["without"], TAILS[0]) > 0
        if not prim.restricted(box).any() or not stands_out:
            break
        number, inside = len(boxes) + 1, prim.within(values, box) & left
        boxes.append({"box": number, "cases": int(inside.sum())} | _summary(scores))
        rules += _rules(number, box, np.stack([limits for limits, _ in again]), list(x))
        steps += _steps(
            number, box, trajectory, values[left], fails[left], int(fails.sum()), len(x)
        )
        left &= ~inside
    return rules, boxes, steps


def _again(
    x: Floats, fails: Cases, left: Cases, bag: np.ndarray, least: float
) -> tuple[Limits, dict[str, float]]:
    """The box that a resample of the designs leads to, and how good it is on those that the
    resample left out.
    """
    drawn = bag[left[bag]]
    box, _ = prim.find(x[drawn], fails[drawn], least)
    out = np.ones(len(x), dtype=np.bool_)
    out[bag] = False
    inside = prim.within(x, box) & left & out
    whole = fails[out & left].mean()
    return box, {
        "coverage": fails[inside].sum() / max(1, fails[out].sum()),
        "density": fails[inside].mean() if inside.any() else whole,
        "mass": inside.sum() / out.sum(),
        "without": whole,
    }


def _summary(scores: pd.DataFrame) -> dict[str, float]:
    return {
        column + suffix: value
        for column in scores
        for suffix, value in zip(
            ("", "_low", "_high"),
            (scores[column].mean(), *np.quantile(scores[column], TAILS)),
            strict=True,
        )
    }


def _rules(number: int, box: Limits, again: Floats, names: list[str]) -> Rows:
    """A row a parameter, those that the box restricts first, then those that resamples restrict
    most often.
    """
    rows = []
    for column, name in enumerate(names):
        told, unit = meaning(name)
        row: dict[str, Any] = {
            "box": number,
            "parameter": name,
            "meaning": told,
            "unit": unit,
            "chosen": np.isfinite(again[:, :, column]).any(axis=1).mean(),
        }
        for side, limit in enumerate(_SIDES):
            limits = again[:, side, column][np.isfinite(again[:, side, column])]
            has = bool(np.isfinite(box[side, column]))
            low, high = np.quantile(limits, TAILS) if has and len(limits) else (np.nan, np.nan)
            row |= {
                limit: box[side, column] if has else np.nan,
                f"{limit}_low": low,
                f"{limit}_high": high,
                f"{limit}_chosen": len(limits) / len(again),
            }
        rows.append(row)
    return sorted(
        rows, key=lambda row: (np.isnan(row["low"]) and np.isnan(row["high"]), -row["chosen"])
    )


def _steps(
    number: int,
    box: Limits,
    trajectory: list[Limits],
    x: Floats,
    fails: Cases,
    failing: int,
    count: int,
) -> Rows:
    """Coverage and density of the boxes on the way, and of the one taken, on the very designs that
    they were found in.
    """
    rows = []
    for step, each in enumerate([*trajectory, box]):
        inside = prim.within(x, each)
        rows.append(
            {
                "box": number,
                "step": step,
                "coverage": fails[inside].sum() / failing,
                "density": fails[inside].mean(),
                "mass": inside.sum() / count,
                "parameters": int(prim.restricted(each).sum()),
                "taken": step == len(trajectory),
            }
        )
    return rows
