"""Who would win a war, and the ways in which a ceasefire ends."""

from enum import StrEnum

import numpy as np

from sim.quantity import SMALLEST, Array, Parameters, Quantity, parameter


class Cause(StrEnum):
    """How a ceasefire ends; the order is that of tables and figures."""

    ATTACK = "attack"
    INCIDENT = "incident"
    PROBE = "probe"
    OFFENSIVE = "offensive"
    HELD = "held"


class War(Parameters):
    """What holds for war on this front."""

    defence_advantage: Quantity = parameter(
        1.35, "factor on the strength of the defender", unit="factor", symbol="α", low=SMALLEST, source="judgement")
    decisiveness: Quantity = parameter(
        2.0, "exponent of the contest success function", unit="exponent", symbol="m", low=0.1, high=10,
        source="judgement; the function is Tullock 1980")
    incidents_per_year: Quantity = parameter(
        0.4, "serious unplanned clashes, without monitoring", unit="per year", symbol="ι", low=0, high=366,
        source="judgement: one in two and a half years that leaders must decide on")

    def prevails(self, attacker: Array, defence: Array) -> Array:
        """p(D) = R^m / (R^m + D^m): chance that the attacker prevails (Tullock 1980)."""
        with np.errstate(over="ignore"):      # where the odds are beyond all numbers the chance is 0
            return 1 / (1 + (defence / attacker) ** self.decisiveness)

    def offensive_succeeds(self, ukraine: Array, russia: Array) -> Array:
        """p_U = U^m / (U^m + (αR)^m): chance that an offensive by Ukraine retakes territory."""
        return self.prevails(ukraine, self.defence_advantage * russia)
