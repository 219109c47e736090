"""A month as it was observed: the reviews, probes and incidents that are known to have come, or
not to have come.
"""

from typing import Any

import numpy as np

from sim.game.crisis import Crisis
from sim.guarantee.provisions import TOLERANCE
from sim.model.fate import moved
from sim.model.protocol import Ceasefire
from sim.quantity import Worlds
from sim.uncertainty import Floats


def clashes_as_observed(
    model: Ceasefire, due: Worlds, crisis: Crisis, reviews: Floats, incidents: Floats
) -> tuple[Floats, Floats]:
    """The numbers that decide whether Russia reviews and whether an incident comes, each (world,),
    moved to where they give what was observed, together with Russia's disposition.

    First the incident, whether Ukraine retaliates and whether that voids the promise; then the
    disposition, in which there is no war; then the review, in which Russia does not attack, nor
    probe but where it did.
    """
    fate, reviews, incidents = model.fate, reviews.copy(), incidents.copy()
    probed = bool(fate.happened("probe"))
    own = incidents[due] = _incident(model, due, crisis, incidents[due], probed=probed)
    happening = model.rates.at("incident_happens", due)
    reach = 1.0 if probed else happening
    retaliates = own < reach * crisis.retaliates
    attack, _, probe = crisis.response
    escalating = np.where(retaliates, crisis.escalates, 0.0)
    rate = np.broadcast_to(model.rates.at("russia_reviews", due), due.shape)
    if probed:
        low, high = np.maximum(attack, escalating), attack + probe
        fate.weigh(due, model.russia.settle_disposition(due, low, high))
        fate.weigh(due, rate)
        reviews[due] = moved(reviews[due], np.zeros(len(due)), rate)
        return reviews, incidents
    fate.weigh(due, model.russia.settle_disposition(due, escalating, np.ones_like(escalating)))
    acts = model.russia.disposition[due] < attack + probe
    fate.weigh(due[acts], 1 - rate[acts])
    reviews[due[acts]] = moved(reviews[due[acts]], rate[acts], np.ones(acts.sum()))
    return reviews, incidents


def _incident(
    model: Ceasefire, due: Worlds, crisis: Crisis, uniform: Floats, *, probed: bool
) -> Any:
    """The number of the incident, moved to where it gives what is known of it."""
    fate = model.fate
    what = "probe" if probed else "incident"
    happening = np.broadcast_to(model.rates.at("incident_happens", due), due.shape)
    if not probed and not fate.happened("incident"):
        fate.weigh(due, 1 - happening)
        return moved(uniform, happening, np.ones(len(due)))
    reach: Floats = np.ones(len(due)) if probed else happening
    retaliates = reach * crisis.retaliates
    voids = retaliates * crisis.voids * ~model.voided[due]
    voided = bool(fate.happened("voided"))
    intervals: dict[Any, tuple[Any, Any]] = {
        "voided": (np.zeros(len(due)), voids),
        True: (voids, retaliates),
        False: (retaliates, reach),
        None: (voids, reach),
    }
    low, high = intervals["voided" if voided else fate.detail(what, "retaliated")]
    fate.weigh(due, np.maximum(high - low, 0.0))
    return moved(uniform, low, high)


def enter_as_observed(model: Ceasefire, began: float) -> None:
    """The regime entered into force in the month since `began`, or it did not."""
    entered, accession = model.fate.happened("entry_into_force"), model.parameters.regime.accession
    if entered is None or accession is None:
        return
    size = len(model.worlds)
    place = np.asarray(accession.place_of(model.entry, model.chance.once("place of entry")))
    before, after = (
        np.broadcast_to(accession.chance_by(years), size) for years in (began, model.years)
    )
    waiting = np.flatnonzero((model.entry > began) & model.at_peace)
    low, high = (before, after) if entered else (after, np.ones(size))
    chance = (high - low) / np.maximum(1 - before, np.finfo(float).tiny)
    model.fate.weigh(waiting, np.minimum(chance[waiting], 1.0))
    model.fate.require("entry_into_force", model.entry > began)
    settled = moved(place, low, high, before, 1.0)
    changes = waiting[(settled != place)[waiting]]
    model.entry[changes] = np.broadcast_to(accession.year_of(settled), size)[changes]


def renew_as_observed(model: Ceasefire, began: float) -> None:
    """The promise was renewed at the end of its term, or it lapsed."""
    commitment = model.parameters.regime.commitment
    if commitment.term_years is None or model.fate.detail("promise_renewed", "passed") is None:
        return
    ends = np.broadcast_to(commitment.term_years - TOLERANCE, model.renewed.shape)
    due = (began < ends) & (ends <= model.years)
    model.fate.require("promise_renewed", due)
    passed = model.fate.certain(
        model.fate.detail("promise_renewed", "passed"), due & model.at_peace
    )
    model.renewed = np.where(due, passed(np.zeros(len(due)), commitment.renewal), model.renewed)
