"""Who would sign, world by world: Russia's chance, and what Ukraine gains over fighting on."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.game.endings import Cause
from sim.game.signing import FightingOn, Kept
from sim.model.situation import crisis_of
from sim.uncertainty import Floats

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel


def signing(model: "CeasefireModel") -> tuple[Floats, Floats]:
    """Russia's chance of signing, s_R, and what the history is worth to Ukraine less W_U, (world,).

    Russia compares what holding is worth at the signature, with no allied force there yet, with
    fighting on. Ukraine's gain is that of this one history: its mean, weighted by s_R, decides.
    """
    parameters, size = model.parameters, len(model.worlds)
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
    kept = Kept(
        parameters.russia,
        parameters.ukraine,
        model.years_held,
        model.terms_drift,
        territory.ceded,
        attacked=_began(model, "Russia"),
        offensive=_began(model, "Ukraine"),
        europe_intervened=model.wars.europe_intervenes,
        russia_prevails=np.where(model.at_war, model.wars.russia_prevails, 0.0),
    )
    signs = fighting.russia_signs(crisis.value_of_holding, territory.granted)
    gain = kept.value_to_ukraine - fighting.value_to_ukraine
    return np.broadcast_to(signs, size), np.broadcast_to(gain, size)


def _began(model: "CeasefireModel", actor: str) -> NDArray[np.bool_]:
    """The worlds in which war resumed by the doing of an actor, (world,)."""
    codes = [cause.code for cause in Cause if cause.is_war and cause.began == actor]
    return np.isin(model.cause, codes)
