"""Ukraine, the protégé: it absorbs or retaliates, and holds or starts an offensive of its own."""

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.actors.choice import logistic
from sim.guarantee.provisions import Terms
from sim.quantity import SMALLEST, Array, Parameters, Quantity, parameter
from sim.uncertainty import Floats


class Protege(Parameters):
    """What Ukraine has, wants and fears, and how it answers."""

    strength: Quantity = parameter(
        75.0, "strength at the ceasefire", unit="brigade-equivalents", symbol="U₀", low=SMALLEST,
        source="judgement: some 340,000 combat-effective soldiers at 4,500 a brigade-equivalent, of about 0.9 million active")
    strength_target: Quantity = parameter(
        80.0, "strength that it would build without foreign arms", unit="brigade-equivalents", symbol="U_b", low=SMALLEST,
        source="judgement")
    buildup_half_life: Quantity = parameter(
        2.0, "time to close half the gap to the strength target", unit="years", symbol="T_U", low=SMALLEST, source="judgement")
    brigade_cost: Quantity = parameter(
        2.0, "foreign arms that equip one brigade", unit="USD billion", symbol="brigade_cost", low=SMALLEST, source="judgement")
    value_of_recovery: Quantity = parameter(
        0.9, "value of retaking occupied territory", unit="utility", symbol="V_U", low=0, source="judgement")
    cost_of_war: Quantity = parameter(0.55, "cost of a war", unit="utility", symbol="c_U", low=0, source="judgement")
    status_quo_value: Quantity = parameter(0.15, "value of the ceasefire", unit="utility", symbol="Q_U", source="judgement")
    retaliation_value: Quantity = parameter(
        0.05, "value of answering an incident", unit="utility", symbol="a", source="judgement")
    choice_noise: Quantity = parameter(0.1, "logit noise", unit="utility", symbol="λ_U", low=1e-6, source="judgement")
    reviews_per_year: Quantity = parameter(
        1.0, "rate at which the leadership reconsiders", unit="per year", symbol="ρ_U", low=0, high=366, source="judgement")

    def target(self, standing: Terms) -> Array:
        """U* = min(C, U_b + package / brigade_cost)."""
        return np.minimum(standing.strength_cap, self.strength_target + standing.arms / self.brigade_cost)

    def strength_after(self, strength: Array, target: Array, years: Array) -> Array:
        """U(h) = U* + (U - U*) 2^(-h/T_U)."""
        return target + (strength - target) * np.exp2(-years / self.buildup_half_life)

    def retaliates(self, escalation: Array, intervention: Array) -> Array:
        """ρ = σ((a - e c_U (1 - ½ P_E)) / λ_U), given the chances e that Russia escalates and P_E that Europe intervenes."""
        return logistic((self.retaliation_value - escalation * self.cost_of_war * (1 - intervention / 2)) / self.choice_noise)

    def starts_offensive(self, winning: Array, terms: Terms) -> Array:
        """σ((p_U V_U - c_U - ν L_E f - Q_U) / λ_U), given its chance p_U of prevailing."""
        gain = winning * self.value_of_recovery - self.cost_of_war - terms.forfeited - self.status_quo_value
        return logistic(gain / self.choice_noise)


class Ukraine(mesa.Agent):
    """The protégé. Every attribute is an array with one entry a world."""

    def __init__(self, model: mesa.Model, drawn: Protege, standing: Terms, worlds: int) -> None:
        """Start at the ceasefire, within the force limit and with the arms of the `standing` terms."""
        super().__init__(model)
        self.part = drawn
        self.strength: Floats = np.full(worlds, np.minimum(standing.strength_cap, drawn.strength))
        self.target: Floats = np.full(worlds, drawn.target(standing))

    def build_up(self, years: float) -> None:
        """Build up for `years`."""
        self.strength = np.asarray(self.part.strength_after(self.strength, self.target, years))

    def review(self, chance: Array, uniform: Floats, reviewing: Array) -> NDArray[np.bool_]:
        """Where it starts an offensive, given the `chance` at a review and the chance `reviewing` of one this month."""
        return np.asarray(uniform < reviewing * chance)
