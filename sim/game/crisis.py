"""One month's crisis game: what attacking, holding and probing are worth, and what becomes of an
incident.

Every quantity of `docs/model.md`, section "Submodels", is one property, named as the theory names
it, computed once and of a shape that broadcasts over (node, world); node 0 is now, the others are
the years ahead at which Russia imagines reconsidering. Together they are the agent quantal response
equilibrium of the month's extensive-form game (McKelvey & Palfrey 1998).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from sim.actors.choice import expected
from sim.actors.europe import FrontLineDefender
from sim.actors.russia import Challenger
from sim.actors.ukraine import Protege
from sim.actors.united_states import Backstop
from sim.game.attack import TYPES, Attack, over_types
from sim.game.war import War
from sim.guarantee.terms import OwnTerm, Terms
from sim.quantity import Array
from sim.uncertainty import Floats

NOW = 0
_LIE_AHEAD = frozenset(
    {"russia_strength", "ukraine_strength", "reputation_europe", "reputation_united_states"}
)
"""Quantities that differ between nodes."""


@dataclass(frozen=True)
class Crisis:
    """The crisis game of one month in some worlds.

    (node, world) for what lies ahead, (world,) for what does not.
    """

    russia: Challenger
    ukraine: Protege
    europe: FrontLineDefender
    united_states: Backstop
    war: War
    terms: Terms
    russia_strength: Array  # R(h)
    ukraine_strength: Array  # U(h)
    will: Array  # ω
    ground: Array  # Γ
    reputation_europe: Array  # b_E(h)
    reputation_united_states: Array  # b_A(h)
    balance_at_signature: Array  # p̄₀
    patience: Floats  # δ^(H_k - H_(k-1)), (foresight year, world)

    @cached_property
    def deployed_force(self) -> Array:
        """F, brigades."""
        return self.terms.deployed_force * self.will

    @cached_property
    def exposed_force(self) -> Array:
        """F_X, brigades."""
        return self.terms.exposed_force * self.will

    @cached_property
    def europe_in_time(self) -> Array:
        """β_E."""
        return self.war.in_time(self.terms.europe_days)

    @cached_property
    def united_states_in_time(self) -> Array:
        """β_A."""
        return self.war.in_time(self.terms.united_states_days)

    @cached_property
    def attack(self) -> Attack:
        """A deliberate attack at each node: out of the blue, against the promises as they stand."""
        return self._attack(
            lambda quantity: quantity,
            self.war.attacker(self.russia_strength, self.terms.surprise),
            1.0,
            TYPES,
        )

    @cached_property
    def attack_at_once(self) -> Attack:
        """A deliberate attack now."""
        return self._attack(
            self.now,
            self.now(self.war.attacker(self.russia_strength, self.terms.surprise)),
            1.0,
            TYPES[:, NOW],
        )

    @cached_property
    def escalation(self) -> Attack:
        """War now out of an incident or a probe: blame is contested, so that less is left of the
        promises, but nobody is surprised.
        """
        return self._attack(
            self.now,
            self.now(self.russia_strength),
            self.war.uncontested(self.terms.disputed),
            TYPES[:, NOW],
        )

    def _attack(
        self, at: Callable[[Array], Array], attacker: Array, uncontested: Array, types: Floats
    ) -> Attack:
        terms = self.terms
        return Attack(
            self.russia,
            self.europe,
            self.united_states,
            self.war,
            types,
            attacker,
            ukraine=at(self.ukraine_strength + terms.resupply),
            deployed_force=at(self.deployed_force),
            exposed_force=at(self.exposed_force),
            ground=self.ground * terms.fortifications,
            europe_in_time=self.europe_in_time,
            united_states_in_time=self.united_states_in_time,
            europe_promised=at(terms.europe_promised) * uncontested,
            united_states_promised=at(terms.united_states_promised) * uncontested,
            reputation_europe=at(self.reputation_europe),
            reputation_united_states=at(self.reputation_united_states),
            prize=terms.prize,
            added_cost_of_war=at(terms.added_cost_of_war),
        )

    @cached_property
    def values_of_waiting(self) -> Floats:
        """X before it reconsiders, at each node: what Russia expects from holding there, backwards
        over the foresight years.

        At a node it will take the logit mix of attacking and waiting on; between nodes it has the
        value of peace.
        """
        nodes = range(1, len(self.russia.foresight) + 1)
        shape = (1 + len(nodes), *np.shape(self.attack.value)[1:])
        attack, peace = (
            np.broadcast_to(value, shape) for value in (self.attack.value, self.value_of_peace)
        )
        waiting = np.empty(shape)
        waiting[-1] = peace[-1]
        for node in reversed(nodes):
            reconsidered = self.russia.reconsidered(attack[node], waiting[node])
            waiting[node - 1] = expected(self.patience[node - 1], reconsidered, peace[node - 1])
        return waiting

    @cached_property
    def terms_drift(self) -> Array:
        """p̄(h) - p̄₀: how far the balance of power has shifted since the terms of peace were
        struck on it.
        """
        return self.attack.balance - self.balance_at_signature

    @cached_property
    def provoked(self) -> Array:
        """v f + θ_F F + θ_U max(0, U(h) - U_b)/U_b."""
        return self.russia.provoked(
            self.terms.provocation,
            self.deployed_force,
            self.ukraine.outgrown(self.ukraine_strength),
        )

    @cached_property
    def value_of_peace(self) -> Array:
        """Q̃(h)."""
        return self.russia.value_of_peace(self.terms, self.provoked, self.terms_drift)

    @cached_property
    def value_of_holding(self) -> Floats:
        """What Russia expects from holding now."""
        return np.asarray(self.values_of_waiting[NOW])

    @cached_property
    def attack_now(self) -> Array:
        """A(0)."""
        return np.asarray(np.asarray(self.attack.value)[NOW])

    @cached_property
    def value_of_escalating(self) -> Array:
        """A⁻."""
        return self.escalation.value

    @cached_property
    def escalates(self) -> Array:
        """e: chance that Russia escalates an incident."""
        return self.russia.prefers(self.value_of_escalating, self.value_of_holding)

    @cached_property
    def retaliates(self) -> Array:
        """ϱ: chance that Ukraine answers an incident."""
        at_risk = self.now(self.terms.forfeited) * self.voids
        return self.ukraine.retaliates(self.escalates, self.escalation.intervenes, at_risk)

    @cached_property
    def voids(self) -> Array:
        """ς(1 - a): chance that a retaliation voids the promise."""
        return self.terms.voidable * self.terms.disputed

    @cached_property
    def answers_firmly_by_type(self) -> Array:
        """P_F(τ), now, with the type as the first axis."""
        return self.europe.answers_firmly(
            self.escalation.europe_promised, self.now(self.exposed_force), TYPES[:, NOW]
        )

    @cached_property
    def answers_firmly(self) -> Array:
        """P_F."""
        return over_types(self.now(self.reputation_europe), self.answers_firmly_by_type)

    @cached_property
    def value_of_probing(self) -> Array:
        """Hold + g (1 - P_F) - l P_F + ϱ e (A⁻ - hold)."""
        firm, war = self.answers_firmly, self.retaliates * self.escalates
        return (
            self.value_of_holding
            + self.russia.probe_gain * (1 - firm)
            - self.russia.probe_cost * firm
            + war * (self.value_of_escalating - self.value_of_holding)
        )

    @cached_property
    def response(self) -> Floats:
        """Chances that Russia attacks, holds and probes at a review, (3, world)."""
        return self.russia.response(self.attack_now, self.value_of_holding, self.value_of_probing)

    def now(self, quantity: Array) -> Any:
        """Node 0 of a quantity; what does not differ between nodes is as it was."""
        if isinstance(quantity, np.ndarray) and quantity.ndim > 1:
            return quantity[NOW]
        return quantity

    def with_own_terms(self) -> Self:
        """The crisis as the terms change it that provisions bring with them.

        Strengths and reputations change node by node; what is the same at all nodes changes by what
        holds now.
        """
        crisis = self
        for term, value in self.terms.own.items():
            crisis = crisis._changed(term, value)
        return crisis

    def _changed(self, term: OwnTerm, value: Array) -> Self:
        name, _, parameter = term.changes.partition(".")
        quantity = getattr(self, name)
        if parameter:
            changed = term.by(getattr(quantity, parameter), self.now(value))
            return replace(self, **{name: quantity.model_copy(update={parameter: changed})})
        reach = value if name in _LIE_AHEAD else self.now(value)
        return replace(self, **{name: term.by(quantity, reach)})
