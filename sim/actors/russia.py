"""Russia, the challenger: it holds, probes or attacks, and after an incident de-escalates or escalates."""

from itertools import pairwise
from typing import Annotated

import mesa
import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator
from pydantic_core import PydanticCustomError

from sim.actors.choice import logistic, logit_response
from sim.guarantee.provisions import Terms
from sim.quantity import SMALLEST, Array, AsTuple, Parameters, Quantity, Worlds, parameter
from sim.uncertainty import Floats, LogNormal, Uniform

FARTHEST = 100
"""The longest foresight that a scenario may give, in years."""
Chosen = NDArray[np.bool_]


class Challenger(Parameters):
    """What Russia has, wants and fears, and how it answers."""

    strength: Quantity = parameter(
        100.0, "combat-effective strength at the ceasefire", unit="brigade-equivalents", symbol="R₀", low=SMALLEST,
        source="judgement: some 450,000 soldiers at 4,500 a brigade-equivalent, of 1.2-1.3 million active (Correlates of War, NMC v6)")
    strength_target: Quantity = parameter(
        Uniform(130, 210), "strength that it rebuilds towards", unit="brigade-equivalents", symbol="R*", low=SMALLEST,
        source="judgement: a third more than at the ceasefire, to about twice as much")
    reconstitution_half_life: Quantity = parameter(
        Uniform(2.5, 6), "time to close half the gap to the strength target", unit="years", symbol="T_R", low=SMALLEST,
        source="judgement, within the published range: a regional war 2 years and a large war 5 years after the fighting stops "
               "(Danish Defence Intelligence Service, February 2025), 'six to ten years' (DGAP, November 2023)")
    value_of_prevailing: Quantity = parameter(
        LogNormal(0.65, 1.2), "value of prevailing in Ukraine, private; drawn again when the leader changes",
        unit="utility: 1 is a leadership for which Ukraine is vital", symbol="V", low=0,
        source="judgement: below vital in the median, with a long tail; leaders differ and the difference is not seen")
    status_quo_value: Quantity = parameter(
        0.30, "value of the ceasefire held for ever", unit="utility", symbol="Q",
        source="judgement: it keeps what it has taken")
    cost_of_war: Quantity = parameter(
        0.35, "cost of resuming major war", unit="utility", symbol="c_W", low=0,
        source="judgement: lives, treasure and risk, a third of what a vital aim is worth")
    cost_of_fighting_europe: Quantity = parameter(
        0.45, "added cost if the coalition intervenes", unit="utility", symbol="c_E", low=0, source="judgement")
    cost_of_fighting_us: Quantity = parameter(
        0.55, "added cost if the United States backs the defence", unit="utility", symbol="c_A", low=0,
        source="judgement: a nuclear-armed ally deters more than any other (Fuhrmann & Sechser 2014)")
    insecurity: Quantity = parameter(
        Uniform(0, 1), "weight on provocation and reassurance, private; drawn again with the leader", unit="share", symbol="κ",
        low=0, high=1, source="judgement: from greedy (0) to security-seeking (1), the types of Kydd 2005")
    choice_noise: Quantity = parameter(
        0.045, "logit noise", unit="utility", symbol="λ_R", low=1e-6, source="judgement")
    reviews_per_year: Quantity = parameter(
        1.2, "rate at which the leadership reconsiders", unit="per year", symbol="ρ_R", low=0, high=366, source="judgement")
    discount_factor: Quantity = parameter(
        0.92, "discount factor", unit="per year", symbol="δ", low=SMALLEST, high=1, source="judgement")
    leader_turnover: Quantity = parameter(
        0.05, "rate at which the leader changes", unit="per year", symbol="-", low=0, high=366,
        source="judgement: one change in twenty years")
    probe_gain: Quantity = parameter(
        0.02, "payoff of a probe that is met softly", unit="utility", symbol="g", source="judgement")
    probe_cost: Quantity = parameter(
        0.05, "loss from a probe that is met firmly", unit="utility", symbol="l", source="judgement")
    foresight: Annotated[tuple[float, ...], AsTuple] = parameter(
        (1.0, 2.0, 3.0, 5.0, 8.0, 12.0), "years ahead at which it imagines reconsidering", unit="years", symbol="H",
        source="judgement; limited foresight: Jehiel 1995")

    @field_validator("foresight")
    @classmethod
    def _years_increase(cls, years: tuple[float, ...]) -> tuple[float, ...]:
        if not years or years[0] <= 0 or years[-1] > FARTHEST or any(a >= b for a, b in pairwise(years)):
            raise PydanticCustomError("foresight", "must be years in increasing order, above 0 and up to {most}", {"most": FARTHEST})
        return years

    def strength_after(self, strength: Array, years: Array) -> Array:
        """R(h) = R* + (R - R*) 2^(-h/T_R)."""
        return self.strength_target + (strength - self.strength_target) * np.exp2(-years / self.reconstitution_half_life)

    def value_of_peace(self, terms: Terms) -> Array:
        """Q̃(h) = Q + (r - v f) κ, per unit of discounted time."""
        return self.status_quo_value + (terms.reassurance - terms.provocation) * self.insecurity

    def prefers(self, attacking: Array, otherwise: Array) -> Array:
        """σ((A - X) / λ_R): chance of attacking, or of escalating, rather than taking the value X of the other course."""
        return logistic((attacking - otherwise) / self.choice_noise)

    def response(self, attacking: Array, holding: Array, probing: Array) -> Floats:
        """Chances of attacking, holding and probing at a review, (3, world)."""
        return logit_response(np.stack(np.broadcast_arrays(attacking, holding, probing)), self.choice_noise)


class Russia(mesa.Agent):
    """The challenger. Every attribute is an array with one entry a world."""

    def __init__(self, model: mesa.Model, drawn: Challenger, worlds: int) -> None:
        """Start at the ceasefire with the leader in office."""
        super().__init__(model)
        self.part = drawn
        self.strength: Floats = np.full(worlds, drawn.strength)
        self.value_of_prevailing: Floats = np.full(worlds, drawn.value_of_prevailing)
        self.insecurity: Floats = np.full(worlds, drawn.insecurity)
        self.successions: NDArray[np.intp] = np.zeros(worlds, dtype=np.intp)

    def change_leader(self, worlds: Worlds, value_of_prevailing: Array, insecurity: Array) -> None:
        """A new leader comes to office in these worlds, with a value of prevailing and an insecurity of his own."""
        self.value_of_prevailing[worlds] = value_of_prevailing
        self.insecurity[worlds] = insecurity
        self.successions[worlds] += 1

    def build_up(self, years: float) -> None:
        """Reconstitute for `years`."""
        self.strength = np.asarray(self.part.strength_after(self.strength, years))

    def at(self, worlds: Worlds) -> Challenger:
        """Its parameters in some worlds, with the leaders now in office."""
        leader = {"value_of_prevailing": self.value_of_prevailing[worlds], "insecurity": self.insecurity[worlds]}
        return self.part.at(worlds).model_copy(update=leader)

    def review(self, chances: Floats, uniform: Floats, reviewing: Array) -> tuple[Chosen, Chosen]:
        """Where it attacks and where it probes, given `chances` (3, world) and the chance `reviewing` of a review this month."""
        attack, _, probe = reviewing * chances
        attacks = uniform < attack
        return attacks, ~attacks & (uniform < attack + probe)
