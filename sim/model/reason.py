"""Why Russia attacked: the main reason of each attack, by what would have made it least likely (docs/model.md, section 7)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.game.war import Reason
from sim.model.situation import PRESENT, Situation, crisis_of
from sim.quantity import Array, Worlds
from sim.scenario.schema import Scenario
from sim.uncertainty import Floats

_NOTHING = 1e-12
"""A chance that falls by no more than this has not fallen: rounding."""


@dataclass
class Attacks:
    """Where Russia attacked, in what situation and with what disposition, month by month."""

    worlds: list[Worlds] = field(default_factory=list)
    situations: list[Situation] = field(default_factory=list)
    dispositions: list[Floats] = field(default_factory=list)
    first_leader: list[NDArray[np.bool_]] = field(default_factory=list)

    def note(self, worlds: Worlds, situation: Situation, disposition: Floats, first_leader: NDArray[np.bool_]) -> None:
        """Russia attacks in these worlds, given by their positions; `first_leader` says where he who signed is in office."""
        self.worlds.append(worlds)
        self.situations.append(situation)
        self.dispositions.append(disposition)
        self.first_leader.append(first_leader)

    def reasons(self, parameters: Scenario, signature: Situation, balance_at_signature: Floats, ahead: Floats,
                step: float) -> NDArray[np.int8]:
        """Position among `Reason` of the main reason in each world, -1 where there was no attack.

        `never_meant` where he who signed is in office and the disposition is below the chance of attacking at the signature; else the
        circumstance whose return to its state at the signature lowers the chance of attack most; else the disposition alone.
        """
        of_world = np.full(len(balance_at_signature), -1, dtype=np.int8)
        if self.worlds:
            worlds = np.concatenate(self.worlds)
            there, then, at = parameters.at(worlds), signature.at(worlds), Situation.joined(self.situations)
            signed = _Chance(balance_at_signature[worlds], ahead, step)
            never_meant = np.concatenate(self.first_leader) & (np.concatenate(self.dispositions) < signed(there, then))
            most = _lowers_most(signed, there, at, then)
            of_world[worlds] = np.where(never_meant, list(Reason).index(Reason.NEVER_MEANT), most)
        return of_world


@dataclass(frozen=True)
class _Chance:
    """The chance of an attack at a review in a situation."""

    balance_at_signature: Array
    ahead: Floats
    step: float

    def __call__(self, parameters: Scenario, at: Situation) -> Floats:
        return np.asarray(crisis_of(parameters, at, self.ahead, self.step, self.balance_at_signature).response[0])


def _lowers_most(chance: _Chance, parameters: Scenario, at: Situation, signature: Situation) -> NDArray[np.intp]:
    """Position of the circumstance whose return lowers the chance most, or of the disposition where none lowers it."""
    as_it_was = chance(parameters, at)
    lowered = dict.fromkeys(Reason, np.zeros_like(as_it_was))
    for reason, there, then in _returned(parameters, at, signature):
        lowered[reason] = as_it_was - chance(there, then)
    lowered[Reason.CLOSING_WINDOW] = as_it_was - replace(chance, ahead=np.zeros_like(chance.ahead))(parameters, at)
    lowered[Reason.DISPOSITION] = np.full_like(as_it_was, _NOTHING)
    return np.asarray(np.argmax(np.stack(list(lowered.values())), axis=0))


def _returned(parameters: Scenario, at: Situation, signature: Situation) -> Iterator[tuple[Reason, Scenario, Situation]]:
    """Each circumstance as it was at the signature, all else being as it was at the attack."""
    yield Reason.REARMED, parameters, replace(
        at, russia_strength=signature.russia_strength, ukraine_strength=signature.ukraine_strength, ground=signature.ground)
    yield Reason.REPUTATION_LOST, parameters, replace(
        at, reputation_europe=signature.reputation_europe, reputation_united_states=signature.reputation_united_states)
    yield Reason.PROMISE_LAPSED, _promised_for_good(parameters), replace(at, voided=signature.voided)
    yield Reason.FORCE_NOT_RENEWED, parameters, replace(at, will=signature.will)
    yield Reason.PROVOKED, _as_provoking_as(parameters, signature), at
    yield Reason.NEW_LEADER, parameters, replace(
        at, value_of_prevailing=signature.value_of_prevailing, insecurity=signature.insecurity)


def _promised_for_good(parameters: Scenario) -> Scenario:
    """The promise without a term, binding every successor."""
    commitment = parameters.regime.commitment.model_copy(update={"term_years": None, "ratified": 1.0})
    return parameters.model_copy(update={"regime": parameters.regime.model_copy(update={"commitment": commitment})})


def _as_provoking_as(parameters: Scenario, signature: Situation) -> Scenario:
    """The regime, the force and the army provoke as much as they did at the signature, at all times."""
    regime = parameters.regime
    signed = crisis_of(parameters, signature, PRESENT, 0.0)
    steady = {"provocation": regime.provocation.model_copy(update={"value": 0.0}),
              "reassurance": regime.reassurance.model_copy(update={"value": regime.reassurance.value - signed.now(signed.provoked)})}
    russia = parameters.russia.model_copy(update={"threat_of_force": 0.0, "threat_of_arms": 0.0})
    return parameters.model_copy(update={"regime": regime.model_copy(update=steady), "russia": russia})
