"""Choices at the nodes of a month's game where a course fixes them."""

import numpy as np
from numpy.typing import NDArray

from sim.game.crisis import Crisis
from sim.model.fate import moved
from sim.model.protocol import Ceasefire
from sim.quantity import Array, Worlds
from sim.uncertainty import Floats

Chosen = NDArray[np.bool_]


def offensive_as_fixed(model: Ceasefire, due: Worlds, uniform: Floats, chance: Array) -> Floats:
    """The number of Ukraine's review, moved to where it holds, or starts an offensive, as it is
    known to have done.
    """
    fate = model.fate
    choice = fate.choice("Ukraine", "review") or ("hold" if fate.observed else None)
    if choice is None:
        return uniform
    reviewing = np.broadcast_to(model.rates.at("ukraine_reviews", due), due.shape)
    starts = reviewing * chance
    if choice == "hold":
        fate.weigh(due, 1 - chance)
        return moved(uniform, starts, reviewing, 0.0, reviewing)
    fate.weigh(due, chance)
    return moved(uniform, np.zeros(len(due)), starts, 0.0, reviewing)


def review_as_decided(
    model: Ceasefire,
    due: Worlds,
    crisis: Crisis,
    reviewing: Chosen,
    chosen: tuple[Chosen, Chosen],
) -> tuple[Chosen, Chosen]:
    """Where Russia attacks and where it probes at a review, which may be fixed.

    Its disposition is settled so that it chooses so by itself; where none would, it does so still.
    """
    choice = model.fate.choice("Russia", "review")
    if choice is None:
        return chosen
    attack, _, probe = np.broadcast_arrays(*crisis.response)
    low, high = {
        "attack": (np.zeros_like(attack), attack),
        "probe": (attack, attack + probe),
        "hold": (attack + probe, np.ones_like(attack)),
    }[choice]
    _settle(model, due, reviewing, low, high)
    nowhere = np.zeros_like(reviewing)
    return (
        reviewing if choice == "attack" else nowhere,
        reviewing if choice == "probe" else nowhere,
    )


def retaliation_as_decided(
    model: Ceasefire,
    due: Worlds,
    clash: Chosen,
    uniform: Floats,
    retaliating: Floats,
    reach: Floats,
) -> Floats:
    """The number that decides whether Ukraine answers a clash, uniform on [0, reach) where there is
    one, moved to where Ukraine does as is fixed.
    """
    choice = model.fate.choice("Ukraine", "retaliation")
    if choice is None:
        return uniform
    low, high = (
        (np.zeros_like(reach), retaliating) if choice == "retaliate" else (retaliating, reach)
    )
    model.fate.weigh(due[clash], ((high - low) / reach)[clash])
    return np.where(clash, moved(uniform, low, high, 0.0, reach), uniform)


def escalation_as_decided(
    model: Ceasefire, due: Worlds, crisis: Crisis, retaliates: Chosen, escalates: Chosen
) -> Chosen:
    """Where Russia escalates a clash, which may be fixed; its disposition is settled as for a
    review.
    """
    choice = model.fate.choice("Russia", "escalation")
    if choice is None:
        return escalates
    chance = np.broadcast_to(crisis.escalates, due.shape)
    low, high = (
        (np.zeros_like(chance), chance) if choice == "escalate" else (chance, np.ones_like(chance))
    )
    _settle(model, due, retaliates, low, high)
    return retaliates & (choice == "escalate")


def _settle(model: Ceasefire, due: Worlds, where: Chosen, low: Array, high: Array) -> None:
    worlds = due[where]
    model.fate.weigh(
        worlds,
        model.russia.settle_disposition(worlds, np.asarray(low)[where], np.asarray(high)[where]),
    )
