"""Moral hazard of the protected.

Benson (2012), Constructing International Security: Alliances, Deterrence, and Moral Hazard, Cambridge University Press: a promise that
holds whoever started the war emboldens the protected to start one; a promise that is lost by attacking first restrains him.

Here Ukraine starts an offensive at a review with chance

    σ((p_U V_U - c_U - ν L_E f - Q_U) / λ_U)          ν: how much of the promise it loses by attacking first.

Arms raise p_U, and with ν = 0 nothing holds it back; from ν L_E = V_U Δp_U on the condition outweighs what the arms added. Since nobody
fights for a Ukraine that attacked first, an unconditional promise alone adds nothing to its offensives: in the model the hazard comes
with the arms, not with the promise. That is where it parts from Benson. A promise does embolden Ukraine to answer incidents, where
the ally's help halves the cost of a war: ρ = σ((a - e c_U (1 - ½ P_E)) / λ_U) rises with P_E for as long as Russia's readiness e is the same.
"""

from functools import cache

import numpy as np
from measuring import Histories, Measured, difference_of_rates, game, histories, model_at, rate, scenario

from sim.game.war import Cause

ARMED, UNARMED = 90.0, 0.0
CONDITIONS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
HORIZON = 20


def protected(condition: float, arms: float, **sampling: int):
    """The Article 5-like guarantee with this condition, and with arms or without."""
    return scenario("article5_like", {"regime.commitment.conditional": condition, "regime.arms.package_usd_bn": arms}, **sampling)


def chance_of_offensive(given, years: float) -> np.ndarray:
    """At a review that long after the ceasefire, one entry a design."""
    model = model_at(given, years)
    winning = model.drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)
    terms = model.drawn.regime.terms(years, 0.0, np.full(len(model.worlds), fill_value=True))
    return model.drawn.ukraine.starts_offensive(winning, terms)


def test_an_unconditional_promise_alone_emboldens_nobody_to_attack():
    """Where the model parts from the proposition: without arms the chance of an offensive is the same with an unconditional promise as with none."""
    for years in (0.0, 2.0, 10.0):
        promised = chance_of_offensive(protected(0.0, UNARMED, designs=500), years)
        assert np.array_equal(promised, chance_of_offensive(scenario("none", designs=500), years))


def test_the_condition_outweighs_the_arms_from_a_threshold_on():
    """In each of 500 designs: a thousandth below ν L_E = V_U Δp_U Ukraine is likelier to attack than with neither arms nor promise, above not."""
    years, without = 5.0, scenario("none", designs=500)

    def winning(given) -> np.ndarray:
        model = model_at(given, years)
        return model.drawn.war.offensive_succeeds(model.ukraine.strength, model.russia.strength)

    armed = protected(0.0, ARMED, designs=500)
    threshold = armed.ukraine.value_of_recovery * (winning(armed) - winning(without)) / armed.regime.commitment.europe
    assert np.all((threshold > 0) & (threshold < 1))
    for condition in (0.05, 0.15, 0.3, 0.5):
        clear = abs(threshold - condition) > 1e-3
        bolder = chance_of_offensive(protected(condition, ARMED, designs=500), years) > chance_of_offensive(without, years)
        assert np.array_equal(bolder[clear], (condition < threshold)[clear])


def test_a_promise_emboldens_ukraine_to_answer_incidents_while_russia_is_as_ready():
    """For any readiness of Russia to escalate, Ukraine retaliates more the surer it is of Europe; in the whole guarantee Russia is less ready."""
    ukraine = scenario("none", designs=2).ukraine
    readiness, sure = np.linspace(0.01, 1, 100)[:, None], np.linspace(0, 1, 11)
    assert np.all(np.diff(ukraine.retaliates(readiness, sure), axis=1) > 0)
    under, without = game(protected(0.5, ARMED, designs=500), 1.0), game(scenario("none", designs=500), 1.0)
    assert np.mean(under.escalates) < np.mean(without.escalates)
    assert np.mean(under.retaliates) > np.mean(without.retaliates)
    assert np.mean(under.retaliates * under.escalates) < np.mean(without.retaliates * without.escalates)


@cache
def ended(condition: float | None, arms: float) -> Histories:
    """10,000 histories of twenty years, 2,000 designs of 5, under this condition and these arms; without any guarantee if it is None."""
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
    return difference_of_rates(first.design, first.before(HORIZON, Cause.OFFENSIVE), second.before(HORIZON, Cause.OFFENSIVE))


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
    """With arms as without, the unconditional promise adds nothing to offensives per year at peace. Two bounds of 4 SE (6e-5)."""
    assert results()["promise alone against no guarantee"].high < 0.001
    assert results()["unconditional promise against arms alone"].high < 0.001


def test_the_page_quotes_what_is_measured(quoted):
    """docs/theory.md says what these worlds say now."""
    quoted(results())
