"""A promise whose end is foreseen: terms, elections and inheritance.

Selten (1978), The chain store paradox, Theory and Decision 9: where the last round is known
deterrence unravels from it to the first. Leeds, Mattes & Vogel (2009), Interests, institutions, and
the reliability of international commitments, American Journal of Political Science 53(2): promises
are broken when those who gave them leave office, the less the more they were made law.

Here a promise holds in full until the end of its term Y and not at all after it, or for good if it
is renewed, which happens with chance y. An American promise holds after an election as far as it is
law, and for the rest as far as successors feel bound, r_A + (1 - r_A) ι_A. Russia foresees the end.
What it can have then for less it does not pay for now: waiting is worth more before the end, and
attacks are put off until after it. So deterrence does not unravel, since a promise binds by its
cost and not by the rounds to come; the danger stands behind the cliff. That is where the model
parts from Selten.
"""

from functools import cache

import numpy as np
import pytest
from measuring import (
    FIXED_TERMS,
    NO_NOISE,
    Histories,
    Measured,
    difference_of_rates,
    game,
    histories,
    mean,
    medians,
    rate,
    scenario,
)

from sim.game.endings import Cause

TERM = 10.0
PROMISES = {
    "no term": {},
    "ends": {"regime.commitment.term_years": TERM, "regime.commitment.renewal": 0.0},
    "may end": {"regime.commitment.term_years": TERM, "regime.commitment.renewal": 0.5},
    "law": {"regime.commitment.ratified": 1.0},
    "word": {"regime.commitment.ratified": 0.0, "regime.commitment.inherited": 0.0},
    "inherited": {"regime.commitment.ratified": 0.0, "regime.commitment.inherited": 0.55},
}
"""The Article 5-like guarantee, by what becomes of its promise."""
LAST = TERM - 1 / 24
"""Within the last month of the term: at its end the promise is gone."""
BEFORE, AFTER = (LAST - 3, LAST), (LAST, LAST + 3)
ELECTION = 1.86
"""Years from the signature to the first American election."""


def guarantee(name: str, *changes, **sampling):
    """The Article 5-like guarantee with this promise."""
    return scenario("article5_like", PROMISES[name], *changes, **sampling)


def test_once_it_has_lapsed_a_promise_is_none():
    """At the end of the term the month's game is that of a guarantee without the promise.

    A month before it is that of one without a term.
    """
    without = {"regime.commitment.europe": 0.0, "regime.commitment.united_states": 0.0}
    lapsed, none = (
        game(guarantee(name, FIXED_TERMS, changes, designs=500), TERM, 0.5)
        for name, changes in (("ends", {}), ("no term", without))
    )
    for crisis in (lapsed, none):
        crisis.reputation_united_states[:] = 0.5
    assert np.allclose(lapsed.response, none.response, rtol=0, atol=1e-12)
    stands, endless = (
        game(guarantee(name, designs=500), TERM - 1 / 12) for name in ("ends", "no term")
    )
    assert np.array_equal(stands.attack_now, endless.attack_now)


@pytest.mark.parametrize("years", [0.0, 5.0, 9.0])
def test_a_foreseen_end_makes_waiting_worth_more(years):
    """Without noise, in each of 1,000 designs: never a greater chance of attack before the end of
    the term, and as much worth attacking now.
    """
    ends, endless = (
        game(guarantee(name, NO_NOISE, designs=1000), years) for name in ("ends", "no term")
    )
    assert np.array_equal(ends.attack_now, endless.attack_now)
    assert np.all(ends.value_of_holding >= endless.value_of_holding - 1e-12)
    assert np.mean(ends.value_of_holding > endless.value_of_holding + 1e-9) > 0.05
    assert np.all(ends.response[0] <= endless.response[0] + 1e-12)


@pytest.mark.parametrize(
    ("ratified", "inherited"), [(1.0, 0.0), (0.5, 0.0), (0.5, 0.6), (0.0, 0.6), (0.0, 0.0)]
)
def test_a_successor_is_bound_by_law_and_by_what_he_inherits(ratified, inherited):
    """The American promise after the first election, as a share of what it was, now and as it is
    foreseen.
    """
    clause = {"regime.commitment.ratified": ratified, "regime.commitment.inherited": inherited}
    stated = scenario(
        "article5_like",
        medians("article5_like"),
        clause,
        {"regime.commitment.united_states": 0.8},
        designs=2,
    )
    bound = 0.8 * (ratified + (1 - ratified) * inherited)
    promised = np.broadcast_to(game(stated).terms.united_states_promised, (7, 2))[:, 0]
    assert promised == pytest.approx(
        np.where(np.array([0.0, *stated.russia.foresight]) < ELECTION, 0.8, bound)
    )
    later = game(stated, 2.0)
    assert np.ravel(later.now(later.terms.united_states_promised))[0] == pytest.approx(bound)
    assert np.unique(np.ravel(game(stated).terms.europe_promised)) == pytest.approx(
        np.ravel(later.terms.europe_promised)[0]
    )


@cache
def ended(name: str) -> Histories:
    """16,000 histories of twenty years, 2,000 designs of 8, on the same chance under every promise."""
    return histories(guarantee(name, designs=2000, replicates=8))


def attacks(name: str, ages: tuple[float, float]) -> Measured:
    """Attacks per year at peace at these ages of the ceasefire."""
    return rate(ended(name).design, *ended(name).between(*ages, Cause.ATTACK))


def more(name: str, against: str, ages: tuple[float, float]) -> Measured:
    """How many more than under another promise, in paired worlds."""
    one, other = ended(name), ended(against)
    return difference_of_rates(
        one.design, one.between(*ages, Cause.ATTACK), other.between(*ages, Cause.ATTACK)
    )


@cache
def results() -> dict[str, Measured]:
    """Attacks per year at peace before and after the end of the term, and before and after the
    first election; and what holds.
    """
    quotes = {}
    for when, ages in (("three years before", BEFORE), ("three years after", AFTER)):
        quotes |= {
            f"{when}, {name}": attacks(name, ages) for name in ("no term", "may end", "ends")
        }
        quotes |= {
            f"{when}, {name} against no term": more(name, "no term", ages)
            for name in ("may end", "ends")
        }
    for when, ages in (
        ("until the election", (0.0, ELECTION)),
        ("three years after it", (ELECTION, ELECTION + 3)),
    ):
        quotes |= {f"{when}, {name}": attacks(name, ages) for name in ("law", "inherited", "word")}
        quotes |= {
            f"{when}, {name} against law": more(name, "law", ages) for name in ("inherited", "word")
        }
    held = {name: 1 - ended(name).ended_by() for name in PROMISES}
    design = ended("no term").design
    quotes |= {
        f"holds 20 years, {name}": mean(held[name], design)
        for name in ("no term", "may end", "ends", "word")
    }
    return quotes | {
        f"holds 20 years, {name} against no term": mean(held[name] - held["no term"], design)
        for name in ("may end", "ends", "word")
    }


def test_attacks_are_put_off_until_after_the_end():
    """In paired worlds fewer in the three years before the end of the term, and more in the three
    after it. Two bounds of 4 SE (6e-5).
    """
    assert results()["three years before, ends against no term"].high < 0
    assert results()["three years after, ends against no term"].low > 0


def test_a_promise_that_may_be_renewed_is_between():
    """After the end of the term more attacks than without one, fewer than if it ends for certain.

    Two bounds of 4 SE (6e-5).
    """
    assert results()["three years after, may end against no term"].low > 0
    assert more("ends", "may end", AFTER).low > 0


def test_a_promise_that_is_no_law_deters_less_after_the_election():
    """An American word that binds no successor against a law, in paired worlds.

    A bound of 4 SE (3e-5).
    """
    assert results()["three years after it, word against law"].low > 0


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
