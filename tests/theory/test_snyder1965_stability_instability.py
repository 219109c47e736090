"""The stability-instability pattern.

Snyder (1965), The balance of power and the balance of terror, in Seabury (ed.), The Balance of
Power, Chandler: the firmer the balance at the highest level, the less it need stop violence below
it. Of a stronger guarantee one then expects fewer wars, and no fewer probes.

Here Russia's gain from a probe is g (1 - P_F) - l P_F beside holding, with P_F the chance of a firm
answer by Europe. The American promise, and the cost of war itself, do not enter P_F: they make war
worse and leave a probe what it was, and the pattern comes out. The European promise enters P_E with
its whole weight h_E and P_F with h_F, which is smaller: it makes for fewer wars and, less so, for
fewer probes.

Probes are also a valve: a Russia that can probe attacks less. It pays less than it seems, since
every soft answer costs ground, ε.
"""

from functools import cache

from measuring import (
    NO_PROBES,
    Histories,
    Measured,
    difference_of_rates,
    histories,
    mean,
    rate,
    scenario,
)

from sim.game.endings import Cause

HORIZON = 20
GUARANTEES = {
    "none": ("none", {}),
    "American promise": ("none", {"regime.commitment.united_states": 1.0}),
    "European promise": ("none", {"regime.commitment.europe": 1.0}),
    "snapback": ("none", {"regime.sanctions.snapback": 0.3}),
    "coalition": ("coalition", {}),
    "article5_like": ("article5_like", {}),
    "nato": ("nato", {}),
    "no probes": ("none", NO_PROBES),
    "no ground lost": ("none", {"war.ground_lost_to_probes": 0.0}),
}
"""Guarantees by what they add: a treaty with one promise only, a cost of war, and reference
regimes; and none, where probing never pays or where a soft answer costs no ground.
"""
ABOVE, BELOW = (
    ("American promise", "snapback"),
    ("European promise", "coalition", "article5_like", "nato"),
)
"""Those that deter war alone, and those that make Europe firm."""


@cache
def ended(name: str) -> Histories:
    """12,000 histories of twenty years, 2,000 designs of 6, on the same chance under every
    guarantee.
    """
    regime, changes = GUARANTEES[name]
    return histories(scenario(regime, changes, designs=2000, replicates=6))


def counted(name: str, what: str):
    """Wars or probes, and years at peace."""
    worlds = ended(name)
    return (
        (worlds.ended_by(), worlds.years)
        if what == "wars"
        else (worlds.probes.astype(float), worlds.years)
    )


def per_year(name: str, what: str) -> Measured:
    """Wars or probes per year at peace."""
    return rate(ended(name).design, *counted(name, what))


def change(name: str, what: str) -> Measured:
    """Difference from no guarantee, in paired worlds."""
    return difference_of_rates(ended(name).design, counted(name, what), counted("none", what))


def probes_per_war(name: str) -> Measured:
    """Probes for every war."""
    return rate(ended(name).design, ended(name).probes.astype(float), ended(name).ended_by())


def probes_add(name: str = "none", cause: Cause | None = None) -> Measured:
    """What probing adds to the share of histories that end within twenty years, or that end so,
    without a guarantee, in paired worlds.
    """
    causes = () if cause is None else (cause,)
    return mean(
        ended(name).ended_by(*causes) - ended("no probes").ended_by(*causes), ended(name).design
    )


@cache
def results() -> dict[str, Measured]:
    """Wars and probes per year at peace, paired differences from no guarantee, and what probing
    adds.
    """
    quotes = {
        f"{what}, {name}": per_year(name, what)
        for name in ("none", *ABOVE, *BELOW)
        for what in ("wars", "probes")
    }
    quotes |= {
        f"{what}, {name} against none": change(name, what)
        for name in (*ABOVE, *BELOW)
        for what in ("wars", "probes")
    }
    quotes |= {
        f"probes per war, {name}": probes_per_war(name)
        for name in ("none", "American promise", "European promise", "article5_like")
    }
    return quotes | {
        "probing adds": probes_add(),
        "probing adds, by attack": probes_add(cause=Cause.ATTACK),
        "probing adds, no ground lost": probes_add("no ground lost"),
        "ground lost adds": mean(
            ended("none").ended_by() - ended("no ground lost").ended_by(), ended("none").design
        ),
    }


def test_what_deters_war_alone_makes_for_fewer_wars_and_not_for_fewer_probes():
    """The American promise and the cost of war: fewer wars per year at peace, and somewhat more
    probes. Four bounds of 4 SE (1.3e-4).
    """
    for name in ABOVE:
        assert results()[f"wars, {name} against none"].high < 0
        assert results()[f"probes, {name} against none"].low > 0


def test_what_makes_europe_firm_makes_for_fewer_wars_and_fewer_probes():
    """Where the model parts from the proposition.

    Under the European promise and every reference guarantee. Eight bounds of 4 SE (2.5e-4).
    """
    for name in BELOW:
        assert results()[f"wars, {name} against none"].high < 0
        assert results()[f"probes, {name} against none"].high < 0


def test_under_every_guarantee_there_are_more_probes_for_every_war():
    """What is left of the pattern: wars fall by more than probes, so that violence shifts below the
    threshold of war. Six bounds of 4 SE (1.9e-4).
    """
    without = ended("none")
    for name in (*ABOVE, *BELOW):
        under = ended(name)
        more = difference_of_rates(
            under.design,
            (under.probes.astype(float), under.ended_by()),
            (without.probes.astype(float), without.ended_by()),
        )
        assert more.low > 0


def test_probes_are_a_valve_that_soft_answers_make_dearer():
    """Who can probe attacks less, and fewer ceasefires end.

    The ground that soft answers cost takes some of that back. Four bounds of 4 SE (1.3e-4).
    """
    assert results()["probing adds, by attack"].high < 0
    assert results()["probing adds"].high < 0
    assert results()["ground lost adds"].low > 0
    assert results()["ground lost adds"].high < -results()["probing adds, no ground lost"].high


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
