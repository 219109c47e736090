"""A scenario at chosen points of its assumptions.

All of them in one run, each with its mean and the variance of chance.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from sim.analysis.measures import Measure
from sim.ensemble.run import run
from sim.ensemble.store import Run, RunError
from sim.scenario.load import ScenarioError, replaced
from sim.scenario.schema import Scenario
from sim.study.assumptions import at_odds, of_regime
from sim.uncertainty import EXAMPLES, Distribution, Draws, Floats

JOINT = "joint draws"
"""The factor of all numbers that are drawn together: it chooses their row."""
Values = Mapping[str, Floats]
"""For each dotted key its values (point,)."""


@dataclass(frozen=True)
class Responses:
    """What came out at points (point,): the mean over histories, the variance of that mean by
    chance, and which points are one.
    """

    mean: Floats
    noise: Floats
    chance: Floats  # variance of the outcome of one history
    row: NDArray[np.intp]  # points of the same number are the same point, simulated once

    def shared(self, some: NDArray[np.intp], others: NDArray[np.intp]) -> Floats:
        """The covariance by chance of pairs of points: none, unless both are one."""
        return np.where(self.row[some] == self.row[others], self.noise[some], 0.0)


Evaluate = Callable[[Floats], Responses]
"""From points of the unit cube (point, factor)."""


@dataclass(frozen=True)
class Factors:
    """What is varied, by name, each with the distributions of its keys.

    One of them may be all that is drawn jointly.
    """

    of: Mapping[str, Mapping[str, Distribution]]

    @property
    def names(self) -> list[str]:
        """In order."""
        return list(self.of)

    def values(self, unit: Floats) -> dict[str, Floats]:
        """The numbers at points of the unit cube (point, factor)."""
        return {
            key: uncertain.quantile(unit[:, column])
            for column, keys in enumerate(self.of.values())
            for key, uncertain in keys.items()
        }


@final
@dataclass(frozen=True)
class Chosen(Draws):
    """The values of a number at chosen points.

    What is drawn anew within a history still follows what the scenario says of it.
    """

    uncertain: Distribution

    def anew(self) -> Distribution:
        """What the scenario says."""
        return self.uncertain


def with_limits(
    scenarios: Sequence[Scenario], limits: Mapping[str, tuple[float, float]]
) -> list[Scenario]:
    """The scenarios with some numbers equally likely between limits.

    Provisions of the regime in the first only, all others in each.

    Raises ScenarioError for a key or a value that cannot be.
    """
    if absent := [
        key
        for key in limits
        if key.startswith("regime.accession.") and scenarios[0].regime.accession is None
    ]:
        raise ScenarioError(
            [
                f"--vary {key}: {scenarios[0].name} has no accession, of which it could vary"
                for key in absent
            ]
        )
    return [
        replaced(
            scenario,
            {
                key: {"uniform": list(each)}
                for key, each in limits.items()
                if not number or not of_regime(key)
            },
        )
        for number, scenario in enumerate(scenarios)
    ]


def factors(scenarios: Sequence[Scenario]) -> Factors:
    """The uncertain numbers of some scenarios.

    Raises ScenarioError where there are none, or where scenarios differ in what they believe of one
    number; provisions of their regimes may differ, each scenario having those of its own.
    """
    problems = at_odds(scenarios)
    uncertain: dict[str, Distribution] = {}
    for scenario in reversed(scenarios):
        uncertain |= scenario.uncertain()
    if not uncertain:
        problems.append(
            f"{scenarios[0].name}: none of its numbers is uncertain; give one a distribution, "
            f"such as {EXAMPLES['uniform']}, or --vary a provision"
        )
    if problems:
        raise ScenarioError(problems)
    alone: dict[str, Mapping[str, Distribution]] = {
        key: {key: each} for key, each in uncertain.items() if not each.jointly
    }
    together = {key: each for key, each in uncertain.items() if each.jointly}
    return Factors(alone | ({JOINT: together} if together else {}))


def of_scenarios(
    scenarios: Sequence[Scenario],
    varied: Factors,
    measure: Measure,
    replicates: int,
    **options: Any,
) -> Evaluate:
    """The measure at each point, in one scenario, or as its paired difference from a second.

    `options` are those of `sim.run`.

    Each scenario takes the numbers that are uncertain in it, and keeps what it knows.
    """

    def evaluate(unit: Floats) -> Responses:
        several = [_values(scenario, varied, unit) for scenario in scenarios]
        some, row = _distinct(_columns(several))
        asked = [{key: column[some] for key, column in each.items()} for each in several]
        runs = [
            _run(scenario, each, len(some), replicates, options)
            for scenario, each in zip(scenarios, asked, strict=True)
        ]
        order = _order(
            [_designs(result, each, replicates) for result, each in zip(runs, asked, strict=True)],
            asked,
        )
        first, *others = (
            measure.of(result.worlds).reshape(len(some), replicates)[order] for result in runs
        )
        return responses(first - others[0] if others else first, row)

    return evaluate


def responses(outcomes: Floats, row: NDArray[np.intp]) -> Responses:
    """From outcomes (row, replicate) and the row of each point.

    Raises RunError for a NaN, or where there are fewer than two replicates.
    """
    if outcomes.shape[1] < 2:  # noqa: PLR2004  said in the message
        raise ScenarioError(
            ["one history a point cannot tell chance from parameters; take --replicates 2 or more"]
        )
    if not np.isfinite(outcomes).all():
        raise RunError(
            f"{np.count_nonzero(~np.isfinite(outcomes))} of {outcomes.size} outcomes are no numbers"
        )
    chance = outcomes.var(axis=1, ddof=1)
    return Responses(
        outcomes.mean(axis=1)[row], (chance / outcomes.shape[1])[row], chance[row], row
    )


def _values(scenario: Scenario, varied: Factors, unit: Floats) -> Values:
    """The numbers of a scenario at points of the unit cube, by what it says of them."""
    own = scenario.uncertain()
    return {
        key: own[key].quantile(unit[:, column])
        for column, keys in enumerate(varied.of.values())
        for key in keys
        if key in own
    }


def _run(
    scenario: Scenario, points: Values, count: int, replicates: int, options: Mapping[str, Any]
) -> Run:
    """A run whose designs are these points, each once.

    As many designs as there are rows of joint draws have each row once.
    """
    own = scenario.uncertain()
    chosen: Mapping[str, Any] = {
        key: Chosen(tuple(column.tolist()), own[key]) for key, column in points.items()
    }
    sampled = replaced(scenario, {"sampling.designs": count, "sampling.replicates": replicates})
    return run(sampled.drawn(chosen), out=None, **options)


def _designs(result: Run, points: Values, replicates: int) -> Values:
    """The numbers of each design of a run."""
    return {key: result.worlds[key].to_numpy()[::replicates] for key in points}


def _columns(several: Sequence[Values]) -> Floats:
    """The numbers of all scenarios side by side (point, number)."""
    return np.column_stack([column for each in several for column in each.values()])


def _distinct(points: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first of each of the points that are alike, in the order in which they are asked for, and
    for each point which of them it is.
    """
    _, some, row = np.unique(points, axis=0, return_index=True, return_inverse=True)
    return np.sort(some), np.argsort(np.argsort(some))[row.ravel()]


def _order(found: Sequence[Values], asked: Sequence[Values]) -> NDArray[np.intp]:
    """The design at which each point was simulated, the same in all runs.

    Raises RunError where a point is missing or has other numbers.
    """
    designs, points = _columns(found), _columns(asked)
    there, here = np.lexsort(designs.T), np.lexsort(points.T)
    if designs.shape != points.shape or not np.array_equal(designs[there], points[here]):
        raise RunError(f"not every one of {len(points)} points was simulated once with its numbers")
    order = np.empty(len(points), dtype=np.intp)
    order[here] = there
    return order
