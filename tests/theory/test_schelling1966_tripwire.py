"""The tripwire, and the doubt about it.

Schelling (1966), Arms and Influence, Yale University Press: a few troops in the way of an attack deter not by what they can hold but
because they cannot die without their country going to war. Reiter & Poast (2021), The truth about tripwires, Texas National Security
Review 4(3): small forces do not deter, for an attacker can take the ground before anybody comes, and their deaths bind less than hoped.

Here the force F in place enters the coalition's resolve by w F / (F + F½), steep at the first brigade, and the ground by
p(D₁), D₁ = α(U + S + F + B), nearly straight. A token raises the chance P_E that the coalition fights and leaves Russia's chance of
prevailing where it was. Whether that deters is then a matter of w: without it (fallen soldiers bind nobody) a token does next to nothing.
"""

from functools import cache

import numpy as np
from measuring import Histories, Measured, game, histories, mean, scenario

from sim.game.crisis import INTERVENES

IN_PLACE = {"regime.deployment.half_life": 0.001, "regime.provocation.value": 0.0}
TOKEN, DIVISION, CORPS = 1.0, 5.0, 20.0
FORCES = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
UNMOVED = {"europe.tripwire": 0.0}
"""Fallen soldiers bind nobody."""


def coalition(brigades: float, *changes, **sampling):
    """The coalition's guarantee with this force in place, which provokes nobody."""
    return scenario("coalition", IN_PLACE, *changes, {"regime.deployment.brigades": brigades}, **sampling)


def crisis(brigades: float, *changes):
    """Its game after a year, over 500 designs."""
    return game(coalition(brigades, *changes, designs=500), 1.0)


def resolve(brigades: float, *changes) -> float:
    """P_E, the chance that the coalition fights; the designs do not differ in it."""
    chances = crisis(brigades, *changes)
    return float(np.mean(chances.now(chances.intervenes)))


def prevails(brigades: float) -> Measured:
    """p(D₁), Russia's chance of prevailing over Ukraine and an intervening coalition, mean over 500 designs."""
    against = crisis(brigades)
    defence = against.defence(INTERVENES, against.deployed_force + against.europe.pledged_force)
    return mean(against.war.prevails(against.russia_strength, defence)[0], np.arange(500))


def ground(brigades: float) -> float:
    """The same without its error, which is that of 500 designs and nearly the same for every force."""
    return prevails(brigades).value


def test_a_token_adds_resolve_but_does_not_hold_ground():
    """One brigade raises P_E by more than five points, and lowers Russia's chance of prevailing by less than half a point."""
    assert resolve(TOKEN) - resolve(0) > 0.05
    assert 0 < ground(0) - ground(TOKEN) < 0.005


def test_resolve_comes_with_the_first_brigade_and_ground_with_every_one():
    """The first of twenty brigades adds more than a fifth of their resolve, and less than a fifteenth of their ground."""
    assert (resolve(TOKEN) - resolve(0)) / (resolve(CORPS) - resolve(0)) > 0.2
    assert (ground(0) - ground(TOKEN)) / (ground(0) - ground(CORPS)) < 1 / 15


@cache
def ended(brigades: float, *, binds: bool = True) -> Histories:
    """20,000 histories of twenty years with this force, where fallen soldiers bind the coalition or do not."""
    return histories(coalition(brigades, {} if binds else UNMOVED, designs=2000, replicates=10))


def gained(brigades: float, *, binds: bool = True) -> Measured:
    """What the force adds to the share of histories whose ceasefire holds twenty years, in paired worlds."""
    without, held = ended(0.0, binds=binds), ended(brigades, binds=binds)
    return mean(without.ended_by() - held.ended_by(), held.design)


@cache
def results() -> dict[str, object]:
    """Chances without and with a token, and what forces add to durability, with the tripwire and without it."""
    found: dict[str, object] = {
        "P_E, no force": f"{resolve(0):.3f}",
        "P_E, a brigade": f"{resolve(TOKEN):.3f}",
        "p(D), no force": prevails(0),
        "p(D), a brigade": prevails(TOKEN),
        "P_E gained": f"{100 * (resolve(TOKEN) - resolve(0)):.1f} points",
        "p(D) lost": f"{100 * (ground(0) - ground(TOKEN)):.2f} points",
    }
    for binds in (True, False):
        for name, brigades in (("a brigade", TOKEN), ("five", DIVISION), ("twenty", CORPS)):
            found[f"{name} add{'' if binds else ', nobody bound'}"] = gained(brigades, binds=binds)
    return found


def test_a_token_deters_a_little_and_a_corps_much_more():
    """Durability after twenty years, paired: a token adds something, twenty brigades at least three times as much. Two bounds of 4 SE (6e-5)."""
    assert gained(TOKEN).low > 0
    without, token, corps = (ended(force) for force in (0.0, TOKEN, CORPS))
    beyond = 3 * (token.ended_by() - without.ended_by()) - (corps.ended_by() - without.ended_by())
    assert mean(beyond, corps.design).low > 0


def test_if_the_fallen_bind_nobody_a_token_does_not_deter():
    """The doubt: without the tripwire a token adds less than half a point, and twenty brigades less than half of theirs. Two bounds of 4 SE."""
    assert gained(TOKEN, binds=False).high < 0.005
    less = [
        0.5 * (ended(0.0).ended_by() - ended(CORPS).ended_by()),
        ended(0.0, binds=False).ended_by() - ended(CORPS, binds=False).ended_by(),
    ]
    assert mean(less[0] - less[1], ended(CORPS).design).low > 0


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
