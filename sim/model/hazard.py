"""The hazard of a month: with what chance each world's ceasefire ends in it by each cause, before the coins are tossed."""

from typing import Any

import numpy as np

from sim.game.crisis import Crisis
from sim.game.war import Cause
from sim.quantity import Array
from sim.uncertainty import Floats


def hazards(crisis: Crisis, reviews: Any, incident: Any, happening: Array) -> dict[Cause, Floats]:
    """Chances (world,) that the ceasefire ends by each of Russia's roads, given where Russia reviews and where an incident comes.

    `happening` is the chance λ of an incident in the step, and `incident` says where it fell. The number that decides whether
    there is one also decides what comes of it, so that a probe, which runs as an incident for certain, escalates with the chance
    that a uniform number known to lie below λ, or above it, lies below ρe.
    """
    attack, _, probe = crisis.response * reviews
    war = crisis.retaliates * crisis.escalates      # ρe
    below = np.minimum(war, happening)
    smallest = np.finfo(float).tiny
    probed = np.where(incident, below / np.maximum(happening, smallest), (war - below) / np.maximum(1 - happening, smallest))
    return {Cause.ATTACK: attack, Cause.PROBE: probe * probed, Cause.INCIDENT: (1 - attack - probe) * (incident * war)}
