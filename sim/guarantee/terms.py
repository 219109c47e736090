"""What a guarantee comes to in a crisis: the moment that is imagined, what stands of the regime by
then, and the terms that follow.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np

from sim.quantity import Array


@dataclass(frozen=True)
class OwnTerm:
    """A term that a provision brings with it, because no term of the game carries what it does.

    It names the quantity of the game that it changes, and no formula has to know of it.

    Attributes
    ----------
    changes
        A quantity of `sim.game.crisis.Crisis`, such as "ukraine_strength", or a parameter of one of
        its blocks, such as "war.defender_advantage".
    by
        How contributions combine with each other and with the quantity: `operator.add`,
        `operator.mul`, `np.minimum` or `np.maximum`, whose order cannot matter.

    """

    changes: str
    by: Callable[[Any, Any], Any]


Contributions = Mapping[str | OwnTerm, Array]
"""What a provision adds, by term: one of `Terms` by its name, or one of its own."""


@dataclass(frozen=True)
class Moment:
    """A crisis imagined at t + h as it looks at t; arrays that broadcast over (node, world)."""

    now: Array  # t, years
    ahead: Array  # h, years; (node, 1)
    entered: Any  # the regime has entered into force
    successor: Any  # an American election will have been held by t + h
    renewed: Any = False  # the promise was renewed at the end of its term; known from then on
    voided: Any = False  # the promise has been voided
    step: float = 0.0  # Δ, years
    deployed: bool = False  # the whole force is there, as was agreed, whatever the time


@dataclass(frozen=True)
class Standing:
    """What stands of a regime at a moment: what a provision needs to know to say what it
    contributes.
    """

    now: Array
    ahead: Array
    step: float
    years: Array  # t + h
    years_stationed: Array  # t + h, or for ever
    successor: Any
    renewed: Any
    voided: Any
    entered_by: Array  # x
    in_force: Array  # f
    interim_europe: Array | None  # I_E
    interim_united_states: Array | None  # I_A

    @classmethod
    def of_moment(
        cls,
        at: Moment,
        entered_by: Array = 1.0,
        in_force: Array = 1.0,
        interim_europe: Array | None = None,
        interim_united_states: Array | None = None,
    ) -> Self:
        """At a moment, with the chance that the regime has entered into force and the share of it
        that holds.
        """
        years = at.now + at.ahead
        return cls(
            at.now,
            at.ahead,
            at.step,
            years,
            np.inf if at.deployed else years,
            at.successor,
            at.renewed,
            at.voided,
            entered_by,
            in_force,
            interim_europe,
            interim_united_states,
        )

    def promised(self, full: Array, interim: Array | None) -> Array:
        """I + (L - I) x, with the interim promise I = i L where none is stated."""
        return (
            full * self.in_force
            if interim is None
            else interim + (full - interim) * self.entered_by
        )


@dataclass(frozen=True)
class Terms:
    """What a regime changes in the crisis game; arrays that broadcast over (node, world).

    The defaults change nothing.
    """

    europe_promised: Array = 0.0  # ℓ_E
    united_states_promised: Array = 0.0  # ℓ_A
    forfeited: Array = 0.0  # ν ℓ_E, what Ukraine loses with the promise
    voidable: Array = 0.0  # ς
    resupply: Array = 0.0  # S f, brigade-equivalents
    europe_days: Array = 0.0  # d_E
    united_states_days: Array = 0.0  # d_A
    deployed_force: Array = 0.0  # F / ω, brigades
    exposed_force: Array = 0.0  # F_X / ω, brigades
    arms_due: Array = 0.0  # in (t, t + h], USD billion
    american_arms_due: Array = 0.0  # of these, what the United States gives
    strength_cap: Array = np.inf  # C, brigade-equivalents
    incidents: Array = 1.0  # (1 - M)(1 - M_S), factor on the rate of incidents
    disputed: Array = 1.0  # 1 - a
    surprise: Array = 1.0  # 1 - ŵ
    reassurance: Array = 0.0  # r
    provocation: Array = 0.0  # v f
    added_cost_of_war: Array = 0.0  # z f
    relief: Array = 0.0  # Q_S
    prize: Array = 1.0  # 1 - G
    fortifications: Array = 1.0  # 1 - ĝ
    own: Mapping[OwnTerm, Array] = field(default_factory=dict)  # what provisions bring with them


TERMS = frozenset(term.name for term in fields(Terms)) - {"own"}
"""The names of all terms of the game."""
NOT_ADDED: dict[str, Callable[[Any, Any], Any]] = {
    "strength_cap": np.minimum,
    **dict.fromkeys(("incidents", "disputed", "surprise", "prize", "fortifications"), operator.mul),
}
"""How contributions to a term combine where it is not by their sum."""


def named_terms(contribution: Contributions) -> frozenset[str]:
    """The terms of the game among those of a contribution."""
    return frozenset(term for term in contribution if isinstance(term, str))


def combined(contributions: Iterable[Contributions]) -> Terms:
    """The terms to which all provisions of a regime contribute, in whatever order."""
    terms: dict[str, Any] = {}
    own: dict[OwnTerm, Any] = {}
    for contribution in contributions:
        for term, value in contribution.items():
            if isinstance(term, OwnTerm):
                own[term] = term.by(own[term], value) if term in own else value
            else:
                combine = NOT_ADDED.get(term, operator.add)
                terms[term] = combine(terms[term], value) if term in terms else value
    return Terms(**terms, own=own)
