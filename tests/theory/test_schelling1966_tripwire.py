"""The tripwire, and the doubt about it.

Schelling (1966), Arms and Influence, Yale University Press: a few troops in the way of an attack
deter not by what they can hold but because they cannot die without their country going to war.
Reiter & Poast (2021), The truth about tripwires, Texas National Security Review 4(3): small forces
do not deter, for an attacker can take the ground before anybody comes, and their deaths bind less
than hoped.

Here the force F_X that stands where an attack would come enters the coalition's resolve by w F_X /
(F_X + F½), steep at the first brigade, and the ground by p(D₁), D₁ = α(U + S f + F_X + β_E (F - F_X
+ B)), nearly straight. A token raises the chance P_E that the coalition fights and leaves Russia's
chance of prevailing where it was. That a force is sent also tells that its sender means it, and so
a token deters in two ways. Without either (fallen soldiers bind nobody, and tell nothing) it does
next to nothing.
"""

from functools import cache

import numpy as np
from measuring import Histories, Measured, game, histories, mean, medians, scenario

from sim.game.attack import INTERVENES

IN_PLACE = {
    "regime.deployment.half_life": 0.001,
    "regime.deployment.exposure": 1.0,
    "regime.provocation.value": 0.0,
    "russia.threat_of_force": 0.0,
}
TOKEN, DIVISION, CORPS = 1.0, 5.0, 20.0
FORCES = (0.0, 1.0, 2.0, 5.0, 20.0)
MEANS = {
    "binds and tells": {},
    "tells": {"europe.tripwire": 0.0},
    "neither": {"europe.tripwire": 0.0, "europe.promise_tells": 0.0},
}
"""What a force does beside fighting: the fallen bind their country, and that it was sent tells that
it is meant.
"""


def coalition(brigades: float, *changes, **sampling):
    """The coalition's guarantee with this force in place, all of it where an attack would come,
    which provokes nobody.
    """
    return scenario(
        "coalition", IN_PLACE, *changes, {"regime.deployment.brigades": brigades}, **sampling
    )


def crisis(brigades: float):
    """Its game after a year, every uncertain number at its median."""
    return game(coalition(brigades, medians("coalition"), IN_PLACE, designs=2), 1.0)


def resolve(brigades: float) -> float:
    """P_E, the chance that the coalition fights."""
    chances = crisis(brigades)
    return float(chances.now(chances.attack.intervenes)[0])


def ground(brigades: float) -> float:
    """p(D₁), Russia's chance of prevailing over Ukraine and an intervening coalition."""
    attack = crisis(brigades).attack_at_once
    return float(np.ravel(attack.prevails(INTERVENES, 0, attack.europe.pledged_force))[0])


def test_a_token_adds_resolve_but_does_not_hold_ground():
    """One brigade raises P_E by more than five points, and lowers Russia's chance of prevailing by
    less than half a point.
    """
    assert resolve(TOKEN) - resolve(0) > 0.05
    assert 0 < ground(0) - ground(TOKEN) < 0.005


def test_resolve_comes_with_the_first_brigade_and_ground_with_every_one():
    """The first of twenty brigades adds more than a fifth of their resolve, and less than a
    fifteenth of their ground.
    """
    assert (resolve(TOKEN) - resolve(0)) / (resolve(CORPS) - resolve(0)) > 0.2
    assert (ground(0) - ground(TOKEN)) / (ground(0) - ground(CORPS)) < 1 / 15


@cache
def ended(brigades: float, means: str = "binds and tells") -> Histories:
    """10,000 histories of twenty years with this force, which works by these means."""
    return histories(coalition(brigades, MEANS[means], designs=2000, replicates=5))


def gained(brigades: float, means: str = "binds and tells") -> Measured:
    """What the force adds to the share of histories whose ceasefire holds twenty years, in paired
    worlds.
    """
    without, held = ended(0.0, means), ended(brigades, means)
    return mean(without.ended_by() - held.ended_by(), held.design)


@cache
def results() -> dict[str, object]:
    """Chances without and with a token, and what forces add to durability, by whether they bind and
    tell.
    """
    quotes: dict[str, object] = {
        "P_E, no force": f"{resolve(0):.3f}",
        "P_E, a brigade": f"{resolve(TOKEN):.3f}",
        "p(D), no force": f"{ground(0):.4f}",
        "p(D), a brigade": f"{ground(TOKEN):.4f}",
        "P_E gained": f"{100 * (resolve(TOKEN) - resolve(0)):.1f} percentage points",
        "p(D) lost": f"{100 * (ground(0) - ground(TOKEN)):.2f} percentage points",
    }
    return quotes | {
        f"{name} add, {means}": gained(brigades, means)
        for means in MEANS
        for name, brigades in (("a brigade", TOKEN), ("five", DIVISION), ("twenty", CORPS))
    }


def test_a_token_deters_a_little_and_a_corps_much_more():
    """Durability after twenty years, paired: a token adds something, twenty brigades at least twice
    as much. Two bounds of 4 SE (6e-5).
    """
    assert gained(TOKEN).low > 0
    without, token, corps = (ended(force) for force in (0.0, TOKEN, CORPS))
    beyond = 2 * (token.ended_by() - without.ended_by()) - (corps.ended_by() - without.ended_by())
    assert mean(beyond, corps.design).low > 0


def test_if_the_fallen_neither_bind_nor_tell_a_token_does_not_deter():
    """The doubt: then a token adds less than a percentage point, and twenty brigades less than half
    of theirs. Two bounds of 4 SE (6e-5).
    """
    assert gained(TOKEN, "neither").high < 0.01
    less = [
        0.5 * (ended(0.0).ended_by() - ended(CORPS).ended_by()),
        ended(0.0, "neither").ended_by() - ended(CORPS, "neither").ended_by(),
    ]
    assert mean(less[0] - less[1], ended(CORPS).design).low > 0


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
