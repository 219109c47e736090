"""The sign of every provision: what more of it does to who fights, who would win, and what war and
peace are worth to Russia.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import sim
from sim.guarantee.provisions import Regime
from sim.quantity import Parameters

pytestmark = pytest.mark.long

BASE = Path(__file__).parents[1] / "scenarios" / "base.toml"
ROUNDING = 1e-12
SMALL = 1e-6
DESIGNS = 600


class Sign(NamedTuple):
    """Of a number of a regime: the range to try, and what more of it never lowers, and never
    raises; all else it leaves alone.
    """

    low: float
    high: float
    raises: str = ""
    lowers: str = ""


MORE_DEFENCE = "balance attack escalating"
"""What falls with all that makes Ukraine stronger."""
SIGNS = {
    "commitment.europe": Sign(
        0.5, 1, "intervenes joins firm", MORE_DEFENCE + " offensive retaliates"
    ),
    "commitment.united_states": Sign(0.5, 1, "backs intervenes joins", MORE_DEFENCE),
    "commitment.resupply": Sign(0, 20, lowers=MORE_DEFENCE),
    "commitment.conditional": Sign(0, 1, lowers="offensive retaliates"),
    "commitment.term_years": Sign(
        0.5, 20, "backs intervenes joins firm", MORE_DEFENCE + " offensive retaliates"
    ),
    "commitment.renewal": Sign(0, 1, "backs intervenes", "balance attack"),
    "commitment.ratified": Sign(0, 1, "backs intervenes joins", MORE_DEFENCE),
    "commitment.inherited": Sign(0, 1, "backs intervenes joins", MORE_DEFENCE),
    "commitment.voidable": Sign(0, 1, lowers="retaliates"),
    "response.europe_days": Sign(0, 90, MORE_DEFENCE),
    "response.united_states_days": Sign(0, 90, MORE_DEFENCE),
    "deployment.brigades": Sign(0, 20, "intervenes joins firm", MORE_DEFENCE + " peace"),
    "deployment.half_life": Sign(0.2, 3, MORE_DEFENCE + " peace", "intervenes joins firm"),
    "deployment.exposure": Sign(0, 1, "intervenes joins firm", MORE_DEFENCE),
    "arms.package_usd_bn": Sign(0, 150, lowers="balance attack peace"),
    "arms.delivery_years": Sign(0.5, 8, "balance attack peace"),
    "arms.united_states_share": Sign(0, 1, "balance attack peace"),
    "force_limit.brigades": Sign(40, 120, lowers="balance attack peace"),
    "monitoring.quality": Sign(0, 1, lowers="incidents"),
    "monitoring.attribution": Sign(0, 1, "joins firm retaliates", "escalating"),
    "separation.warning": Sign(0, 1, lowers="balance attack"),
    "separation.prevented": Sign(0, 1, lowers="incidents"),
    "reassurance.value": Sign(0, 0.3, "peace"),
    "provocation.value": Sign(0, 0.3, lowers="peace"),
    "sanctions.snapback": Sign(0, 0.2, lowers="attack escalating"),
    "sanctions.relief": Sign(0, 0.2, "peace"),
    "territory.granted": Sign(0, 0.9, lowers="attack escalating"),
    "territory.fortifications_lost": Sign(0, 0.9, MORE_DEFENCE),
    "accession.start": Sign(0, 5, "balance attack peace", "backs intervenes"),
    "accession.mean_years": Sign(0.2, 8, "balance attack peace", "backs intervenes"),
    "accession.veto": Sign(0, 1, "balance attack peace", "backs intervenes"),
    "accession.interim": Sign(0, 1, "intervenes joins firm", MORE_DEFENCE + " peace"),
    "accession.interim_europe": Sign(
        0, 0.5, "intervenes joins firm", MORE_DEFENCE + " offensive retaliates"
    ),
    "accession.interim_united_states": Sign(0, 0.5, "backs intervenes joins", MORE_DEFENCE),
}
"""Where arms are concerned, of what is still due and of what has come so far.

The value of peace is that apart from the terms' drift.

An interim promise is at most the full one. Ukraine's retaliation is taken at a given risk of war.
The value of holding, and so Russia's responses, have no sign: a stronger defence lowers the value
of war now and of war later (the commitment problem).
"""


def numbers_of_a_regime():
    """Every number that a regime may have, by provision."""
    for name, field in Regime.model_fields.items():
        block = next(
            kind
            for kind in (field.annotation, *getattr(field.annotation, "__args__", ()))
            if isinstance(kind, type) and issubclass(kind, Parameters)
        )
        yield from (f"{name}.{number}" for number in block.model_fields)


def test_every_provision_has_a_sign():
    """A new one must be given what it raises and what it lowers.

    What is ceded moves no history, only who signs.
    """
    assert set(numbers_of_a_regime()) == set(SIGNS) | {"territory.ceded"}


def states(changes, years, *, accession):
    """600 states of random scenarios under regimes drawn from all of the ranges above, some years
    after the signature.
    """
    regime = {
        f"regime.{key}": {"uniform": [sign.low, sign.high]}
        for key, sign in SIGNS.items()
        if accession or not key.startswith("accession")
    }
    votes = {"united_states.next_election": date(2028, 11, 7)}
    scenario = sim.load(
        BASE,
        regime
        | votes
        | changes
        | {"russia.terms_follow_power": 0, "sampling.designs": DESIGNS, "sampling.replicates": 1},
    )
    model, rng = sim.CeasefireModel(scenario, DESIGNS), np.random.default_rng([7, int(10 * years)])
    model.years = years
    model.russia.strength, model.ukraine.strength = (
        rng.uniform(80, 220, DESIGNS),
        rng.uniform(50, 120, DESIGNS),
    )
    model.europe.reputation, model.united_states.reputation, model.europe.will = rng.uniform(
        0, 1, (3, DESIGNS)
    )
    model.ground, model.voided = rng.uniform(0.5, 1, DESIGNS), rng.random(DESIGNS) < 0.1
    model.entry = (
        np.where(rng.random(DESIGNS) < 0.3, 0.0, np.inf) if accession else np.zeros(DESIGNS)
    )
    model.renewed = np.zeros(DESIGNS, dtype=bool)
    arms = model.parameters.regime.arms
    model.ukraine.arms = arms.package_usd_bn * np.minimum(years / arms.delivery_years, 1)
    return model


def quantities(model):
    """What the signs are about, each (node, world) or (world,)."""
    crisis, drawn = model.crisis(np.arange(DESIGNS)), model.parameters
    winning = drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    return {
        "backs": np.stack(np.broadcast_arrays(*crisis.attack.backs)),
        "intervenes": crisis.attack.intervenes,
        "joins": crisis.escalation.intervenes,
        "firm": crisis.answers_firmly,
        "balance": crisis.attack.balance,
        "attack": crisis.attack.value,
        "escalating": crisis.value_of_escalating,
        "peace": crisis.value_of_peace,
        "incidents": model.terms().incidents * np.ones(DESIGNS),
        "offensive": drawn.ukraine.starts_offensive(winning, model.terms()),
        "retaliates": drawn.ukraine.retaliates(
            0.5, 0.5, crisis.now(crisis.terms.forfeited) * crisis.voids
        ),
    }


@cache
def as_drawn(years, *, accession):
    """The quantities with every number of the regime anywhere in its range."""
    return quantities(states({}, years, accession=accession))


@pytest.mark.parametrize("key", SIGNS)
def test_more_of_it_has_its_sign_everywhere(key):
    """In every one of 3,600 states, at every year of foresight.

    What it does not touch stays the same, and each sign is seen somewhere.
    """
    sign, moved = SIGNS[key], set()
    more_of_it = {f"regime.{key}": {"uniform": [(sign.low + sign.high) / 2, sign.high]}}
    for accession in (True,) if key.startswith("accession") else (True, False):
        for years in (0.25, 3, 9):
            more = quantities(states(more_of_it, years, accession=accession))
            for name, amount in as_drawn(years, accession=accession).items():
                change = np.asarray(more[name]) - amount
                moved |= {name} if np.abs(change).max() > SMALL else set()
                assert name in sign.raises.split() or change.max() <= ROUNDING, f"{name} rises"
                assert name in sign.lowers.split() or change.min() >= -ROUNDING, f"{name} falls"
    assert moved == {*sign.raises.split(), *sign.lowers.split()}
