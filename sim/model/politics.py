"""Politics of a month: elections, the Russian leader and his disposition, renewals, the votes of
funds, and what is delivered.
"""

import numpy as np

from sim.guarantee.costs import EUROPE, UNITED_STATES
from sim.guarantee.provisions import TOLERANCE
from sim.model.chance import Stream
from sim.model.observed import enter_as_observed, renew_as_observed
from sim.model.protocol import Ceasefire
from sim.quantity import Array, Worlds
from sim.uncertainty import Distribution, Floats

PROMISED = frozenset({"united_states_promised"})
"""The term that is wanted where funds are voted."""


def hold_politics(model: Ceasefire, began: float) -> None:
    """Elections since the moment `began`, the Russian leader and his disposition, and the yearly
    renewal of the deployment.
    """
    hold_elections(model, began)
    enter_as_observed(model, began)
    renew_as_observed(model, began)
    russia, chance = model.russia, model.chance
    leaves = model.fate.certain(model.fate.happened("leader"), model.at_peace)
    changed = np.flatnonzero(
        model.at_peace & leaves(chance["leader turnover"].next(), model.rates.leader_changes)
    )
    if len(changed):
        russia.change_leader(
            changed,
            *(
                _of_successors(model, name, changed)
                for name in ("value_of_prevailing", "insecurity")
            ),
        )
    redraw = model.rates.disposition_changes.copy()
    redraw[changed] = 1.0
    russia.change_disposition(chance["disposition changes"].next(), redraw)
    if model.is_full_year and model.stationed.any():
        model.fate.require("renewal", model.stationed)
        falls = model.fate.falls("Europe", "renewal", model.stationed & model.at_peace)
        model.europe.face_renewal(model.stationed, _of_year(model, "renewals"), falls)


def hold_elections(model: Ceasefire, began: float) -> None:
    """Elections of the United States and the coalition's members since the moment `began`."""
    europe, united_states = model.parameters.europe, model.parameters.united_states
    months, calendar = np.array([[began], [model.years]]), model.parameters.calendar
    before, after = np.asarray(united_states.elections_by(months, calendar))
    voted = np.greater(after, before)
    model.us_voted = np.full(len(model.worlds), voted)
    model.fate.require("election", model.us_voted)
    if voted.any():
        model.united_states.hold_election(
            model.us_voted,
            _of_election(model.chance["elections"], after),
            _of_election(model.chance["election statements"], after),
            model.fate.falls("United States", "statement", model.us_voted & model.at_peace),
        )
    model.members_voted = []
    counts = europe.elections_by(months, calendar)
    for position in np.flatnonzero(np.any(counts[:, 1] > counts[:, 0], axis=-1)):
        member, share = europe.standing[position], europe.shares_of_weight[position]
        before, after = counts[position]
        uniform = _of_election(model.chance[f"elections in {member.name}"], after)
        model.members_voted.append(member.name)
        model.europe.turn(np.where(after > before, share, 0.0), uniform)


def deliver(model: Ceasefire, began: float) -> None:
    """The month's arms arrive, less the American share in a year whose funds did not pass.

    Then the funds of a new year are voted.
    """
    arms, prices = model.parameters.regime.arms, model.parameters.costs
    due = arms.due(began, model.step_years, model.step_years)
    if np.any(due > 0):
        american = due * arms.united_states_share
        delivered = {
            EUROPE: due - american,
            UNITED_STATES: american * model.united_states.funds_passed,
        }
        model.ukraine.receive(delivered[EUROPE] + delivered[UNITED_STATES])
        present = model.at_peace * prices.present(model.years)
        for giver, worth in delivered.items():
            model.histories.arms_given[giver] += worth * present
    if model.is_full_year:
        vote_funds(model)


def vote_funds(model: Ceasefire) -> None:
    """America votes the funds of the year that begins, where money is due or it has a promise to
    keep.
    """
    regime = model.parameters.regime
    money = (model.years < regime.arms.delivery_years - TOLERANCE) & (
        regime.arms.package_usd_bn * regime.arms.united_states_share > 0
    )
    model.funds_due = np.full(
        len(model.worlds), money | (model.terms(PROMISED).united_states_promised > 0)
    )
    model.united_states.funds_passed = ~model.funds_due  # where none are due, none are short
    model.fate.require("funds", model.funds_due)
    if model.funds_due.any():
        falls = model.fate.falls("United States", "funds", model.funds_due & model.at_peace)
        model.united_states.vote_funds(model.funds_due, _of_year(model, "funds"), falls)


def _of_election(stream: Stream, held: Array) -> Floats:
    """The numbers of the election that an actor held last, in a stream that has one an election."""
    if np.size(held) == 1:
        return stream.row(int(np.max(held)) - 1)
    ordinal = np.maximum(held, 1).astype(np.intp) - 1
    return stream.nth(ordinal, np.arange(len(ordinal)))


def _of_year(model: Ceasefire, name: str) -> Floats:
    """The numbers of this year in a stream that has one a year."""
    return model.chance[name].row(round(model.years) - 1)


def _of_successors(model: Ceasefire, name: str, worlds: Worlds) -> Array:
    """What the next leader brings to office in some worlds.

    Drawn from the scenario's distribution, or its one value; of a mixture, from the component that
    its parameter set has.
    """
    known = getattr(model.specification.russia, name)
    if not isinstance(known, Distribution):
        return float(known)
    return model.chance.following(model.sample.redraw(known), f"leader's {name}").nth(
        model.russia.successions[worlds], worlds
    )
