"""Tying hands, and signalling by it.

Fearon (1997), Signaling foreign policy interests: tying hands versus sinking costs, Journal of
Conflict Resolution 41(1): a promise binds by the audience cost of breaking it. The defender fights
exactly when that cost is larger than what fighting would cost it net of its stake, and a challenger
who prefers peace to that war is deterred from there on.

Here a coalition with nothing but a legal commitment (no force, no American backing) intervenes
without noise exactly when

    h_E L_E  >  -(s_E + o) + γ_E (1 - τ)          audience cost > net cost of intervening, of its type τ.

In Fearon's game, and in Morrow (1994), Alliances, credibility, and peacetime costs, Journal of
Conflict Resolution 38(2), the promise is also a signal: a government that will keep it is the
likelier to make it. Here whoever gives a promise L_E, or sends a force n, has the reputation, and
is resolute with the chance,

    b_E = σ(logit π_E + ζ_E (L_E + n / (n + F½)))

so that the odds are those of its prior times e to the power of what it gave; a successor, who
promised nothing, is drawn from the prior.
"""

from functools import cache

import numpy as np
import pytest
from measuring import (
    ALONE,
    FIXED_TERMS,
    FROZEN,
    IN_TIME,
    NO_NOISE,
    NO_PROBES,
    Histories,
    Measured,
    game,
    histories,
    mean,
    medians,
    model_at,
    scenario,
    uniform,
)

from sim.game.endings import Cause

CLEAR = 1e-4
PROMISE_ONLY = {
    **medians("none"),
    **FROZEN,
    **NO_PROBES,
    **IN_TIME,
    **FIXED_TERMS,
    "united_states.stake": ALONE["united_states.stake"],
}
"""No force, no American backing, a balance that does not move."""
COALITIONS = {
    "europe.stake": uniform(-1.2, 0.3),
    "europe.audience_cost": uniform(0, 2.5),
    "europe.resolve_gap": uniform(0, 1.2),
    "regime.commitment.europe": uniform(0, 1),
}
TEMPTED = {
    "russia.value_of_prevailing": 1.3,
    "russia.insecurity": 0.0,
    "war.defence_advantage": 1.35,
}
"""A Russia that would attack Ukraine alone, and would not attack it with Europe beside it."""
PROMISES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)


@pytest.mark.parametrize("resolute", [0, 1])
def test_the_coalition_intervenes_exactly_when_the_audience_cost_exceeds_its_net_cost(resolute):
    """3,000 random coalitions, resolute and irresolute, on both sides of the threshold."""
    stated = scenario("none", PROMISE_ONLY, NO_NOISE, COALITIONS, designs=3000)
    draws, crisis = model_at(stated).draws, game(stated)
    offset = np.average(
        [member.resolve_offset for member in stated.europe.members],
        weights=[member.weight for member in stated.europe.members],
    )
    audience = draws["europe.audience_cost"] * draws["regime.commitment.europe"]
    net_cost = -(draws["europe.stake"] + offset) + draws["europe.resolve_gap"] * (1 - resolute)
    fights, clear = (
        crisis.now(crisis.attack.intervenes_by_type[resolute]),
        abs(audience - net_cost) > CLEAR,
    )
    assert clear.mean() > 0.99
    assert np.allclose(fights[clear], (audience > net_cost)[clear], rtol=0, atol=1e-12)
    assert 300 < fights.sum() < 2700


def critical_promise(stake: float, audience_cost: float, *, resolute: bool = True) -> float:
    """The commitment L_E at which audience cost and net cost are equal, for the reference members."""
    europe = scenario("none", medians("none"), designs=2).europe
    return (-(stake + europe.offset) + (0 if resolute else europe.resolve_gap)) / audience_cost


@pytest.mark.parametrize("audience_cost", [0.8, 1.2, 2.0])
@pytest.mark.parametrize("stake", [-0.75, -0.55, -0.35])
def test_deterrence_follows_from_the_threshold_on(stake, audience_cost):
    """A Russia that believes the coalition resolute attacks a thousandth below the threshold, and
    not a thousandth above it.
    """
    threshold = critical_promise(stake, audience_cost)
    assert 0 < threshold < 1
    for promise, attack in ((threshold - 1e-3, 1), (threshold + 1e-3, 0)):
        stated = scenario(
            "none",
            PROMISE_ONLY,
            NO_NOISE,
            TEMPTED,
            {
                "europe.stake": stake,
                "europe.audience_cost": audience_cost,
                "regime.commitment.europe": promise,
            },
            designs=2,
        )
        assert game(stated, reputation=1.0).response[0] == pytest.approx(attack, abs=1e-12)


def test_a_doubted_promise_deters_from_the_threshold_of_the_irresolute():
    """A Russia that fears the resolute type too little is deterred only once the irresolute would
    fight too: two thresholds, one for each reputation.
    """
    resolute, irresolute = (
        critical_promise(-0.55, 1.2, resolute=is_resolute) for is_resolute in (True, False)
    )
    stated = scenario(
        "none",
        PROMISE_ONLY,
        NO_NOISE,
        TEMPTED,
        {"regime.commitment.europe": uniform(0, 1)},
        designs=1000,
    )
    promise = model_at(stated).draws["regime.commitment.europe"]
    for reputation, threshold in ((0.9, resolute), (0.1, irresolute)):
        clear = abs(promise - threshold) > CLEAR
        assert np.allclose(
            game(stated, reputation=reputation).response[0][clear],
            (promise < threshold)[clear],
            rtol=0,
            atol=1e-12,
        )


GIVEN = {
    "regime.commitment.europe": uniform(0, 1),
    "regime.deployment.brigades": uniform(0, 20),
    "europe.promise_tells": uniform(0, 3),
    "europe.prior_resolute": uniform(0.02, 0.98),
}


def test_whoever_gives_more_is_the_likelier_to_mean_it():
    """The odds of resolve are those of the prior times e^(what it gave, times what that tells).

    Types come out as often as reputed. 4 SE (6e-5).
    """
    model = model_at(scenario("none", GIVEN, designs=20_000))
    draws, half = model.draws, model.parameters.europe.tripwire_half_force
    force = draws["regime.deployment.brigades"]
    signal = np.exp(
        draws["europe.promise_tells"] * (draws["regime.commitment.europe"] + force / (force + half))
    )
    prior, reputation = draws["europe.prior_resolute"], model.europe.reputation
    assert np.allclose(
        reputation / (1 - reputation), prior / (1 - prior) * signal, rtol=1e-9, atol=0
    )
    surprise = mean(model.europe.resolute - reputation, model.design)
    assert surprise.low < 0 < surprise.high
    for low, high in ((0, 0.5), (0.5, 0.8), (0.8, 1)):
        among = (reputation > low) & (reputation <= high)
        apart = mean((model.europe.resolute - reputation)[among], np.arange(among.sum()))
        assert apart.low < 0 < apart.high


@pytest.mark.parametrize("swing", [0.0, 0.5, 1.0])
def test_successors_have_promised_nothing(swing):
    """What a promise told is forgotten, at every election by the share of the weight that votes,
    times the chance that its policy turns.
    """
    changes = {
        "regime.commitment.europe": 1.0,
        "europe.promise_tells": 2.0,
        "europe.prior_resolute": 0.4,
        "europe.election_swing": swing,
    }
    stated = scenario("none", medians("none"), changes, designs=2)
    ahead = np.broadcast_to(game(stated).reputation_europe, (7, 2))[:, 0]
    signed = 0.4 * np.e**2 / (0.4 * np.e**2 + 0.6)
    for years, reputation in zip((0.0, *stated.russia.foresight), ahead, strict=True):
        votes = [member.elections_by(years, stated.calendar) for member in stated.europe.members]
        kept = np.prod(
            [
                (1 - swing * share) ** count
                for share, count in zip(stated.europe.shares_of_weight, votes, strict=True)
            ]
        )
        assert reputation == pytest.approx(0.4 + (signed - 0.4) * kept, abs=1e-12)
        assert all(votes) or years < 5


MEANS = {
    "binds and tells": {},
    "binds, tells nothing": {"europe.promise_tells": 0.0},
    "tells, binds nobody": {"europe.audience_cost": 0.0},
    "does neither": {"europe.audience_cost": 0.0, "europe.promise_tells": 0.0},
}
"""What a promise does: it costs to break it, and it tells who gives it."""


@cache
def promised(promise: float, means: str = "binds and tells") -> Histories:
    """10,000 histories of the full model with a European promise and nothing else, 2,000 designs of
    5.
    """
    changes = {"regime.commitment.europe": promise, "sampling.horizon_years": 5}
    return histories(scenario("none", changes, MEANS[means], designs=2000, replicates=5))


def attacked_within_five_years(promise: float, means: str = "binds and tells") -> Measured:
    """Share of histories that Russia ends by attacking."""
    return mean(promised(promise, means).ended_by(Cause.ATTACK), promised(promise, means).design)


def added(means: str, less: str | None = None) -> Measured:
    """What a whole treaty that works by these means adds to that share, or adds more than one that
    works by less, in paired worlds.
    """
    treaty, without = promised(1.0, means), promised(0.0) if less is None else promised(1.0, less)
    return mean(treaty.ended_by(Cause.ATTACK) - without.ended_by(Cause.ATTACK), treaty.design)


def reputation_after(promise: float, years: int) -> Measured:
    """Europe's reputation, mean over 1,000 designs, that many years after the signature if Russia
    never probes.
    """
    model = model_at(
        scenario("none", NO_PROBES, {"regime.commitment.europe": promise}, designs=1000)
    )
    while model.steps < 12 * years:
        model.step()
    return mean(model.europe.reputation, model.design)


def chance_of_intervening(promise: float, resolute: int, *, noise: bool = True) -> float:
    """P_E(τ) at signing, with nothing but a European promise.

    The United States, who may always help, is still there.
    """
    stated = scenario(
        "none",
        medians("none"),
        {"regime.commitment.europe": promise},
        {} if noise else NO_NOISE,
        designs=2,
    )
    crisis = game(stated)
    return float(np.ravel(crisis.now(crisis.attack.intervenes_by_type[resolute]))[0])


@cache
def results() -> dict[str, Measured]:
    """Attacks within five years by the promise, paired differences on the way, and what the promise
    tells.
    """
    quotes = {
        f"promise {promise:g}": attacked_within_five_years(promise) for promise in (0.0, 0.5, 1.0)
    }
    for low, high in ((0.0, 0.5), (0.5, 1.0)):
        difference = promised(high).ended_by(Cause.ATTACK) - promised(low).ended_by(Cause.ATTACK)
        quotes[f"promise {high:g} against {low:g}"] = mean(difference, promised(low).design)
    quotes |= {f"a treaty that {means}": added(means) for means in MEANS}
    quotes["telling, by a treaty that binds"] = added("binds and tells", "binds, tells nothing")
    quotes["telling, by one that does not"] = added("tells, binds nobody", "does neither")
    quotes |= {
        f"reputation, promise {promise:g}, year {years}": reputation_after(promise, years)
        for promise in (0.0, 0.5, 1.0)
        for years in (0, 5)
    }
    return quotes


def test_what_a_promise_tells_deters_less_than_that_it_binds():
    """A treaty deters more if it tells who gives it, but most of it is that it binds.

    Two bounds of 4 SE (6e-5).
    """
    assert results()["telling, by a treaty that binds"].high < 0
    assert (
        results()["telling, by a treaty that binds"].low
        > 0.5 * results()["a treaty that binds, tells nothing"].low
    )


def test_a_treaty_that_nobody_keeps_invites():
    """It makes Europe firm against probes and holds Ukraine back, and Russia, which probes less,
    attacks more. A bound of 4 SE (3e-5).
    """
    assert results()["a treaty that does neither"].low > 0


def test_in_whole_histories_a_firmer_promise_deters_more():
    """The full model at its default noise: fewer attacks with a half promise than with none, and
    with a whole one. Two bounds of 4 SE (6e-5).
    """
    assert results()["promise 0.5 against 0"].high < 0
    assert results()["promise 1 against 0.5"].high < 0


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
