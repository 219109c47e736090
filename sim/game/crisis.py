"""One month's crisis game: what attacking, holding and probing are worth, and what becomes of an incident.

Every quantity of `docs/model.md`, section "Submodels", is one property, named as the theory names it, computed once and of a
shape that broadcasts over (node, world); node 0 is now, the others are the years ahead at which Russia imagines reconsidering.
Together they are the agent quantal response equilibrium of the month's extensive-form game (McKelvey & Palfrey 1998).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.actors.choice import expected
from sim.actors.europe import FrontLineDefender
from sim.actors.russia import Challenger
from sim.actors.ukraine import Protege
from sim.actors.united_states import Backstop
from sim.game.war import War
from sim.guarantee.provisions import Terms
from sim.quantity import Array
from sim.uncertainty import Floats

NOW = 0
ABSTAINS, INTERVENES = 0, 1
IRRESOLUTE, RESOLUTE = 0, 1
TYPES = np.array([0.0, 1.0])[:, None, None]
"""τ of the irresolute and of the resolute type, on an axis before (node, world)."""


@dataclass(frozen=True)
class Crisis:
    """The crisis game of one month in some worlds. Shapes: (world,) for beliefs, (node, world) for strengths, force and terms."""

    russia: Challenger
    ukraine: Protege
    europe: FrontLineDefender
    united_states: Backstop
    war: War
    terms: Terms
    russia_strength: Array          # R(h)
    ukraine_strength: Array         # U(h)
    deployed_force: Array           # F
    belief_europe: Floats           # b_E
    belief_united_states: Floats    # b_A

    @cached_property
    def backs_by_type(self) -> tuple[Array, Array]:
        """P_A(χ, τ): for each course of Europe, an array with the type as its first axis."""
        return (self.united_states.backs(self.terms, ABSTAINS, TYPES), self.united_states.backs(self.terms, INTERVENES, TYPES))

    @cached_property
    def backs(self) -> tuple[Array, Array]:
        """P_A(χ), as the others see it, by whether Europe fights."""
        return (self._over_types(self.belief_united_states, self.backs_by_type[ABSTAINS]),
                self._over_types(self.belief_united_states, self.backs_by_type[INTERVENES]))

    @cached_property
    def intervenes_by_type(self) -> Array:
        """P_E(τ), with the type as the first axis."""
        return self.europe.intervenes(self.terms, self.deployed_force, self.backs[INTERVENES], TYPES)

    @cached_property
    def intervenes(self) -> Array:
        """P_E."""
        return self._over_types(self.belief_europe, self.intervenes_by_type)

    def defence(self, fights: int, allied_force: Array) -> Array:
        """D: what Russia would meet, without and with the `allied_force` of an intervening coalition."""
        return self.war.defence_advantage * (self.ukraine_strength + self.terms.resupply + fights * allied_force)

    def backed(self, defence: Array) -> Array:
        """D (1 + μ) + B_A: the same with the United States behind it."""
        return defence * (1 + self.united_states.enabling) + self.united_states.brigades

    def value_of_war(self, fights: int) -> Array:
        """W(D, χ): what war is worth to Russia, before its own costs, if Europe abstains or intervenes."""
        defence = self.defence(fights, self.deployed_force + self.europe.pledged_force)
        prize = self.russia.value_of_prevailing
        alone = self.war.prevails(self.russia_strength, defence) * prize
        backed = self.war.prevails(self.russia_strength, self.backed(defence)) * prize - self.russia.cost_of_fighting_us
        return expected(self.backs[fights], backed, alone)

    @cached_property
    def value_of_attacking(self) -> Array:
        """A(h) = P_E (W(D₁, 1) - c_E) + (1 - P_E) W(D₀, 0) - c_W - z f."""
        resisted = self.value_of_war(INTERVENES) - self.russia.cost_of_fighting_europe
        return expected(self.intervenes, resisted, self.value_of_war(ABSTAINS)) - self.russia.cost_of_war - self.terms.added_cost_of_war

    @cached_property
    def values_of_waiting(self) -> Floats:
        """X before it reconsiders, at each node: what Russia expects from holding there, backwards over the foresight years.

        At a node it will take the logit mix of attacking and waiting on; between nodes it has the value of peace.
        """
        attack = np.asarray(self.value_of_attacking)
        years, discount = (0.0, *self.russia.foresight), self.russia.discount_factor
        peace = np.broadcast_to(self.russia.value_of_peace(self.terms), attack.shape)
        waiting = np.array(peace)
        for node in range(len(years) - 1, NOW, -1):
            reconsidered = expected(self.russia.prefers(attack[node], waiting[node]), attack[node], waiting[node])
            kept = discount ** (years[node] - years[node - 1])
            waiting[node - 1] = expected(kept, reconsidered, peace[node - 1])
        return waiting

    @cached_property
    def value_of_holding(self) -> Floats:
        """What Russia expects from holding now."""
        return np.asarray(self.values_of_waiting[NOW])

    @cached_property
    def attack_now(self) -> Array:
        """A(0)."""
        return np.asarray(np.asarray(self.value_of_attacking)[NOW])

    @cached_property
    def escalates(self) -> Array:
        """e: chance that Russia escalates an incident."""
        return self.russia.prefers(self.attack_now, self.value_of_holding)

    @cached_property
    def retaliates(self) -> Array:
        """ρ: chance that Ukraine answers an incident."""
        return self.ukraine.retaliates(self.escalates, self.now(self.intervenes))

    @cached_property
    def answers_firmly_by_type(self) -> Array:
        """P_F(τ), now, with the type as the first axis."""
        return self.europe.answers_firmly(self.now(self.terms.europe_committed), self.now(self.deployed_force), TYPES[:, 0])

    @cached_property
    def value_of_probing(self) -> Array:
        """Hold + g (1 - P_F) - l P_F + ρe (A(0) - hold)."""
        firm = self._over_types(self.belief_europe, self.answers_firmly_by_type)
        war = self.retaliates * self.escalates
        return (self.value_of_holding + self.russia.probe_gain * (1 - firm) - self.russia.probe_cost * firm
                + war * (self.attack_now - self.value_of_holding))

    @cached_property
    def response(self) -> Floats:
        """Chances that Russia attacks, holds and probes at a review, (3, world)."""
        return self.russia.response(self.attack_now, self.value_of_holding, self.value_of_probing)

    def prevails_now(self, allied_force: Array, backed: Any) -> Any:
        """p(D): Russia's chance of prevailing now, given the force (world,) that fights beside Ukraine and where it is backed."""
        defence = self.war.defence_advantage * (self.now(self.ukraine_strength) + self.now(self.terms.resupply) + allied_force)
        return self.war.prevails(self.now(self.russia_strength), np.where(backed, self.backed(defence), defence))

    def now(self, quantity: Array) -> Any:
        """Node 0 of a quantity; what does not differ between nodes is as it was."""
        return np.asarray(quantity)[NOW] if np.ndim(quantity) > 1 else quantity

    @staticmethod
    def _over_types(belief: Array, by_type: Any) -> Array:
        return expected(belief, by_type[RESOLUTE], by_type[IRRESOLUTE])
