"""Why Russia attacked: the main reason of each attack, by what would have made it least likely
(docs/model.md, section 7).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.actors.foresight import PRESENT
from sim.game.endings import Reason
from sim.model.situation import Situation, crisis_of
from sim.quantity import Worlds
from sim.scenario.schema import Scenario
from sim.uncertainty import Floats

_NOTHING = 1e-12
"""A chance that falls by no more than this has not fallen: rounding."""


def main_reasons(
    parameters: Scenario,
    at: Situation,
    signature: Situation,
    as_it_was: Floats,
    balance_at_signature: Floats,
    ahead: Floats,
    step: float,
) -> NDArray[np.intp]:
    """Position among `Reason` of the main reason of attacks that were made in the situation `at`,
    with the chance `as_it_was`, and that were not meant from the signature on, (attack,).

    The circumstance whose return to its state at the signature lowers the chance of attack most, or
    the disposition alone where none lowers it.
    """
    chance = _Chance(balance_at_signature, ahead, step)
    lowered = {reason: np.zeros_like(as_it_was) for reason in Reason}
    for reason, there, then, changed in _returned(parameters, at, signature):
        if len(where := np.flatnonzero(np.broadcast_to(changed, as_it_was.shape))):
            lowered[reason][where] = as_it_was[where] - chance.at(where)(
                there.at(where), then.at(where)
            )
    lowered[Reason.CLOSING_WINDOW] = as_it_was - replace(chance, ahead=PRESENT)(parameters, at)
    lowered[Reason.DISPOSITION] = np.full_like(as_it_was, _NOTHING)
    return np.asarray(np.argmax(np.stack(list(lowered.values())), axis=0))


@dataclass(frozen=True)
class _Chance:
    """The chance of an attack at a review in a situation."""

    balance_at_signature: Floats
    ahead: Floats
    step: float

    def at(self, attacks: Worlds) -> Self:
        """For some of the attacks, by their positions."""
        return replace(self, balance_at_signature=self.balance_at_signature[attacks])

    def __call__(self, parameters: Scenario, at: Situation) -> Floats:
        return np.asarray(
            crisis_of(parameters, at, self.ahead, self.step, self.balance_at_signature).response[0]
        )


def _returned(
    parameters: Scenario, at: Situation, signature: Situation
) -> Iterator[tuple[Reason, Scenario, Situation, NDArray[np.bool_] | bool]]:
    """Each circumstance as it was at the signature, all else being as it was at the attack, and
    where it may have changed.
    """
    yield (
        Reason.REARMED,
        parameters,
        replace(
            at,
            russia_strength=signature.russia_strength,
            ukraine_strength=signature.ukraine_strength,
            ground=signature.ground,
        ),
        True,
    )
    yield (
        Reason.REPUTATION_LOST,
        parameters,
        replace(
            at,
            reputation_europe=signature.reputation_europe,
            reputation_united_states=signature.reputation_united_states,
        ),
        (at.reputation_europe != signature.reputation_europe)
        | (at.reputation_united_states != signature.reputation_united_states),
    )
    commitment = parameters.regime.commitment
    if (
        commitment.term_years is not None
        or np.any(np.not_equal(commitment.ratified, 1))
        or np.any(at.voided)
    ):
        yield (
            Reason.PROMISE_LAPSED,
            _promised_for_good(parameters),
            replace(at, voided=signature.voided),
            True,
        )
    yield (
        Reason.FORCE_NOT_RENEWED,
        parameters,
        replace(at, will=signature.will),
        at.will != signature.will,
    )
    yield Reason.PROVOKED, _as_provoking_as(parameters, signature), at, True
    yield (
        Reason.NEW_LEADER,
        parameters,
        replace(
            at, value_of_prevailing=signature.value_of_prevailing, insecurity=signature.insecurity
        ),
        (at.value_of_prevailing != signature.value_of_prevailing)
        | (at.insecurity != signature.insecurity),
    )


def _promised_for_good(parameters: Scenario) -> Scenario:
    """The promise without a term, binding every successor."""
    commitment = parameters.regime.commitment.model_copy(
        update={"term_years": None, "ratified": 1.0}
    )
    return parameters.model_copy(
        update={"regime": parameters.regime.model_copy(update={"commitment": commitment})}
    )


def _as_provoking_as(parameters: Scenario, signature: Situation) -> Scenario:
    """The regime, the force and the army provoke as much as they did at the signature, at all
    times.
    """
    regime = parameters.regime
    signed = crisis_of(parameters, signature, PRESENT, 0.0)
    steady = {
        "provocation": regime.provocation.model_copy(update={"value": 0.0}),
        "reassurance": regime.reassurance.model_copy(
            update={"value": regime.reassurance.value - signed.now(signed.provoked)}
        ),
    }
    russia = parameters.russia.model_copy(update={"threat_of_force": 0.0, "threat_of_arms": 0.0})
    return parameters.model_copy(
        update={"regime": regime.model_copy(update=steady), "russia": russia}
    )
