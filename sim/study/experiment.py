"""Design of experiments: a scenario evaluated at chosen points of its assumptions.

All points are simulated in one run; each has its mean outcome and the variance of chance.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.measures import Measure
from sim.ensemble.counted import count_histories
from sim.errors import RunError, ScenarioError
from sim.model.designs import designs
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.assumptions import one_replicate
from sim.study.factors import Factors
from sim.uncertainty import Floats, PointValues

Values = Mapping[str, Floats]
"""For each dotted key its values (point,)."""


@dataclass(frozen=True)
class Responses:
    """Outcomes at points (point,): the mean over histories, the variance of that mean by chance,
    and which points coincide.
    """

    mean: Floats
    noise: Floats
    chance: Floats  # variance of the outcome of one history
    row: NDArray[np.intp]  # points of the same number are the same point, simulated once

    def shared(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
        """The covariance by chance of pairs of points: none, unless they coincide."""
        return np.where(self.row[first] == self.row[second], self.noise[first], 0.0)


Evaluate = Callable[[Floats], Responses]
"""From points of the unit cube (point, factor)."""


def evaluate_scenarios(
    scenarios: Sequence[Scenario],
    varied: Factors,
    measure: Measure,
    replicates: int,
    **options: Any,
) -> Evaluate:
    """The measure at each point, in one scenario, or as its paired difference from a second.

    `options` are those of `count_histories`: with `out`, what is simulated is kept.

    Each scenario takes the numbers that are uncertain in it, and keeps what it knows.
    """

    def evaluate(unit: Floats) -> Responses:
        values = [varied.values_of(scenario.uncertain(), unit) for scenario in scenarios]
        distinct, row = _distinct(_columns(values))
        at = unit[distinct]
        points = [{key: column[distinct] for key, column in own.items()} for own in values]
        count = len(distinct)
        sampled = [
            _sampled(scenario, varied, own, at, replicates)
            for scenario, own in zip(scenarios, points, strict=True)
        ]
        order = _order(
            [_designs(drawn, own) for drawn, own in zip(sampled, points, strict=True)], points
        )
        first, *others = (
            _counted(scenario, drawn, own, measure, options).reshape(count, replicates)[order]
            for scenario, drawn, own in zip(scenarios, sampled, points, strict=True)
        )
        return responses(first - others[0] if others else first, row)

    return evaluate


def responses(outcomes: Floats, row: NDArray[np.intp]) -> Responses:
    """From outcomes (row, replicate) and the row of each point.

    Raises RunError for a NaN, or where there are fewer than two replicates.
    """
    if outcomes.shape[1] < 2:  # noqa: PLR2004  said in the message
        raise ScenarioError(one_replicate())
    if not np.isfinite(outcomes).all():
        raise RunError(
            f"{np.count_nonzero(~np.isfinite(outcomes))} of {outcomes.size} outcomes are no numbers"
        )
    chance = outcomes.var(axis=1, ddof=1)
    return Responses(
        outcomes.mean(axis=1)[row], (chance / outcomes.shape[1])[row], chance[row], row
    )


def _sampled(
    scenario: Scenario, varied: Factors, points: Values, unit: Floats, replicates: int
) -> Scenario:
    """A scenario whose designs are these points, each once.

    As many designs as there are rows of joint draws have each row once.
    """
    own = scenario.uncertain()
    chosen: Mapping[str, Any] = {
        key: PointValues(
            tuple(column.tolist()), own[key], tuple(varied.component(own[key], unit).tolist())
        )
        for key, column in points.items()
    }
    sampled = replaced(scenario, {"sampling.designs": len(unit), "sampling.replicates": replicates})
    return sampled.drawn(chosen)


def _counted(
    scenario: Scenario,
    sampled: Scenario,
    points: Values,
    measure: Measure,
    options: Mapping[str, Any],
) -> Floats:
    """The measure in each history (history,) of a scenario that was sampled at points."""
    what = {
        "scenario": scenario.determinants(),
        "replicates": sampled.sampling.replicates,
        "points": {
            key: hashlib.sha256(column.tobytes()).hexdigest() for key, column in points.items()
        },
        "measure": measure.key,
    }
    (numbers,) = count_histories(
        sampled, lambda worlds: measure.numbers(worlds)[None], what, **options
    )
    return np.asarray(numbers)


def _designs(sampled: Scenario, points: Values) -> Values:
    """The numbers of each design of a scenario whose designs are points."""
    uncertain = sampled.uncertain()
    drawn = designs(
        sampled.sampling.seed,
        {key: uncertain[key] for key in points},
        np.arange(sampled.sampling.designs),
    )
    return {key: drawn[key] for key in points}


def _columns(several: Sequence[Values]) -> Floats:
    """The numbers of all scenarios side by side (point, number)."""
    return np.column_stack([column for values in several for column in values.values()])


def _distinct(points: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first of all points that coincide, in the order of the points, and for each point which
    of them it is.
    """
    _, first, row = np.unique(points, axis=0, return_index=True, return_inverse=True)
    return np.sort(first), np.argsort(np.argsort(first))[row.ravel()]


def _order(designs_of: Sequence[Values], points_of: Sequence[Values]) -> NDArray[np.intp]:
    """The design at which each point was simulated, the same in all runs.

    Raises RunError where a point is missing or has other numbers.
    """
    designs, points = _columns(designs_of), _columns(points_of)
    there, here = np.lexsort(designs.T), np.lexsort(points.T)
    if designs.shape != points.shape or not np.array_equal(designs[there], points[here]):
        raise RunError(f"not every one of {len(points)} points was simulated once with its numbers")
    order = np.empty(len(points), dtype=np.intp)
    order[here] = there
    return order


def check_complete(responses: Responses, points: int) -> None:
    """Raises RunError unless there is a number for each point."""
    if not len(responses.mean) == len(responses.noise) == points:
        raise RunError(f"{len(responses.mean)} outcomes for {points} points")
    if not (np.isfinite(responses.mean).all() and np.isfinite(responses.noise).all()):
        raise RunError(
            f"{np.count_nonzero(~np.isfinite(responses.mean))} of {points} outcomes are no numbers"
        )
