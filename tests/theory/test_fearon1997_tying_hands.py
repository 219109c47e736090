"""Tying hands.

Fearon (1997), Signaling foreign policy interests: tying hands versus sinking costs, Journal of Conflict Resolution 41(1): a promise
binds by the audience cost of breaking it. The defender fights exactly when that cost is larger than what fighting would cost it net
of its stake, and a challenger who prefers peace to that war is deterred from there on.

Here a coalition with nothing but a legal commitment (no force, no American backing) intervenes without noise exactly when

    h_E L_E  >  -(s_E + o) + γ_E (1 - τ)          audience cost > net cost of intervening, of its type τ.

In Fearon's game the promise is also a signal: only a government that will keep it makes it. Here the promise is given by the scenario
and the type is drawn apart from it, so that a promise moves no belief. That is where the model parts from him.
"""

from functools import cache

import numpy as np
import pytest
from measuring import ALONE, FROZEN, NO_NOISE, NO_PROBES, Histories, Measured, game, histories, mean, model_at, scenario, uniform

from sim.game.war import Cause

CLEAR = 1e-4
PROMISE_ONLY = {**FROZEN, **NO_PROBES, "united_states.stake": ALONE["united_states.stake"]}
"""No force, no American backing, a balance that does not move."""
COALITIONS = {
    "europe.stake": uniform(-1.2, 0.3),
    "europe.audience_cost": uniform(0, 2.5),
    "europe.resolve_gap": uniform(0, 1.2),
    "regime.commitment.europe": uniform(0, 1),
}
TEMPTED = {"russia.value_of_prevailing": 1.3, "russia.insecurity": 0.0}
"""A Russia that would attack Ukraine alone, and would not attack it with Europe beside it."""
PROMISES = tuple(np.linspace(0, 1, 11).round(2).tolist())


@pytest.mark.parametrize("resolute", [0, 1])
def test_the_coalition_intervenes_exactly_when_the_audience_cost_exceeds_its_net_cost(resolute):
    """3,000 random coalitions, resolute and irresolute, on both sides of the threshold."""
    given = scenario("none", PROMISE_ONLY, NO_NOISE, COALITIONS, designs=3000)
    draws, crisis = model_at(given).draws, game(given)
    offset = np.average(
        [member.resolve_offset for member in given.europe.members], weights=[member.weight for member in given.europe.members]
    )
    audience = draws["europe.audience_cost"] * draws["regime.commitment.europe"]
    net_cost = -(draws["europe.stake"] + offset) + draws["europe.resolve_gap"] * (1 - resolute)
    fights, clear = crisis.now(crisis.intervenes_by_type[resolute]), abs(audience - net_cost) > CLEAR
    assert clear.mean() > 0.99
    assert np.allclose(fights[clear], (audience > net_cost)[clear], rtol=0, atol=1e-12)
    assert 300 < fights.sum() < 2700


def critical_promise(stake: float, audience_cost: float, *, resolute: bool = True) -> float:
    """The commitment L_E at which audience cost and net cost are equal, for the reference members."""
    europe = scenario("none", designs=2).europe
    return (-(stake + europe.offset) + (0 if resolute else europe.resolve_gap)) / audience_cost


@pytest.mark.parametrize("audience_cost", [0.8, 1.2, 2.0])
@pytest.mark.parametrize("stake", [-0.75, -0.55, -0.35])
def test_deterrence_follows_from_the_threshold_on(stake, audience_cost):
    """A Russia that believes the coalition resolute attacks a thousandth below the threshold, and not a thousandth above it."""
    threshold = critical_promise(stake, audience_cost)
    assert 0 < threshold < 1
    for promise, attack in ((threshold - 1e-3, 1), (threshold + 1e-3, 0)):
        given = scenario(
            "none",
            PROMISE_ONLY,
            NO_NOISE,
            TEMPTED,
            {"europe.stake": stake, "europe.audience_cost": audience_cost, "regime.commitment.europe": promise},
            designs=2,
        )
        assert game(given, belief=1.0).response[0] == pytest.approx(attack, abs=1e-12)


def test_a_doubted_promise_deters_from_the_threshold_of_the_irresolute():
    """A Russia that fears the resolute type too little is deterred only once the irresolute would fight too: two thresholds, one for each belief."""
    resolute, irresolute = (critical_promise(-0.55, 1.2, resolute=each) for each in (True, False))
    given = scenario("none", PROMISE_ONLY, NO_NOISE, TEMPTED, {"regime.commitment.europe": uniform(0, 1)}, designs=1000)
    promise = model_at(given).draws["regime.commitment.europe"]
    for belief, threshold in ((0.9, resolute), (0.1, irresolute)):
        clear = abs(promise - threshold) > CLEAR
        assert np.allclose(game(given, belief=belief).response[0][clear], (promise < threshold)[clear], rtol=0, atol=1e-12)


def test_a_promise_moves_no_belief():
    """Where the model parts from the proposition: five years of beliefs in Europe's resolve are the same under every promise."""
    beliefs = []
    for promise in (0.0, 0.5, 1.0):
        model = model_at(scenario("none", NO_PROBES, {"regime.commitment.europe": promise}, designs=200))
        for _ in range(60):
            model.step()
        beliefs.append(model.europe.belief)
    assert np.array_equal(beliefs[0], beliefs[1])
    assert np.array_equal(beliefs[0], beliefs[2])


@cache
def promised(promise: float) -> Histories:
    """10,000 histories of the full model with a European promise and nothing else, 2,000 designs of 5."""
    return histories(scenario("none", {"regime.commitment.europe": promise, "sampling.horizon_years": 5}, designs=2000, replicates=5))


def attacked_within_five_years(promise: float) -> Measured:
    """Share of histories that Russia ends by attacking."""
    return mean(promised(promise).ended_by(Cause.ATTACK), promised(promise).design)


def chance_of_intervening(promise: float, resolute: int, *, noise: bool = True) -> float:
    """P_E(τ) at signing, with nothing but a European promise: the United States, who may always help, is still there."""
    crisis = game(scenario("none", {"regime.commitment.europe": promise}, {} if noise else NO_NOISE, designs=2))
    return float(np.ravel(crisis.now(crisis.intervenes_by_type[resolute]))[0])


@cache
def results() -> dict[str, Measured]:
    """Attacks within five years by the promise, and paired differences on the way."""
    found = {f"promise {promise:g}": attacked_within_five_years(promise) for promise in (0.0, 0.5, 1.0)}
    for low, high in ((0.0, 0.5), (0.5, 1.0)):
        each = promised(high).ended_by(Cause.ATTACK) - promised(low).ended_by(Cause.ATTACK)
        found[f"promise {high:g} against {low:g}"] = mean(each, promised(low).design)
    return found


def test_in_whole_histories_a_firmer_promise_deters_more():
    """The full model at its default noise: fewer attacks with a half promise than with none, and with a whole one. Two bounds of 4 SE (6e-5)."""
    assert results()["promise 0.5 against 0"].high < 0
    assert results()["promise 1 against 0.5"].high < 0


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
