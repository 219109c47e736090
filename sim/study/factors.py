"""What a study varies: the uncertain numbers of scenarios, and what is drawn for several of them
together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ArgumentFault, ScenarioError
from sim.scenario.load import replaced
from sim.scenario.schema import Scenario
from sim.study.assumptions import at_odds, is_provision, nothing_uncertain
from sim.uncertainty import Distribution, Floats, Mixture

JOINT = "joint draws"
"""The factor of all numbers that are drawn together: it chooses their row."""


COMPONENT = "component of the mixtures"
"""The factor of all mixtures beside their own: it chooses from which component each is drawn."""


UNORDERED = (JOINT, COMPONENT)
"""Factors whose values have no order, and so no lowest and highest."""


@dataclass(frozen=True)
class Factors:
    """What is varied, by name, each with the distributions of its keys.

    One of them may be all that is drawn jointly; that which chooses the component of mixtures has
    no distribution.
    """

    distributions: Mapping[str, Mapping[str, Distribution]]

    @property
    def names(self) -> list[str]:
        """In order."""
        return list(self.distributions)

    def values(self, unit: Floats) -> dict[str, Floats]:
        """The numbers at points of the unit cube (point, factor)."""
        every = {key: own for keys in self.distributions.values() for key, own in keys.items()}
        return self.values_of(every, unit)

    def values_of(self, uncertain: Mapping[str, Distribution], unit: Floats) -> dict[str, Floats]:
        """The same by what a scenario says of those numbers that are uncertain in it."""
        return {
            key: uncertain[key].within(self.component(uncertain[key], unit), unit[:, column])
            for column, keys in enumerate(self.distributions.values())
            for key in keys
            if key in uncertain
        }

    def component(self, uncertain: Distribution, unit: Floats) -> NDArray[np.intp]:
        """The component of a mixture at each point; 0 of what is none."""
        if not isinstance(uncertain, Mixture):
            return np.zeros(len(unit), dtype=np.intp)
        share = unit[:, self.names.index(COMPONENT)]
        return (share * len(uncertain.components)).astype(np.intp)


def with_uniform(
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
        raise ScenarioError([no_accession(key, scenarios[0].name) for key in absent])
    return [
        replaced(
            scenario,
            {
                key: {"uniform": list(ends)}
                for key, ends in limits.items()
                if not number or not is_provision(key)
            },
        )
        for number, scenario in enumerate(scenarios)
    ]


def no_accession(key: str, scenario: str) -> ArgumentFault:
    """A provision of an accession that the scenario does not have."""
    must = f"must be a provision of scenario '{scenario}', which has no accession"
    return ArgumentFault("vary", key, must)


def factors(scenarios: Sequence[Scenario]) -> Factors:
    """The uncertain numbers of some scenarios.

    Raises ScenarioError where there are none, or where scenarios differ in what they believe of one
    number; provisions of their regimes may differ, each scenario having those of its own.
    """
    problems = [*at_odds(scenarios), *_dependent(scenarios)]
    uncertain: dict[str, Distribution] = {}
    for scenario in reversed(scenarios):
        uncertain |= scenario.uncertain()
    if not uncertain:
        problems.append(f"{nothing_uncertain(scenarios[0].name)}, or vary a provision")
    if problems:
        raise ScenarioError(problems)
    alone: dict[str, Mapping[str, Distribution]] = {
        key: {key: distribution}
        for key, distribution in uncertain.items()
        if not distribution.is_joint
    }
    together = {
        key: distribution for key, distribution in uncertain.items() if distribution.is_joint
    }
    mixed = any(isinstance(distribution, Mixture) for distribution in uncertain.values())
    return Factors(
        alone | ({JOINT: together} if together else {}) | ({COMPONENT: {}} if mixed else {})
    )


def _dependent(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Which numbers are correlated, whose shares of the variance would not be their own."""
    for scenario in scenarios:
        for correlation in scenario.correlation:
            if correlation.rank:
                yield (
                    f"{scenario.name}: {' and '.join(correlation.keys)} are correlated, and shares "
                    "of variance are those of independent numbers; lay a file over it that gives "
                    "the pair rank = 0"
                )


def salib_problem(varied: Factors) -> dict[str, Any]:
    """The factors as SALib takes them, each on the unit interval."""
    return {
        "num_vars": len(varied.names),
        "names": varied.names,
        "bounds": [[0, 1]] * len(varied.names),
    }
