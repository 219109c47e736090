"""The hazard of a month: with what chance each world's ceasefire ends in it by each cause, before
the coins are tossed.
"""

from typing import Any

import numpy as np

from sim.agents.russia import Between
from sim.game.crisis import Crisis
from sim.game.endings import Cause
from sim.quantity import Array
from sim.uncertainty import Floats

_SMALLEST = np.finfo(float).tiny
"""What a chance is divided by in place of 0."""


def hazards(
    crisis: Crisis, between: Between, reviews: Any, incident: Any, happening: Array
) -> dict[Cause, Floats]:
    """Chances (world,) that the ceasefire ends by Russia's doing, given where Russia reviews and
    where an incident comes.

    `between` is what `Russia.chances_of_disposition` gives, `happening` the chance λ of an incident
    in the step, and `incident` says where it fell. The number that decides whether there is one
    also decides whether Ukraine retaliates, so that it answers a probe, which runs as an incident
    for certain, with the chance that a uniform number known to lie below λ, or above it, lies below
    ϱ.
    """
    attack, _, probe = crisis.response * reviews
    retaliates, escalates = crisis.retaliates, crisis.escalates
    below = np.minimum(retaliates, happening)
    answered = np.where(
        incident,
        below / np.maximum(happening, _SMALLEST),
        (retaliates - below) / np.maximum(1 - happening, _SMALLEST),
    )
    return {
        Cause.ATTACK: between(0.0, attack),
        Cause.PROBE: answered * between(attack, np.minimum(attack + probe, escalates)),
        Cause.INCIDENT: incident * retaliates * between(attack + probe, escalates),
    }
