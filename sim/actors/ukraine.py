"""Ukraine, the protégé: it absorbs or retaliates, and holds or starts an offensive of its own."""

import numpy as np

from sim.actors.choice import logistic
from sim.guarantee.terms import Terms
from sim.quantity import SMALLEST, Array, Brigades, Parameters, Quantity, parameter
from sim.uncertainty import Uniform


class Protege(Parameters):
    """What Ukraine has, wants and fears, and how it answers."""

    strength: Brigades = parameter(
        75.0,
        "strength at the ceasefire",
        unit="brigade-equivalents",
        symbol="U₀",
        low=SMALLEST,
        source=(
            "some 340,000 combat-effective soldiers at 4,500 a brigade-equivalent, of about 0.9 "
            "million active; fixed, since the uncertain balance is carried by "
            "war.defence_advantage"
        ),
    )
    strength_target: Brigades = parameter(
        Uniform(72, 88),
        "strength that it would build without foreign arms",
        unit="brigade-equivalents",
        symbol="U_b",
        low=SMALLEST,
        source=(
            "judgement: its own means keep about the 75 of the ceasefire: demobilisation may "
            "take 3, its arms industry may add 13"
        ),
    )
    buildup_half_life: Quantity = parameter(
        Uniform(1.5, 2.5),
        "time to close half the gap to the strength target",
        unit="years",
        symbol="T_U",
        low=SMALLEST,
        source=(
            "judgement: brigades raised in 2023-24 took about a year to form and another to be "
            "equipped; within 1.5 years would be faster than in war, above 2.5 slower than "
            "promised deliveries"
        ),
    )
    brigade_cost: Quantity = parameter(
        Uniform(1.5, 2.5),
        "foreign arms that equip one brigade",
        unit="USD billion",
        symbol="brigade_cost",
        low=SMALLEST,
        source=(
            "judgement, counted from the prices of Western orders: about 100 fighting vehicles "
            "at 10 million, 30 tanks at 20 and guns come to 2 USD billion; a quarter less with "
            "old stock, a quarter more new"
        ),
    )
    value_of_recovery: Quantity = parameter(
        Uniform(0.7, 1.1),
        "value of retaking occupied territory",
        unit="utility",
        symbol="V_U",
        low=0,
        source=(
            "judgement: near the value 1 of a vital aim, since it is its own land; below 0.7 it "
            "would hardly mind losing a fifth of the country, above 1.1 the land would outweigh "
            "the state"
        ),
    )
    cost_of_war: Quantity = parameter(
        Uniform(0.45, 0.65),
        "cost of a war",
        unit="utility",
        symbol="c_U",
        low=0,
        source=(
            "judgement: above Russia's 0.25 to 0.45, since the war is fought on its soil; above "
            "0.65 it would not have chosen to resist in 2022"
        ),
    )
    status_quo_value: Quantity = parameter(
        Uniform(0.1, 0.2),
        "value of the ceasefire",
        unit="utility",
        symbol="Q_U",
        source=(
            "judgement: positive, since 72 % accept a freeze with guarantees (KIIS, December "
            "2025), and below Russia's, since only 17 % accept one without and the line leaves "
            "land behind it"
        ),
    )
    retaliation_value: Quantity = parameter(
        Uniform(0.02, 0.08),
        "value of answering an incident",
        unit="utility",
        symbol="a_U",
        source=(
            "judgement: fire was mostly returned in 2014-21, so it is above 0; it stays well "
            "below the cost of a war, or every clash would be answered whatever the risk"
        ),
    )
    value_of_sovereignty: Quantity = parameter(
        Uniform(0.8, 1.2),
        "what it loses if Russia prevails",
        unit="utility",
        symbol="J",
        low=0,
        source=(
            "judgement: about what all that it could recover is worth (0.7 to 1.1), or somewhat "
            "more; it matters only for who would sign"
        ),
    )
    choice_noise: Quantity = parameter(
        0.1,
        "logit noise",
        unit="utility",
        symbol="λ_U",
        low=1e-6,
        source=(
            "fixed: it enters only offensives and retaliation, where the ranges of its values "
            "and costs do the same; twice Russia's median, as politics in a democracy is less "
            "of one mind"
        ),
    )
    reviews_per_year: Quantity = parameter(
        1.0,
        "rate at which the leadership reconsiders",
        unit="per year",
        symbol="ρ_U",
        low=0,
        high=366,
        source=(
            "fixed at one campaign season a year: offensives end few ceasefires, and the rate "
            "moves only how soon one comes"
        ),
    )

    def target(self, arms: Array, cap: Array) -> Array:
        """U* = min(C, U_b + P / brigade_cost), with the arms P delivered, USD billion."""
        return np.minimum(cap, self.strength_target + arms / self.brigade_cost)

    def gap_left(self, years: Array) -> Array:
        """2^(-h/T_U): what is left of the gap to the strength target after so many years."""
        return np.exp2(-years / self.buildup_half_life)

    def strength_after(self, strength: Array, target: Array, gap_left: Array) -> Array:
        """U(h) = U* + (U - U*) 2^(-h/T_U)."""
        later = (strength - target) * gap_left
        later += target
        return later

    def outgrown(self, strength: Array) -> Array:
        """max(0, U - U_b) / U_b: by how much its army has outgrown what it would build alone."""
        return np.maximum(0.0, strength - self.strength_target) / self.strength_target

    def retaliates(self, escalation: Array, intervention: Array, promise_at_risk: Array) -> Array:
        """ϱ = σ((a_U - e c_U (1 - ½ P_E) - ν ℓ_E ς(1 - a)) / λ_U), given the chances e and P_E and
        what it may lose of the promise.
        """
        war = escalation * self.cost_of_war * (1 - intervention / 2)
        return logistic(self.retaliation_value - war - promise_at_risk, self.choice_noise)

    def starts_offensive(self, winning: Array, terms: Terms) -> Array:
        """σ((p_U V_U - c_U - ν ℓ_E - Q_U) / λ_U), given its chance p_U of prevailing."""
        gain = (
            winning * self.value_of_recovery
            - self.cost_of_war
            - terms.forfeited
            - self.status_quo_value
        )
        return logistic(gain, self.choice_noise)
