"""Who would sign, world by world: Russia's chance, and what Ukraine gains over fighting on."""

from typing import TYPE_CHECKING

import numpy as np

from sim.game.signing import FightingOn, Kept
from sim.game.war import Cause
from sim.model.situation import crisis_of
from sim.uncertainty import Floats

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel


def signing(model: "CeasefireModel") -> tuple[Floats, Floats]:
    """Russia's chance of signing, s_R, and what the history is worth to Ukraine less W_U, (world,).

    Russia compares what holding is worth at the signature, with no allied force there yet, with
    fighting on. Ukraine's gain is that of this one history: its mean, weighted by s_R, decides.
    """
    parameters, size = model.drawn, len(model.worlds)
    at_once = model.signature
    crisis = crisis_of(
        parameters, at_once, model.ahead, model.step_years, model.balance_at_signature
    )
    territory = parameters.regime.territory
    fighting = FightingOn(
        parameters.fighting,
        parameters.russia,
        parameters.ukraine,
        parameters.war,
        at_once.value_of_prevailing,
        parameters.russia.strength,
        parameters.ukraine.strength,
    )
    held = model.cause == list(Cause).index(Cause.HELD)
    offensive = model.cause == list(Cause).index(Cause.OFFENSIVE)
    kept = Kept(
        parameters.russia,
        parameters.ukraine,
        model.years_held,
        model.terms_drift,
        territory.ceded,
        attacked=~held & ~offensive,
        offensive=offensive,
        europe_intervened=model.wars.europe_intervenes,
        russia_prevails=np.where(held, 0.0, model.wars.russia_prevails),
    )
    signs = fighting.russia_signs(crisis.value_of_holding, territory.granted)
    gain = kept.value_to_ukraine - fighting.value_to_ukraine
    return np.broadcast_to(signs, size), np.broadcast_to(gain, size)
