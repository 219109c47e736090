"""Books of a month: the troops that are stationed, and where the balance of power has gone."""

from sim.actors.foresight import PRESENT
from sim.model.protocol import Ceasefire
from sim.model.situation import crisis_of

FORCE = frozenset({"deployed_force"})
"""The term that is wanted where troops are counted."""


def station(model: Ceasefire) -> None:
    """Count the month's brigade-years of the allied force in place, F Δ, where the ceasefire
    has held until now.
    """
    if model.stationed.any():
        month = model.step_years * model.parameters.costs.present(model.years)
        model.histories.brigade_years += (
            month * model.terms(FORCE).deployed_force * model.europe.will * model.at_peace
        )


def follow_power(model: Ceasefire) -> None:
    """Note how far the balance of power has shifted from that of the signature, where the
    ceasefire holds: worked out everywhere, which costs less than to pick those worlds.
    """
    crisis = crisis_of(
        model.parameters, model.situation(), PRESENT, model.step_years, model.balance_at_signature
    )
    model.histories.follow(crisis.now(crisis.terms_drift))
