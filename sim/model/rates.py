"""The chances of a month that stay the same in a history."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from sim.actors.choice import step_probability
from sim.quantity import Array, Worlds
from sim.scenario.schema import Scenario
from sim.uncertainty import Floats


@dataclass(frozen=True)
class Rates:
    """Chances of at least one event in a step."""

    leader_changes: Array
    disposition_changes: Floats  # (world,)
    russia_reviews: Array
    ukraine_reviews: Array
    incident_happens: Array

    @classmethod
    def of_parameters(cls, parameters: Scenario, incidents: Array, step: float, size: int) -> Self:
        """Of the rates of the parameters; the regime lets a share of `incidents` through."""
        russia, ukraine, war = parameters.russia, parameters.ukraine, parameters.war
        return cls(
            step_probability(russia.leader_turnover, step),
            np.full(size, step_probability(russia.disposition_changes, step)),
            step_probability(russia.reviews_per_year, step),
            step_probability(ukraine.reviews_per_year, step),
            step_probability(war.incidents_per_year * incidents, step),
        )

    def at(self, name: str, worlds: Worlds) -> Array:
        """One of the chances in some worlds; a number that is the same in all stays one."""
        chance: Array = getattr(self, name)
        return chance.take(worlds) if isinstance(chance, np.ndarray) else chance
