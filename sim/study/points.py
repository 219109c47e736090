"""A scenario at given points of its uncertain parameters: all of them in one run, and the outcome of each with its chance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from sim.analysis.measures import Measure, drawn
from sim.ensemble.run import Progress, run
from sim.ensemble.store import Run, RunError
from sim.scenario.load import ScenarioError, replaced
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution, Draws, Floats

JOINT = "joint draws"
"""The one factor that all jointly drawn numbers are: the row of the draws. They depend on each other, and cannot be varied one by one."""
FEWEST = 2
"""Histories a point at least, from which the chance in its mean is told."""


class Evaluated(NamedTuple):
    """What came out at each point, shape (point,): the mean of its histories, and the variance that chance gives this mean."""

    mean: Floats
    noise: Floats


@final
@dataclass(frozen=True)
class Chosen(Draws):
    """The values of a number at chosen points; within a history it is drawn anew from what the scenario says of it."""

    uncertain: Distribution

    def anew(self) -> Distribution:
        """What the scenario says."""
        return self.uncertain


Evaluate = Callable[[Floats, int], Evaluated]
"""From points of the unit cube (point, factor), probabilities of each factor, and histories at each, to what came out."""


def varied(scenario: Scenario, limits: Mapping[str, tuple[float, float]]) -> Scenario:
    """The scenario with some of its values equally likely between limits. Raises ScenarioError with every problem."""
    return replaced(scenario, {key: {"uniform": list(each)} for key, each in limits.items()}) if limits else scenario


def factors(scenarios: Sequence[Scenario]) -> list[str]:
    """What is not known and can be varied by itself: dotted keys, and the joint draws as one. Raises ScenarioError if all is known."""
    found = [JOINT if uncertain.jointly else key for scenario in scenarios for key, uncertain in scenario.uncertain().items()]
    if not found:
        names = ", ".join(scenario.name for scenario in scenarios)
        raise ScenarioError([f"{names}: has no uncertain parameter; give a number a distribution, such as {{ uniform = [130, 210] }}, or vary "
                             "one with --vary KEY=LOW:HIGH"])
    return list(dict.fromkeys(found))


def values(scenario: Scenario, names: Sequence[str], points: Floats) -> dict[str, Floats]:
    """The uncertain parameters of a scenario at points of the unit cube (point, factor), by the quantiles of their distributions."""
    column = {name: points[:, number] for number, name in enumerate(names)}
    return {key: uncertain.quantile(column[JOINT if uncertain.jointly else key]) for key, uncertain in scenario.uncertain().items()}


def evaluator(scenarios: Sequence[Scenario], measure: Measure, *, progress: Progress | None = None, workers: int = 1) -> Evaluate:
    """What evaluates a measure under a scenario, or with two of them its paired difference, the first less the second.

    Both are run at the same points on the same histories. Each point has histories of its own, also where points are alike, so that
    chance is independent between points.
    """
    names = factors(scenarios)

    def evaluate(points: Floats, replicates: int) -> Evaluated:
        wanted = [values(scenario, names, points) for scenario in scenarios]
        runs = [run(_at(scenario, each, len(points), replicates), out=None, progress=progress, workers=workers)
                for scenario, each in zip(scenarios, wanted, strict=True)]
        outcome = measure.of(runs[0].worlds) - (measure.of(runs[1].worlds) if len(runs) > 1 else 0.0)
        by_design = outcome.reshape(len(points), replicates)
        return checked(by_point(by_design, [_drawn(each, replicates) for each in runs], wanted), len(points))
    return evaluate


def by_point(by_design: Floats, found: Sequence[Mapping[str, Floats]], wanted: Sequence[Mapping[str, Floats]]) -> Evaluated:
    """The outcomes of designs (design, replicate), found again by their values, in the order of the points that were wanted.

    Raises RunError where the designs are not the points: one is missing, or was run that nobody asked for.
    """
    there, asked = (np.column_stack([column for each in tables for column in (each[key] for key in sorted(each))])
                    for tables in (found, wanted))
    designs, points = np.lexsort(there.T), np.lexsort(asked.T)
    if not np.array_equal(there[designs], asked[points]):
        raise RunError(f"the run holds {len(there)} designs that are not the {len(asked)} points that were asked for")
    replicates = by_design.shape[1]
    mean, noise = np.empty(len(points)), np.empty(len(points))
    mean[points] = by_design.mean(axis=1)[designs]
    noise[points] = by_design.var(axis=1, ddof=1)[designs] / replicates
    return Evaluated(mean, noise)


def checked(came: Evaluated, points: int) -> Evaluated:
    """What came out, if it is a finite number at every point. Raises RunError if a point is missing or its outcome is not known."""
    for name, each in came._asdict().items():
        if each.shape != (points,):
            raise RunError(f"{points} points were evaluated, and the {name} of {len(each)} came back: every point must have its outcome")
        if not np.isfinite(each).all():
            bad = np.flatnonzero(~np.isfinite(each))
            raise RunError(f"the {name} of {len(bad)} of {points} points is no finite number, first at point {bad[0]}: an outcome that is not "
                           "known cannot be attributed")
    return came


def _at(scenario: Scenario, points: Mapping[str, Floats], count: int, replicates: int) -> Scenario:
    """The scenario whose designs are these points, each exactly once: one design falls into each stratum of the Latin hypercube."""
    sampled = replaced(scenario, {"sampling.designs": count, "sampling.replicates": replicates})
    uncertain = scenario.uncertain()
    chosen: Mapping[str, Any] = {key: Chosen(tuple(each.tolist()), uncertain[key]) for key, each in points.items()}
    return sampled.drawn(chosen)


def _drawn(result: Run, replicates: int) -> dict[str, Floats]:
    """The drawn parameters of each design of a run."""
    return {name: result.worlds[name].to_numpy()[::replicates] for name in drawn(result.worlds)}
