"""A scenario at chosen points of its assumptions: all of them in one run, each with its mean and the variance of chance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.measures import Measure
from sim.ensemble.run import run
from sim.ensemble.store import Run, RunError
from sim.scenario.load import ScenarioError, replaced
from sim.scenario.schema import Scenario
from sim.uncertainty import EXAMPLES, Distribution, Draws, Floats, Uniform

JOINT = "joint draws"
"""The factor of all numbers that are drawn together: it chooses their row."""
Values = Mapping[str, Floats]
"""For each dotted key its values (point,)."""


@dataclass(frozen=True)
class Responses:
    """What came out at points (point,): the mean over histories, the variance of that mean by chance, and which points are one."""

    mean: Floats
    noise: Floats
    chance: Floats              # variance of the outcome of one history
    row: NDArray[np.intp]       # points of the same number are the same point, simulated once

    def shared(self, some: NDArray[np.intp], others: NDArray[np.intp]) -> Floats:
        """The covariance by chance of pairs of points: none, unless both are one."""
        return np.where(self.row[some] == self.row[others], self.noise[some], 0.0)


Evaluate = Callable[[Floats], Responses]
"""From points of the unit cube (point, factor)."""


@dataclass(frozen=True)
class Factors:
    """What is varied, by name, each with the distributions of its keys; one of them may be all that is drawn jointly."""

    of: Mapping[str, Mapping[str, Distribution]]

    @property
    def names(self) -> list[str]:
        """In order."""
        return list(self.of)

    def values(self, unit: Floats) -> dict[str, Floats]:
        """The numbers at points of the unit cube (point, factor)."""
        return {key: uncertain.quantile(unit[:, column]) for column, keys in enumerate(self.of.values()) for key, uncertain in keys.items()}


def factors(scenarios: Sequence[Scenario], vary: Mapping[str, tuple[float, float]]) -> Factors:
    """The uncertain numbers of some scenarios, and provisions between limits.

    Raises ScenarioError where there is nothing to vary, or where scenarios differ in what they believe of one number.
    """
    uncertain: dict[str, Distribution] = {}
    problems = []
    for scenario in scenarios:
        for key, distribution in scenario.uncertain().items():
            if uncertain.setdefault(key, distribution) != distribution and key not in vary:
                problems.append(f"{scenario.name}: {key} is {distribution}, where {scenarios[0].name} has {uncertain[key]}; "
                                "say the same in both")
    uncertain |= {key: Uniform(low, high) for key, (low, high) in vary.items()}
    if not uncertain:
        problems.append(f"{scenarios[0].name}: none of its numbers is uncertain; give one a distribution, such as {EXAMPLES['uniform']}, "
                        "or --vary a provision")
    if problems:
        raise ScenarioError(problems)
    alone: dict[str, Mapping[str, Distribution]] = {key: {key: each} for key, each in uncertain.items() if not each.jointly}
    together = {key: each for key, each in uncertain.items() if each.jointly}
    return Factors(alone | ({JOINT: together} if together else {}))


def of_scenarios(scenarios: Sequence[Scenario], varied: Factors, measure: Measure, replicates: int, **options: Any) -> Evaluate:
    """The measure at each point, in one scenario, or as its paired difference from a second; `options` are those of `sim.run`."""
    def evaluate(unit: Floats) -> Responses:
        values = varied.values(unit)
        rows, row = np.unique(np.column_stack(list(values.values())), axis=0, return_inverse=True)
        several = [_outcome(each, dict(zip(values, rows.T, strict=True)), measure, replicates, options) for each in scenarios]
        return responses(several[0] - several[1] if len(several) > 1 else several[0], row.ravel())
    return evaluate


def responses(outcomes: Floats, row: NDArray[np.intp]) -> Responses:
    """From outcomes (row, replicate) and the row of each point. Raises RunError for a NaN, or where there are fewer than two replicates."""
    if outcomes.shape[1] < 2:      # noqa: PLR2004  said in the message
        raise ScenarioError(["one history a point cannot tell chance from parameters; take --replicates 2 or more"])
    if not np.isfinite(outcomes).all():
        raise RunError(f"{np.count_nonzero(~np.isfinite(outcomes))} of {outcomes.size} outcomes are no numbers")
    chance = outcomes.var(axis=1, ddof=1)
    return Responses(outcomes.mean(axis=1)[row], (chance / outcomes.shape[1])[row], chance[row], row)


def _outcome(scenario: Scenario, values: Values, measure: Measure, replicates: int, options: Mapping[str, Any]) -> Floats:
    """The measure (row, replicate) at rows of values, in their order."""
    keys, count = [key for key in values if _has(scenario, key)], len(next(iter(values.values())))
    given = {key: Draws(tuple(values[key].tolist())).given() for key in keys}
    result = run(replaced(scenario, given | {"sampling.designs": count, "sampling.replicates": replicates}), out=None, **options)
    return measure.of(result.worlds).reshape(count, replicates)[_order(result, values, keys, replicates)]


def _has(scenario: Scenario, key: str) -> bool:
    """Whether a scenario has what a key speaks of: one without accession has no date of it."""
    return not key.startswith("regime.accession.") or scenario.regime.accession is not None


def _order(result: Run, values: Values, keys: Sequence[str], replicates: int) -> NDArray[np.intp]:
    """The design at which each row was simulated. Raises RunError where a row is missing or was simulated with other numbers."""
    asked = np.column_stack([values[key] for key in keys])
    found = np.column_stack([result.worlds[key].to_numpy()[::replicates] for key in keys])
    there, here = np.lexsort(found.T), np.lexsort(asked.T)
    if found.shape != asked.shape or not np.array_equal(found[there], asked[here]):
        raise RunError(f"{result.name}: not every one of {len(asked)} points was simulated once with its numbers")
    order = np.empty(len(asked), dtype=np.intp)
    order[here] = there
    return order
