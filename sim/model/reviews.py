"""Reviews of a month: Ukraine's, and Russia's with the incidents, probes and answers beside it."""

import numpy as np
from numpy.typing import NDArray

from sim.game.crisis import Crisis
from sim.game.endings import Cause
from sim.model.decided import (
    escalation_as_decided,
    offensive_as_fixed,
    retaliation_as_decided,
    review_as_decided,
)
from sim.model.hazard import hazards
from sim.model.observed import clashes_as_observed
from sim.model.protocol import Ceasefire
from sim.model.situation import terms_of
from sim.quantity import Worlds

FORFEITED = frozenset({"forfeited"})
"""The term that is wanted where Ukraine reviews."""


def review_in_ukraine(model: Ceasefire) -> None:
    """Ukraine reviews, and may start an offensive."""
    histories, uniform = model.histories, model.chance["Ukraine reviews"].next()
    due = np.flatnonzero(histories.at_peace & (uniform < model.rates.ukraine_reviews))
    if not len(due):
        return
    parameters, situation = model.parameters_of(due), model.situation(due)
    winning = np.asarray(
        parameters.war.offensive_succeeds(situation.ukraine_strength, situation.russia_strength)
    )
    chance = parameters.ukraine.starts_offensive(
        winning, terms_of(parameters, situation, 0.0, model.step_years, FORFEITED)
    )
    reviewing = model.rates.at("ukraine_reviews", due)
    own = offensive_as_fixed(model, due, uniform[due], chance)
    starts = model.ukraine.review(chance, own, reviewing)
    model.observer.note_ukraine(model, winning, chance, starts)
    histories.hazard[Cause.OFFENSIVE][due] += chance
    histories.end(due[starts], Cause.OFFENSIVE, model.years)
    if starts.any():
        model.wars.begin_offensive(due[starts], winning[starts])


def review_in_russia(model: Ceasefire) -> None:
    """Russia reviews; a probe runs as an incident, and incidents come where nothing else
    happened.
    """
    histories, chance = model.histories, model.chance
    reviews, incidents = chance["Russia reviews"].next(), chance["incidents"].next()
    due = np.flatnonzero(
        histories.at_peace
        & (
            model.fate.observed
            | (reviews < model.rates.russia_reviews)
            | (incidents < model.rates.incident_happens)
        )
    )
    if not len(due):
        return
    crisis, happening = model.crisis(due), model.rates.at("incident_happens", due)
    if model.fate.observed:
        reviews, incidents = clashes_as_observed(model, due, crisis, reviews, incidents)
    reviewing = reviews.take(due) < model.rates.at("russia_reviews", due)
    uniform = incidents.take(due)
    incident = uniform < happening
    between = model.russia.chances_of_disposition(due)
    for cause, hazard in hazards(crisis, between, reviewing, incident, happening).items():
        histories.hazard[cause][due] += hazard
    chosen = model.russia.review(crisis.response, due)
    attacks, probes = review_as_decided(
        model, due, crisis, reviewing, (reviewing & chosen[0], reviewing & chosen[1])
    )
    happens = ~attacks & (probes | incident)
    reach = np.where(probes, 1.0, happening)
    retaliating = reach * crisis.retaliates
    own = retaliation_as_decided(model, due, happens, uniform, retaliating, reach)
    retaliates = ~attacks & (own < retaliating)
    escalates = escalation_as_decided(
        model,
        due,
        crisis,
        retaliates,
        retaliates & (model.russia.disposition[due] < crisis.escalates),
    )
    voids = retaliates & (own < retaliating * crisis.voids)
    if (war := attacks | escalates).any():
        model.wars.begin(due[war], attacks[war], crisis.response[0][war])
    model.observer.note_russia(model, crisis, reviewing, attacks, probes)
    answer_probes(model, due, probes, crisis)
    model.observer.note_incident(model, due, crisis, probes, happens, retaliates, escalates, voids)
    model.voided[due[voids]] = True
    for ended, cause in (
        (attacks, Cause.ATTACK),
        (escalates & probes, Cause.PROBE),
        (escalates & ~probes, Cause.INCIDENT),
    ):
        histories.end(due[ended], cause, model.years)


def answer_probes(model: Ceasefire, due: Worlds, probes: NDArray[np.bool_], crisis: Crisis) -> None:
    """The coalition answers each probe by its true type; a soft answer costs ground."""
    if probes.any():
        histories = model.histories
        by_type = np.broadcast_to(crisis.answers_firmly_by_type, (2, len(due)))
        irresolute, resolute = by_type[:, probes]
        probed = due[probes]
        uniform = model.chance["answers to probes"].nth(histories.probes[probed], probed)
        at = np.zeros(len(model.worlds), dtype=bool)
        at[probed] = True
        falls = model.fate.falls("Europe", "answer", at)
        firm = model.europe.answer_probe(probed, resolute, irresolute, uniform, falls)
        histories.probes[probed] += 1
        histories.firm_answers[probed] += firm
        model.ground[probed] *= np.where(
            firm, 1.0, 1 - np.broadcast_to(crisis.war.ground_lost_to_probes, due.shape)[probes]
        )
