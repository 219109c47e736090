"""The situation of some worlds at one moment, and the crisis game that their actors face in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np

from sim.game.crisis import Crisis
from sim.guarantee.terms import TERMS, Contributions, Moment, Terms
from sim.quantity import Array, Worlds
from sim.scenario.schema import Scenario
from sim.uncertainty import Floats


@dataclass(frozen=True)
class Situation:
    """All that a crisis is made of beside the parameters.

    Arrays (world,), but for a moment that is the same in all worlds.
    """

    now: Any  # t, years
    entered: Any  # the regime has entered into force
    renewed: Any  # the promise was renewed at the end of its term
    voided: Any  # the promise has been voided
    russia_strength: Floats  # R
    ukraine_strength: Floats  # U
    arms: Floats  # P, USD billion delivered
    will: Floats  # ω
    ground: Floats  # Γ
    reputation_europe: Floats  # b_E
    reputation_united_states: Floats  # b_A
    value_of_prevailing: Floats  # V
    insecurity: Floats  # κ
    others: Contributions = field(default_factory=dict)
    """What actors add to the terms beside the regime, each an array (world,)."""

    def at(self, worlds: Worlds) -> Self:
        """The situation of some of the worlds, by their positions."""
        taken = {
            name: value.take(worlds) if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }
        others = {term: np.take(value, worlds) for term, value in self.others.items()}
        return type(self)(**taken | {"others": others})

    @classmethod
    def joined(cls, situations: Sequence[Self]) -> Self:
        """Those of several moments one after the other."""
        columns = {
            column.name: [getattr(moment, column.name) for moment in situations]
            for column in fields(cls)
            if column.name != "others"
        }
        columns["now"] = [np.full(np.shape(moment.will), moment.now) for moment in situations]
        others = {
            term: np.concatenate([moment.others[term] for moment in situations])
            for term in situations[0].others
        }
        joined = {name: np.concatenate(values) for name, values in columns.items()}
        return cls(**joined, others=others)


def moment_of(
    parameters: Scenario, at: Situation, ahead: Any, step: float, *, as_agreed: bool = False
) -> Moment:
    """The moment of a situation, looked at some years `ahead`.

    `as_agreed` has the whole force in place.
    """
    successor = parameters.united_states.elections_by(at.now + ahead, parameters.calendar) > 0
    return Moment(
        at.now, ahead, at.entered, successor, at.renewed, at.voided, step, deployed=as_agreed
    )


def terms_of(
    parameters: Scenario,
    at: Situation,
    ahead: Any,
    step: float,
    wanted: frozenset[str] = TERMS,
    *,
    as_agreed: bool = False,
) -> Terms:
    """What the regime and other actors come to in a situation, looked at some years `ahead`, in the
    terms that are `wanted`.
    """
    moment = moment_of(parameters, at, ahead, step, as_agreed=as_agreed)
    return parameters.regime.terms(moment, wanted, at.others)


def crisis_of(
    parameters: Scenario,
    at: Situation,
    ahead: Floats,
    step: float,
    balance_at_signature: Array = 0.0,
    *,
    as_agreed: bool = False,
) -> Crisis:
    """The crisis game in a situation, looked at `ahead` (node, 1) years.

    `as_agreed` has the whole force in place.
    """
    calendar, europe, united_states, ukraine = (
        parameters.calendar,
        parameters.europe,
        parameters.united_states,
        parameters.ukraine,
    )
    russia = parameters.russia.model_copy(
        update={"value_of_prevailing": at.value_of_prevailing, "insecurity": at.insecurity}
    )
    terms = terms_of(parameters, at, ahead, step, as_agreed=as_agreed)
    unfunded = 1 - united_states.funds_expected(at.reputation_united_states)
    target = ukraine.target(
        at.arms + terms.arms_due - terms.american_arms_due * unfunded, terms.strength_cap
    )
    crisis = Crisis(
        russia,
        ukraine,
        europe,
        united_states,
        parameters.war,
        terms,
        russia_strength=russia.strength_after(at.russia_strength, russia.gap_left(ahead)),
        ukraine_strength=ukraine.strength_after(
            at.ukraine_strength, target, ukraine.gap_left(ahead)
        ),
        will=at.will,
        ground=at.ground,
        reputation_europe=europe.reputation_ahead(at.reputation_europe, at.now, ahead, calendar),
        reputation_united_states=united_states.reputation_ahead(
            at.reputation_united_states, at.now, ahead, calendar
        ),
        balance_at_signature=balance_at_signature,
        patience=parameters.russia.patience,
    )
    return crisis.with_own_terms() if terms.own else crisis
