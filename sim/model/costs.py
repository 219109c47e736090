"""Who bears what: the costs of each world, from the troops that the model counted and from what
became of the ceasefire.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.game.endings import Cause
from sim.guarantee.costs import EUROPE, UKRAINE, UNITED_STATES, column, member_bearer
from sim.model.situation import terms_of
from sim.uncertainty import Floats

if TYPE_CHECKING:
    from sim.model.ceasefire import CeasefireModel


def costs(model: "CeasefireModel") -> dict[str, Floats]:
    """Present value (world,) of each item to each bearer, USD billion, by the names of the outcomes
    (docs/costs.md).

    Stationing and arms are counted until war resumes, what a war costs as a whole when it does.
    Members share stationing and the troops' losses by their brigades, and arms by their economies.
    """
    drawn, size = model.parameters, len(model.worlds)
    prices, europe, years = drawn.costs, drawn.europe, np.minimum(model.years_held, model.years)
    resumes = model.histories.at_war * prices.present(years)
    there = replace(model.situation(), now=years, entered=model.entry <= years)
    terms = terms_of(drawn, there, 0.0, model.step_years)
    attacked = resumes * np.isin(
        model.cause, [cause.code for cause in Cause if cause.began == "Russia"]
    )
    stationing = prices.brigade_year * model.histories.brigade_years
    resupply = attacked * terms.resupply * drawn.ukraine.brigade_cost
    brigade_at_war = resumes * prices.war() * prices.brigade_war_year
    to_united_states, to_europe = (
        drawn.regime.arms.united_states_share,
        1 - drawn.regime.arms.united_states_share,
    )
    borne = {
        ("arms", UNITED_STATES): model.histories.arms_given[UNITED_STATES],
        ("resupply", UNITED_STATES): resupply * to_united_states,
        ("losses", UNITED_STATES): brigade_at_war
        * model.wars.us_backs
        * drawn.united_states.brigades,
        ("reconstruction", UKRAINE): resumes * prices.reconstruction_lost * prices.rebuilt(years),
        ("losses", UKRAINE): resumes * prices.war() * prices.war_year,
    }
    for member, sends, pays in zip(
        europe.standing, europe.shares_of_force, europe.shares_of_arms, strict=True
    ):
        bearer = member_bearer(member.name)
        borne |= {
            ("stationing", bearer): stationing * sends,
            ("arms", bearer): model.histories.arms_given[EUROPE] * pays,
            ("resupply", bearer): resupply * to_europe * pays,
            ("losses", bearer): brigade_at_war
            * (
                model.wars.fought[member.name] * member.brigades
                + model.wars.force_that_fought * sends
            ),
        }
    return {column(*named): np.broadcast_to(cost, size) for named, cost in borne.items()}
