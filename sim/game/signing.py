"""Would it be signed? What the ceasefire and fighting on are worth to those who must sign.

The value of holding at the signature contains the option to attack later, so that who signs a text
is a selection of those who would keep it (Fearon 1998; docs/model.md, section "Who would sign").
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.actors.choice import expected, logistic
from sim.actors.russia import Challenger
from sim.actors.ukraine import Protege
from sim.game.war import War
from sim.quantity import SMALLEST, Array, Brigades, Parameters, Quantity, parameter
from sim.uncertainty import Uniform


class Fighting(Parameters):
    """What fighting on would be like if nobody signed."""

    mean_years: Quantity = parameter(
        Uniform(1, 4),
        "mean time until the war ends without this ceasefire",
        unit="years",
        symbol="T_f",
        low=SMALLEST,
        source=(
            "judgement: nobody sees its end within a year, and few wars between states last "
            "longer than eight; it has lasted four"
        ),
    )
    support: Brigades = parameter(
        Uniform(5, 20),
        "foreign help that Ukraine fights with",
        unit="brigade-equivalents",
        symbol="-",
        low=0,
        source=(
            "judgement: military aid of some 40 billion EUR a year (Kiel Institute, release 29), "
            "at one to two billion a brigade and with losses replaced, keeps 5 to 20 in the field"
        ),
    )
    cost_to_russia: Quantity = parameter(
        Uniform(0.06, 0.2),
        "what a year of fighting on costs Russia",
        unit="utility per year",
        symbol="-",
        low=0,
        source=(
            "judgement: a third of what resuming the war costs at once (0.25 to 0.5), or somewhat "
            "more: men, money and the civil economy"
        ),
    )
    cost_to_ukraine: Quantity = parameter(
        Uniform(0.1, 0.3),
        "what a year of fighting on costs Ukraine",
        unit="utility per year",
        symbol="-",
        low=0,
        source=(
            "judgement: above Russia's, as the war is on its soil, and below the cost of a whole "
            "new war (0.45 to 0.65)"
        ),
    )
    usd_bn_europe: Quantity = parameter(
        Uniform(40, 80),
        "what a year of fighting on costs Europe",
        unit="USD billion per year",
        symbol="-",
        low=0,
        source=(
            "military allocations of 36.8 billion EUR in 2025 (Kiel Institute, release 29) and "
            "as much again in other aid"
        ),
    )
    usd_bn_united_states: Quantity = parameter(
        Uniform(0, 20),
        "what a year of fighting on costs the United States",
        unit="USD billion per year",
        symbol="-",
        low=0,
        source=(
            "military allocations of 20 to 23 billion EUR a year in 2022-24 and next to none "
            "since (Kiel Institute, release 29)"
        ),
    )


@dataclass(frozen=True)
class FightingOn:
    """The war that goes on if nobody signs; arrays that broadcast over (world,).

    It ends at a constant rate, by Russia's prevailing or by a peace without this text.
    """

    fighting: Fighting
    russia: Challenger
    ukraine: Protege
    war: War
    value_of_prevailing: Array  # V of the leader in office
    russia_strength: Array  # R₀
    ukraine_strength: Array  # U₀

    @cached_property
    def discount_rate(self) -> Array:
        """r_δ = -ln δ, one for all actors."""
        return -np.log(self.russia.discount_factor)

    @cached_property
    def discount_at_end(self) -> Array:
        """d = 1 / (1 + r_δ T_f)."""
        return 1 / (1 + self.discount_rate * self.fighting.mean_years)

    @cached_property
    def years_discounted(self) -> Array:
        """(1 - d) / r_δ, which is T_f d: discounted years of fighting, whatever the patience."""
        return self.fighting.mean_years * self.discount_at_end

    @cached_property
    def russia_prevails(self) -> Array:
        """p_f = R₀^m / (R₀^m + (α (U₀ + support))^m)."""
        defence = self.war.defence_advantage * (self.ukraine_strength + self.fighting.support)
        return self.war.prevails(self.russia_strength, defence)

    @cached_property
    def value_to_russia(self) -> Array:
        """W_R = d (p_f V + (1 - p_f) Q) - cost_to_russia (1 - d)/r_δ."""
        end = expected(self.russia_prevails, self.value_of_prevailing, self.russia.status_quo_value)
        return self.discount_at_end * end - self.fighting.cost_to_russia * self.years_discounted

    @cached_property
    def value_to_ukraine(self) -> Array:
        """W_U = d (-p_f J + (1 - p_f) Q_U) - cost_to_ukraine (1 - d)/r_δ."""
        sovereignty = self.ukraine.value_of_sovereignty
        end = expected(self.russia_prevails, -sovereignty, self.ukraine.status_quo_value)
        return self.discount_at_end * end - self.fighting.cost_to_ukraine * self.years_discounted

    def russia_signs(self, holding: Array, granted: Array) -> Array:
        """s_R = σ((hold(0) + G V - W_R) / λ_R), given the value of `holding` at the signature."""
        signing = holding + granted * self.value_of_prevailing
        return logistic(signing - self.value_to_russia, self.russia.choice_noise)


@dataclass(frozen=True)
class Kept:
    """Histories of a ceasefire as Ukraine sees them from the signature; arrays (world,)."""

    russia: Challenger
    ukraine: Protege
    years: Array  # T, years held
    terms_drift: Array  # mean of p̄(0) - p̄₀ over the peace
    ceded: Array  # what Ukraine loses by the territory it gives up
    attacked: Any  # whether war came by an attack, an incident or a probe
    offensive: Any  # whether war came by its own offensive
    europe_intervened: Any  # whether the coalition fought
    russia_prevails: Array  # p_R; 1 - p_U in an offensive; anything where the ceasefire held

    @cached_property
    def value_of_war(self) -> Array:
        """What a war that came is worth at its beginning; 0 where none came.

        -c_U (1 - ½ intervened) - p_R J + (1 - p_R) Q_U after Russia's doing, and after its own
        offensive -c_U + p_U V_U + (1 - p_U) Q_U.
        """
        ukraine, prevails = self.ukraine, self.russia_prevails
        defended = expected(prevails, -ukraine.value_of_sovereignty, ukraine.status_quo_value)
        defended = defended - ukraine.cost_of_war * (1 - self.europe_intervened / 2)
        started = expected(1 - prevails, ukraine.value_of_recovery, ukraine.status_quo_value)
        started = started - ukraine.cost_of_war
        return np.where(self.attacked, defended, np.where(self.offensive, started, 0.0))

    @cached_property
    def value_to_ukraine(self) -> Array:
        """(1 - δ^T)(Q_U - η × drift) - ceded + δ^T × the value of the war that came."""
        discount = self.russia.discount_factor**self.years
        conceded = self.russia.terms_follow_power * self.terms_drift
        peace = (1 - discount) * (self.ukraine.status_quo_value - conceded) - self.ceded
        return peace + discount * self.value_of_war


def ukraine_signs(gain: Array, noise: Array) -> Array:
    """σ(gain / λ_U): chance that Ukraine signs, which does not know V but that Russia signs."""
    return logistic(gain, noise)
