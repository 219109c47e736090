"""An attack and what meets it: who would fight beside Ukraine, who would prevail, and what it is
worth to Russia.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.actors.choice import expected
from sim.actors.europe import FrontLineDefender
from sim.actors.russia import Challenger
from sim.actors.united_states import Backstop
from sim.game.war import War
from sim.quantity import Array
from sim.uncertainty import Floats

ABSTAINS, INTERVENES = 0, 1
IRRESOLUTE, RESOLUTE = 0, 1
TYPES = np.array([0.0, 1.0])[:, None, None]
"""τ of the irresolute and of the resolute type, on an axis before (node, world)."""


@dataclass(frozen=True)
class Attack:
    """The subgame that follows an attack, deliberate or out of an incident.

    Arrays that broadcast over (node, world).
    """

    russia: Challenger
    europe: FrontLineDefender
    united_states: Backstop
    war: War
    types: Floats  # τ, on an axis before those of the rest
    attacker: Array  # R_χ, or R where a public clash has warned the defender
    ukraine: Array  # U(h) + S f
    deployed_force: Array  # F
    exposed_force: Array  # F_X
    ground: Array  # Γ (1 - ĝ)
    europe_in_time: Array  # β_E
    united_states_in_time: Array  # β_A
    europe_promised: Array  # ℓ_E, or ℓ_E⁻ where blame is contested
    united_states_promised: Array  # ℓ_A, or ℓ_A⁻
    reputation_europe: Array  # b_E(h)
    reputation_united_states: Array  # b_A(h)
    prize: Array  # 1 - G
    added_cost_of_war: Array  # z f

    @cached_property
    def courses(self) -> Floats:
        """χ of a Europe that abstains and of one that intervenes, on an axis before the rest."""
        return self.types

    @cached_property
    def backs_by_type(self) -> Floats:
        """P_A(χ, τ), with the course of Europe as the first axis and the type as the second."""
        return np.asarray(
            self.united_states.backs(self.united_states_promised, self.courses[:, None], self.types)
        )

    @cached_property
    def backs(self) -> Floats:
        """P_A(χ), as the others see it, with the course of Europe as the first axis."""
        by_type = self.backs_by_type
        return np.asarray(over_types(self.reputation_united_states, by_type.swapaxes(0, 1)))

    @cached_property
    def intervenes_by_type(self) -> Array:
        """P_E(τ), with the type as the first axis: each expects the backing of a United States of
        unknown type, P_A(1).
        """
        return self.europe.intervenes(
            self.europe_promised, self.exposed_force, self.backs[INTERVENES], self.types
        )

    @cached_property
    def intervenes(self) -> Array:
        """P_E."""
        return over_types(self.reputation_europe, self.intervenes_by_type)

    @cached_property
    def advantage(self) -> Array:
        """α' = α Γ (1 - ĝ)."""
        return self.war.defence_advantage * self.ground

    def allies(self, pledges: Array) -> Array:
        """F_X + β_E (F - F_X) + β_E B: what an intervening coalition brings, its members' `pledges`
        B included.
        """
        return self.exposed_force + self.europe_in_time * (
            self.deployed_force - self.exposed_force + pledges
        )

    def backed(self, defence: Array) -> Array:
        """D (1 + μ) + β_A B_A: the same with the United States behind it."""
        backed = defence * (1 + self.united_states.enabling)
        backed += self.united_states_in_time * self.united_states.brigades
        return backed

    def prevails(self, fights: Array, backed: Any, pledges: Array) -> Array:
        """p(D): Russia's chance of prevailing against those who came, the members with their
        `pledges`.
        """
        defence = self.advantage * (self.ukraine + fights * self.allies(pledges))
        return self.war.prevails(self.attacker, np.where(backed, self.backed(defence), defence))

    @cached_property
    def odds(self) -> Floats:
        """o(D, χ): Russia's odds of prevailing over what the United States may do, with the course
        of Europe as the first axis.

        D = α' (U + S f) + χ α' (F_X + β_E (F - F_X) + β_E B).
        """
        joining = self.advantage * self.allies(self.europe.pledged_force)
        defence = self.advantage * self.ukraine + self.courses * joining
        return np.asarray(
            expected(
                self.backs,
                self.war.prevails(self.attacker, self.backed(defence)),
                self.war.prevails(self.attacker, defence),
            )
        )

    @cached_property
    def balance(self) -> Array:
        """p̄ = P_E o(D₁, 1) + (1 - P_E) o(D₀, 0)."""
        return expected(self.intervenes, self.odds[INTERVENES], self.odds[ABSTAINS])

    @cached_property
    def value(self) -> Array:
        """A = P_E (o(D₁, 1) V' - P_A(1) c_A - c_E) + (1 - P_E)(o(D₀, 0) V' - P_A(0) c_A) - c_W - z
        f, with V' = V (1 - G).
        """
        russia, prize = self.russia, self.russia.value_of_prevailing * self.prize
        worth = self.odds * prize
        worth -= self.backs * russia.cost_of_fighting_us
        unresisted, resisted = worth
        value = expected(self.intervenes, resisted - russia.cost_of_fighting_europe, unresisted)
        value -= russia.cost_of_war
        value -= self.added_cost_of_war
        return value


def over_types(reputation: Array, by_type: Any) -> Array:
    """Mean over the types on the first axis, as those see it who do not know the type."""
    return expected(reputation, by_type[RESOLUTE], by_type[IRRESOLUTE])
