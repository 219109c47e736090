"""Moral hazard of the protected.

Benson (2012), Constructing International Security: Alliances, Deterrence, and Moral Hazard,
Cambridge University Press: a promise that holds whoever started the war emboldens the protected to
start one; a promise that is lost by attacking first restrains him.

Here Ukraine starts an offensive at a review with chance

    σ((p_U V_U - c_U - ν ℓ_E - Q_U) / λ_U)          ν: how much of the promise ℓ_E it loses by attacking first.

Arms raise p_U, and with ν = 0 nothing holds it back; from ν ℓ_E = V_U Δp_U on the condition
outweighs what the arms added. Since nobody fights for a Ukraine that attacked first, an
unconditional promise alone adds nothing to its offensives: in the model the hazard comes with the
arms, not with the promise. That is where it parts from Benson. A promise does embolden Ukraine to
answer incidents, where the ally's help halves the cost of a war: ϱ = σ((a_U - e c_U (1 - ½ P_E) - ν
ℓ_E ς(1 - a)) / λ_U) rises with P_E for as long as Russia's readiness e is the same. A clause ς by
which disputed fire voids the promise restrains it again; and a promise that has lapsed restrains
nobody any more.
"""

from functools import cache

import numpy as np
from measuring import (
    Histories,
    Measured,
    difference_of_rates,
    game,
    histories,
    medians,
    model_at,
    rate,
    scenario,
)

from sim.game.endings import Cause

ARMED, UNARMED = 90.0, 0.0
CONDITIONS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
HORIZON = 20


def protected(condition: float, arms: float, **sampling: int):
    """The Article 5-like guarantee with this condition, and with arms or without."""
    return scenario(
        "article5_like",
        {"regime.commitment.conditional": condition, "regime.arms.package_usd_bn": arms},
        **sampling,
    )


def chance_of_offensive(stated, years: float) -> np.ndarray:
    """At a review that long after the ceasefire, one entry a design."""
    model = model_at(stated, years)
    winning = model.parameters.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    return np.broadcast_to(
        model.parameters.ukraine.starts_offensive(winning, model.terms()), model.worlds.shape
    )


def test_an_unconditional_promise_alone_emboldens_nobody_to_attack():
    """Where the model parts from the proposition.

    Without arms the chance of an offensive is the same with an unconditional promise as with none.
    """
    for years in (0.0, 2.0, 10.0):
        promised = chance_of_offensive(protected(0.0, UNARMED, designs=500), years)
        assert np.array_equal(promised, chance_of_offensive(scenario("none", designs=500), years))


def test_the_condition_outweighs_the_arms_from_a_threshold_on():
    """In each of 500 designs: a thousandth below ν ℓ_E = V_U Δp_U Ukraine is likelier to attack
    than with neither arms nor promise, above not.
    """
    years, without = 5.0, scenario("none", designs=500)

    def winning(stated) -> np.ndarray:
        model = model_at(stated, years)
        return model.parameters.war.offensive_succeeds(
            model.ukraine.strength, model.russia.strength
        )

    armed = protected(0.0, ARMED, designs=500)
    drawn = model_at(armed).parameters
    threshold = (
        drawn.ukraine.value_of_recovery
        * (winning(armed) - winning(without))
        / drawn.regime.commitment.europe
    )
    assert np.all(threshold > 0)
    assert np.mean(threshold < 1) > 0.99
    for condition in (0.05, 0.15, 0.3, 0.5):
        clear = abs(threshold - condition) > 1e-3
        bolder = chance_of_offensive(
            protected(condition, ARMED, designs=500), years
        ) > chance_of_offensive(without, years)
        assert np.array_equal(bolder[clear], (condition < threshold)[clear])


def test_a_promise_emboldens_ukraine_to_answer_incidents_while_russia_is_as_ready():
    """For any readiness of Russia to escalate, Ukraine retaliates more the surer it is of Europe.

    In the whole guarantee Russia is less ready.
    """
    ukraine = scenario("none", medians("none"), designs=2).ukraine
    readiness, sure = np.linspace(0.01, 1, 100)[:, None], np.linspace(0, 1, 11)
    assert np.all(np.diff(ukraine.retaliates(readiness, sure, 0.0), axis=1) > 0)
    under, without = (
        game(protected(0.5, ARMED, designs=500), 1.0),
        game(scenario("none", designs=500), 1.0),
    )
    assert np.mean(under.escalates) < np.mean(without.escalates)
    assert np.mean(under.retaliates) > np.mean(without.retaliates)
    assert np.mean(under.retaliates * under.escalates) < np.mean(
        without.retaliates * without.escalates
    )


def test_a_clause_that_voids_the_promise_restrains_ukraine():
    """The likelier disputed fire is to void it, the less often Ukraine returns fire, in every
    design; with sure attribution not at all less.
    """

    def retaliates(voidable: float, attribution: float) -> np.ndarray:
        clause = {
            "regime.commitment.voidable": voidable,
            "regime.monitoring.attribution": attribution,
        }
        return game(scenario("article5_like", clause, designs=500), 1.0).retaliates

    assert np.all(
        np.diff([retaliates(voidable, 0.6) for voidable in (0.0, 0.2, 0.5, 1.0)], axis=0) < 0
    )
    assert np.array_equal(retaliates(1.0, 1.0), retaliates(0.0, 1.0))


def test_a_promise_that_has_lapsed_restrains_nobody():
    """After the term Ukraine weighs an offensive as if there had been no promise.

    Before it as if the promise had no end.
    """

    def offensive(years: float, **term: float) -> np.ndarray:
        stated = scenario(
            "article5_like",
            {f"regime.commitment.{name}": value for name, value in term.items()},
            designs=500,
        )
        return chance_of_offensive(stated, years)

    assert np.array_equal(offensive(5.0, term_years=10.0, renewal=0.0), offensive(5.0))
    assert np.array_equal(
        offensive(11.0, term_years=10.0, renewal=0.0),
        chance_of_offensive(protected(0.0, ARMED, designs=500), 11.0),
    )


@cache
def ended(condition: float | None, arms: float) -> Histories:
    """10,000 histories of twenty years, 2,000 designs of 5, under this condition and these arms.

    Without any guarantee if it is None.
    """
    sampling = {"designs": 2000, "replicates": 5}
    if condition is None:
        return histories(scenario("none", {"regime.arms.package_usd_bn": arms}, **sampling))
    return histories(protected(condition, arms, **sampling))


def offensives(condition: float | None, arms: float, *causes: Cause) -> Measured:
    """Offensives by Ukraine per year at peace."""
    worlds = ended(condition, arms)
    return rate(worlds.design, *worlds.before(HORIZON, *(causes or (Cause.OFFENSIVE,))))


def more_offensives(one: tuple[float | None, float], other: tuple[float | None, float]) -> Measured:
    """Paired difference between two settings (condition, arms)."""
    first, second = ended(*one), ended(*other)
    return difference_of_rates(
        first.design,
        first.before(HORIZON, Cause.OFFENSIVE),
        second.before(HORIZON, Cause.OFFENSIVE),
    )


@cache
def results() -> dict[str, Measured]:
    """Offensives per year at peace, what makes the difference, and all wars per year at peace."""
    nothing, loose, bound = (None, UNARMED), (0.0, ARMED), (0.5, ARMED)
    every = tuple(cause for cause in Cause if cause is not Cause.HELD)
    return {
        "no guarantee": offensives(*nothing),
        "arms alone": offensives(None, ARMED),
        "unconditional, arms": offensives(*loose),
        "conditional, arms": offensives(*bound),
        "unconditional, no arms": offensives(0.0, UNARMED),
        "unconditional and arms against no guarantee": more_offensives(loose, nothing),
        "conditional against unconditional": more_offensives(bound, loose),
        "promise alone against no guarantee": more_offensives((0.0, UNARMED), nothing),
        "unconditional promise against arms alone": more_offensives(loose, (None, ARMED)),
        "all wars, unconditional": offensives(*loose, *every),
        "all wars, conditional": offensives(*bound, *every),
    }


def test_an_armed_and_unconditionally_protected_ukraine_attacks_more_and_a_condition_restrains_it():
    """Offensives per year at peace in 10,000 paired histories. Two bounds of 4 SE (6e-5)."""
    assert results()["unconditional and arms against no guarantee"].low > 0
    assert results()["conditional against unconditional"].high < 0


def test_in_whole_histories_a_promise_adds_no_offensives():
    """With arms as without, the unconditional promise adds nothing to offensives per year at peace.

    Two bounds of 4 SE (6e-5).
    """
    assert results()["promise alone against no guarantee"].high < 0.001
    assert results()["unconditional promise against arms alone"].high < 0.001


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
