"""Credible threats.

Zagare & Kilgour (2000), Perfect Deterrence, Cambridge University Press: a threat deters as far as
the challenger believes that the defender would rather carry it out than give in. In extended
deterrence there is a belief from which on the challenger holds; the better he is served by the
status quo the lower it is, and one who is well served needs no threat.

Here, with a balance that does not move and without noise, Russia attacks exactly when the
coalition's reputation b_E is below

    b_E* = (P* - P_E(0)) / (P_E(1) - P_E(0)),     P* = (W₀ - c_W - z f - Q̃) / (W₀ - W₁ + c_E),

P_E(τ) being the chance that a coalition of type τ intervenes, and W₀ and W₁ what war is worth to
Russia without and with Europe in it.
"""

from functools import cache

import numpy as np
import pytest
from measuring import (
    ALONE,
    FIXED_TERMS,
    FROZEN,
    IN_TIME,
    NO_PROBES,
    Histories,
    game,
    histories,
    mean,
    medians,
    model_at,
    scenario,
    uniform,
)

from sim.game.attack import ABSTAINS, INTERVENES
from sim.game.endings import Cause

CLEAR = 1e-4
SURE = {"russia.choice_noise": 1e-6}
"""Russia makes no mistakes; Europe may, so that its types intervene with chances between 0 and 1.
"""
CHALLENGED = {
    **medians("none"),
    **FROZEN,
    **NO_PROBES,
    **FIXED_TERMS,
    "united_states.stake": ALONE["united_states.stake"],
}
CHALLENGES = {
    "russia.value_of_prevailing": uniform(0.6, 2.0),
    "russia.status_quo_value": uniform(0, 0.5),
    "russia.insecurity": uniform(0, 1),
    "russia.cost_of_fighting_europe": uniform(0.1, 0.8),
    "europe.stake": uniform(-0.9, 0.1),
    "europe.resolve_gap": uniform(0.3, 1.2),
    "regime.commitment.europe": uniform(0, 1),
    "regime.sanctions.snapback": uniform(0, 0.1),
    "regime.provocation.value": uniform(0, 0.2),
}
REPUTATIONS = np.linspace(0, 1, 41)
REGIMES = ("none", "coalition", "article5_like", "nato")


def threshold(crisis, draws):
    """b_E*, one entry a design: below 0 no threat is needed, above 1 no threat is enough."""
    attack = crisis.attack_at_once
    irresolute, resolute = (
        np.broadcast_to(chance, crisis.will.shape) for chance in attack.intervenes_by_type
    )
    alone, together = (
        attack.odds[fights] * crisis.russia.value_of_prevailing for fights in (ABSTAINS, INTERVENES)
    )
    peace = (
        draws["russia.status_quo_value"]
        - draws["regime.provocation.value"] * draws["russia.insecurity"]
    )
    needed = (alone - crisis.russia.cost_of_war - draws["regime.sanctions.snapback"] - peace) / (
        alone - together + crisis.russia.cost_of_fighting_europe
    )
    return (needed - irresolute) / (resolute - irresolute)


def test_russia_is_deterred_exactly_from_a_threshold_belief_on():
    """3,000 random challenges at random reputations.

    In each the threshold is solved by hand, and many reputations lie on either side of it.
    """
    stated = scenario("none", CHALLENGED, CHALLENGES, SURE, designs=3000)
    reputation = np.random.default_rng(2000).random(3000)
    crisis = game(stated, reputation=reputation)
    critical = threshold(crisis, model_at(stated).draws)
    clear = abs(crisis.attack_now - crisis.value_of_holding) > CLEAR
    assert clear.mean() > 0.99
    assert np.allclose(
        crisis.response[0][clear], (reputation < critical)[clear], rtol=0, atol=1e-12
    )
    between = (critical > 0) & (critical < 1)
    assert (
        min(
            np.sum(reputation[between] < critical[between]),
            np.sum(reputation[between] > critical[between]),
        )
        > 200
    )
    assert np.sum(critical < 0) > 200
    assert np.sum(critical > 1) > 200


def test_the_better_the_status_quo_the_less_belief_is_needed():
    """The threshold falls with what peace is worth.

    A Russia that is well served by it holds though it believes in nobody.
    """
    stated = scenario(
        "none",
        CHALLENGED,
        IN_TIME,
        SURE,
        {
            "russia.value_of_prevailing": 1.2,
            "regime.commitment.europe": 0.6,
            "russia.status_quo_value": uniform(0, 0.6),
        },
        designs=500,
    )
    quo = model_at(stated).draws["russia.status_quo_value"]
    order = np.argsort(quo)
    needed = [
        REPUTATIONS[np.argmax(held)] if (held := column < 0.5).any() else np.inf
        for column in np.stack(
            [game(stated, reputation=reputation).response[0] for reputation in REPUTATIONS]
        )[:, order].T
    ]
    assert np.all(np.diff(needed) <= 0)
    assert needed[0] > 0.5
    assert needed[-1] == 0


@cache
def chances(regime: str) -> np.ndarray:
    """Russia's chance of attacking at a review a year after the ceasefire, (reputation, design), in
    the reference world with its noise.
    """
    stated = scenario(regime, designs=500)
    return np.stack([game(stated, 1.0, reputation).response[0] for reputation in REPUTATIONS])


def never_rises(regime: str) -> np.ndarray:
    """The designs in which a better reputation never means a greater chance of attack."""
    return np.all(np.diff(chances(regime), axis=0) <= 1e-12, axis=0)


def greatest_rise(regime: str) -> float:
    """The most, over designs, that reputation can add to the chance of attack."""
    rising = chances(regime)
    return float(np.max(rising - np.minimum.accumulate(rising, axis=0)))


@cache
def believed(prior: float) -> Histories:
    """10,000 histories of five years under the coalition's guarantee, the coalition being resolute
    with this chance, and known to be.
    """
    return histories(
        scenario(
            "coalition",
            {"europe.prior_resolute": prior, "sampling.horizon_years": 5},
            designs=2000,
            replicates=5,
        )
    )


@cache
def results() -> dict[str, object]:
    """How regularly belief deters, and what that makes of histories."""
    quotes: dict[str, object] = {
        f"never invites, {regime}": f"{never_rises(regime).sum()} of 500" for regime in REGIMES
    }
    quotes |= {f"greatest rise, {regime}": f"{greatest_rise(regime):.3f}" for regime in REGIMES}
    quotes |= {
        f"attacked, prior {prior:g}": mean(
            believed(prior).ended_by(Cause.ATTACK), believed(prior).design
        )
        for prior in (0.1, 0.5, 0.9)
    }
    for low, high in ((0.1, 0.5), (0.5, 0.9)):
        quotes[f"prior {high:g} against {low:g}"] = mean(
            believed(high).ended_by(Cause.ATTACK) - believed(low).ended_by(Cause.ATTACK),
            believed(low).design,
        )
    return quotes


@pytest.mark.parametrize("regime", ["coalition", "article5_like", "nato"])
def test_where_europe_has_promised_its_reputation_deters(regime):
    """The reference world with its noise, moving balance and foresight.

    On average over 500 designs at every step, and in nine designs of ten.
    """
    assert np.all(np.diff(chances(regime).mean(axis=1)) < 0)
    assert never_rises(regime).mean() > 0.9


def test_where_it_has_not_its_reputation_can_invite():
    """Where the model parts from the proposition.

    It also lowers what a later attack is worth, and with it what waiting is worth.

    Without a guarantee Europe's resolve is worth little now and more later, so that in a fourth of
    the designs a better reputation makes Russia likelier to attack at once; under a promise in a
    few.
    """
    assert 0.6 < never_rises("none").mean() < 0.85
    assert 0.05 < greatest_rise("none") < 0.3
    assert not never_rises("coalition").all()


def test_in_whole_histories_reputation_deters():
    """Attacks within five years under the coalition's guarantee, paired, by the prior from which
    its reputation starts. Two bounds of 4 SE (6e-5).
    """
    assert results()["prior 0.5 against 0.1"].high < 0
    assert results()["prior 0.9 against 0.5"].high < 0


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
