"""Who would sign, world by world: Russia's chance, and what Ukraine gains over fighting on."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.game.endings import Cause
from sim.game.signing import FightingOn, Kept
from sim.uncertainty import Floats

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel


def signing(model: "CeasefireModel") -> tuple[Floats, Floats]:
    """Russia's chance of signing, s_R, and what the history is worth to Ukraine less W_U, (world,).

    What is known at the signature is the same in all worlds of a parameter set.
    Russia compares what holding is worth at the signature, with no allied force there yet, with
    fighting on. Ukraine's gain is that of this one history: its mean, weighted by s_R, decides.
    """
    parameters, drawn = model.parameters, model.sample.by_design
    crisis = model.crisis_at_signature
    fighting = FightingOn(
        drawn.fighting,
        drawn.russia,
        drawn.ukraine,
        drawn.war,
        crisis.russia.value_of_prevailing,
        drawn.russia.strength,
        drawn.ukraine.strength,
    )
    kept = Kept(
        parameters.russia,
        parameters.ukraine,
        model.years_held,
        model.terms_drift,
        parameters.regime.territory.ceded,
        attacked=_began(model, "Russia"),
        offensive=_began(model, "Ukraine"),
        europe_intervened=model.wars.europe_intervenes,
        russia_prevails=np.where(model.histories.at_war, model.wars.russia_prevails, 0.0),
    )
    signs = fighting.russia_signs(crisis.value_of_holding, drawn.regime.territory.granted)
    gain = kept.value_to_ukraine - model.sample.everywhere(fighting.value_to_ukraine)
    return model.sample.everywhere(signs), gain


def _began(model: "CeasefireModel", actor: str) -> NDArray[np.bool_]:
    """The worlds in which war resumed by the doing of an actor, (world,)."""
    codes = [cause.code for cause in Cause if cause.is_war and cause.began == actor]
    return np.isin(model.cause, codes)
