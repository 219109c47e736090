"""The fait accompli, and help that comes too late.

Altman (2017), By fait accompli, not coercion: how states wrest territory from their adversaries,
International Studies Quarterly 61(4), and Reiter & Poast (2021), The truth about tripwires, Texas
National Security Review 4(3): an attacker need not beat the defender's alliance if he has taken the
ground before it comes. What deters is the force that is there in time.

Here what is pledged counts with β = 2^(-d/D½) if it comes d days after the attack, and wholly if it
stands where the attack comes. A coalition that is certain to fight therefore deters, on a balance
that does not move and without noise, exactly if it comes within

    d* = D½ log₂(B / B*),     B* = (R √(1/p* - 1)) / α - U,     p* = (Q + c_W + c_E) / V

days, B* being the help that makes war worth no more to Russia than peace. A zone between the armies
takes the surprise from an attack.
"""

from functools import cache

import numpy as np
import pytest
from measuring import (
    FIXED_TERMS,
    FROZEN,
    NO_NOISE,
    NO_PROBES,
    Histories,
    Measured,
    game,
    histories,
    mean,
    medians,
    scenario,
)

from sim.game.attack import INTERVENES

CERTAIN = {
    **medians("none"),
    **FROZEN,
    **NO_PROBES,
    **FIXED_TERMS,
    **NO_NOISE,
    "europe.stake": 10.0,
    "united_states.stake": -10.0,
    "war.surprise": 0.0,
    "war.opening_days": 40.0,
}
"""A coalition that is sure to fight, alone, and an attack that surprises nobody."""
DAYS = (5.0, 20.0, 60.0, 120.0)
EXPOSURES = (0.0, 0.3, 1.0)


def critical_days(value: float) -> float:
    """d*, solved by hand for the medians of the reference world."""
    stated = scenario("none", CERTAIN, designs=2)
    russia, pledged, alpha = (
        stated.russia,
        stated.europe.pledged_force,
        stated.war.defence_advantage,
    )
    least = (russia.status_quo_value + russia.cost_of_war + russia.cost_of_fighting_europe) / value
    help_needed = 130.0 * np.sqrt(1 / least - 1) / alpha - 80.0
    return float(40.0 * np.log2(pledged / help_needed))


def facing(value: float, days: float, *changes):
    """A Russia of this value of prevailing that faces a coalition which comes after so many days."""
    point = {"russia.value_of_prevailing": value, "regime.response.europe_days": days}
    return scenario("none", CERTAIN, point, *changes, designs=2)


@pytest.mark.parametrize("value", [1.9, 2.0, 2.1, 2.3])
def test_a_coalition_that_is_sure_to_fight_deters_exactly_if_it_comes_in_time(value):
    """A hundredth of the days earlier Russia holds, a hundredth later it attacks, though it knows
    that Europe will fight either way.
    """
    days = critical_days(value)
    assert 1 < days < 200
    for share, attack in ((0.99, 0), (1.01, 1)):
        assert game(facing(value, days * share)).response[0] == pytest.approx(attack, abs=1e-12)


def test_what_stands_there_counts_wholly_and_what_is_pledged_by_when_it_comes():
    """A force behind the line is worth to the defence what as many brigades are that come as late.

    Half after the half-life of an opening.
    """

    def defence(**changes: float) -> float:
        keys = {
            "days": "response.europe_days",
            "force": "deployment.brigades",
            "exposed": "deployment.exposure",
        }
        stated = scenario(
            "none",
            CERTAIN,
            {"regime.deployment.half_life": 0.001},
            {f"regime.{keys[key]}": value for key, value in changes.items()},
            designs=2,
        )
        attack = game(stated, 1.0).attack_at_once
        prevails = float(np.ravel(attack.prevails(INTERVENES, 0, attack.europe.pledged_force))[0])
        return 130.0 * float(np.sqrt(1 / prevails - 1))

    none = scenario("none", CERTAIN, designs=2)
    brigade, pledged = none.war.defence_advantage, none.europe.pledged_force
    assert defence(days=0) - defence(days=40) == pytest.approx(brigade * pledged / 2)
    assert defence(days=40) - defence(days=1e6) == pytest.approx(brigade * pledged / 2)
    for days, counts in ((0, 1.0), (40, 0.5), (80, 0.25)):
        assert defence(days=days, force=4, exposed=0) - defence(days=days) == pytest.approx(
            4 * brigade * counts
        )
        assert defence(days=days, force=4, exposed=1) - defence(days=days) == pytest.approx(
            4 * brigade
        )


def test_a_zone_takes_the_surprise_from_an_attack_and_nothing_from_a_clash():
    """All the warning there is makes an attack out of the blue what it is against a defender who is
    never surprised; escalation is the same.
    """
    warned, plain, never = (
        game(scenario("coalition", changes, designs=500), 1.0)
        for changes in ({"regime.separation.warning": 1.0}, {}, {"war.surprise": 0.0})
    )
    assert np.allclose(warned.attack_now, never.attack_now, rtol=0, atol=1e-12)
    assert np.all(warned.attack_now < plain.attack_now)
    assert np.array_equal(warned.value_of_escalating, plain.value_of_escalating)


@cache
def ended(days: float = 20.0, exposure: float = 0.3, warning: float = 0.0) -> Histories:
    """8,000 histories of twenty years under the coalition's guarantee, 2,000 designs of 4."""
    changes = {
        "regime.response.europe_days": days,
        "regime.deployment.exposure": exposure,
        "regime.separation.warning": warning,
    }
    return histories(scenario("coalition", changes, designs=2000, replicates=4))


def more_holds(one: Histories, other: Histories) -> Measured:
    """What one adds to the share of histories whose ceasefire holds twenty years, in paired worlds."""
    return mean(other.ended_by() - one.ended_by(), one.design)


@cache
def results() -> dict[str, Measured]:
    """Shares that hold twenty years by the days until Europe comes, and what the force's place and
    a zone add.
    """
    quotes = {
        f"holds, {days:g} days": mean(1 - ended(days).ended_by(), ended(days).design)
        for days in DAYS
    }
    quotes |= {
        f"{days:g} days against 120": more_holds(ended(days), ended(120.0)) for days in DAYS[:-1]
    }
    for days in (20.0, 120.0):
        quotes[f"on the line against far behind, {days:g} days"] = more_holds(
            ended(days, 1.0), ended(days, 0.0)
        )
    return quotes | {"a zone that warns": more_holds(ended(warning=1.0), ended())}


def test_in_whole_histories_what_comes_sooner_deters_more():
    """The full model at its noise, in paired worlds: 20 days against 120, and 5 against 20.

    Two bounds of 4 SE (6e-5).
    """
    assert results()["20 days against 120"].low > 0
    assert more_holds(ended(5.0), ended(20.0)).low > 0


def test_a_force_on_the_line_deters_more_than_one_far_behind():
    """Five brigades, by their place, whether help comes soon or late. Two bounds of 4 SE (6e-5)."""
    assert results()["on the line against far behind, 20 days"].low > 0
    assert results()["on the line against far behind, 120 days"].low > 0


def test_a_zone_that_warns_makes_the_ceasefire_hold():
    """It takes the surprise away and does nothing else. A bound of 4 SE (3e-5)."""
    assert results()["a zone that warns"].low > 0


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
