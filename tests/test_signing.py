"""Who would sign: closed forms, limits, what theory says of it, and how it is reported."""

import json
from dataclasses import replace
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

import sim
from sim.actors.russia import Challenger
from sim.actors.ukraine import Protege
from sim.analysis.comparison import comparison
from sim.analysis.estimate import estimate
from sim.analysis.means import function_of_means, outcome
from sim.analysis.measures import RUSSIA_SIGNS, cost, survival
from sim.analysis.signing import if_signed, numbers, signing, survival_if_signed
from sim.errors import ImpossibleError, ScenarioError
from sim.game.signing import Fighting, FightingOn, Kept, ukraine_signs
from sim.game.war import War
from sim.presentation.answer import answer
from sim.presentation.runs import signature
from sim.presentation.sentences import IMPOSED_OR_SIGNED
from sim.study.deals import dominated_by
from sim.study.side_payments import frontier

RNG = np.random.default_rng(17)
SMALL = {
    "sampling.designs": 200,
    "sampling.replicates": 4,
    "sampling.seed": 5,
    "sampling.steps_per_year": 4,
}
CERTAIN = {
    "cost_of_war": 0.35,
    "status_quo_value": 0.3,
    "discount_factor": 0.92,
    "choice_noise": 0.05,
    "terms_follow_power": 0.4,
}
OF_UKRAINE = {
    "value_of_sovereignty": 1.1,
    "status_quo_value": 0.15,
    "cost_of_war": 0.55,
    "value_of_recovery": 0.9,
}


def block(kind, values):
    return kind().model_copy(update=values)


def fighting_on(**changes):
    war = block(War, {"defence_advantage": 1.35, "decisiveness": 2.0})
    values = {"mean_years": 2.5, "support": 12.0, "cost_to_russia": 0.13, "cost_to_ukraine": 0.2}
    return FightingOn(
        block(Fighting, values | {key: value for key, value in changes.items() if key in values}),
        block(
            Challenger, CERTAIN | {key: number for key, number in changes.items() if key in CERTAIN}
        ),
        block(Protege, OF_UKRAINE),
        war,
        changes.get("value", np.array([0.2, 0.65, 3.0])),
        100.0,
        75.0,
    )


@pytest.fixture(scope="module")
def runs(request):
    folder = request.getfixturevalue("scenarios")
    return {
        name: sim.run(sim.load(folder / f"{name}.toml", SMALL), out=None)
        for name in ("none", "coalition", "article5_like")
    }


def test_fighting_on_is_worth_what_the_written_model_says():
    """W_R, W_U and s_R from the formulas of model.md, section 5, written once more."""
    T, h, cR, cU, delta, V = 2.5, 12.0, 0.13, 0.2, 0.92, np.array([0.2, 0.65, 3.0])
    r = -np.log(delta)
    d = 1 / (1 + r * T)
    p = 100.0**2 / (100.0**2 + (1.35 * (75.0 + h)) ** 2)
    W_R = d * (p * V + (1 - p) * 0.3) - cR * (1 - d) / r
    W_U = d * (-p * 1.1 + (1 - p) * 0.15) - cU * (1 - d) / r
    hold, granted = np.array([0.1, 0.3, 0.5]), 0.2
    fighting = fighting_on()
    np.testing.assert_allclose(fighting.value_to_russia, W_R, atol=1e-12)
    np.testing.assert_allclose(fighting.value_to_ukraine, W_U, atol=1e-12)
    np.testing.assert_allclose(
        fighting.russia_signs(hold, granted), expit((hold + 0.2 * V - W_R) / 0.05), atol=1e-12
    )


def test_a_history_is_worth_to_ukraine_what_the_written_model_says():
    """One history of each ending, term by term; a Russian win costs it the value of sovereignty."""
    years, drift, p = np.array([20.0, 3.0, 7.0]), np.array([0.1, -0.05, 0.2]), [0.0, 0.6, 0.3]
    kept = Kept(
        block(Challenger, CERTAIN),
        block(Protege, OF_UKRAINE),
        years,
        drift,
        0.04,
        attacked=np.array([False, True, False]),
        offensive=np.array([False, False, True]),
        europe_intervened=np.array([False, True, False]),
        russia_prevails=np.array(p),
    )
    peace = (1 - 0.92**years) * (0.15 - 0.4 * drift) - 0.04
    attacked = -0.55 * (1 - 0.5) - 0.6 * 1.1 + 0.4 * 0.15
    offensive = -0.55 + 0.7 * 0.9 + 0.3 * 0.15
    expected = peace + np.array([0.0, 0.92**3 * attacked, 0.92**7 * offensive])
    np.testing.assert_allclose(kept.value_to_ukraine, expected, atol=1e-12)


def test_nobody_signs_what_is_worse_than_fighting_on_if_choices_have_no_noise():
    """As the noise goes to 0, who signs is who gains by it."""
    fighting = fighting_on(choice_noise=1e-9)
    worth = fighting.value_to_russia
    assert (fighting.russia_signs(worth - 0.01, 0.0) < 1e-300).all()
    assert (fighting.russia_signs(worth + 0.01, 0.0) == 1).all()
    np.testing.assert_allclose(ukraine_signs(np.array([-0.01, 0.01]), 1e-9), [0, 1], atol=1e-300)


def test_a_war_that_ends_at_once_is_a_lottery_without_costs():
    """With mean_years near 0 fighting on is worth its end, and with a long war only its costs."""
    at_once, endless = fighting_on(mean_years=1e-12), fighting_on(mean_years=1e12)
    p = at_once.russia_prevails
    np.testing.assert_allclose(
        at_once.value_to_russia, p * at_once.value_of_prevailing + (1 - p) * 0.3, atol=1e-9
    )
    np.testing.assert_allclose(endless.value_to_russia, 0.13 / np.log(0.92), atol=1e-9)


def test_territory_that_is_granted_buys_a_signature():
    """Each share granted is worth that share of the prize, so that s_R rises with it."""
    fighting = fighting_on()
    chances = [fighting.russia_signs(0.1, granted).mean() for granted in (0.0, 0.1, 0.3)]
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]


@pytest.mark.long
def test_numbers_after_a_signature_are_ratios_of_means(runs):
    """Each estimate is the one that a line of NumPy gives, and lies within its limits."""
    worlds = runs["coalition"].outcomes
    signs, gain = worlds["russia_signs"], worlds["ukraine_gain"]
    result = signing(runs["coalition"])
    held = worlds["held"] | (worlds["years"] > 10)
    rearmed = (worlds["cause"] == "attack") & (worlds["years"] <= 5)
    mean_gain = np.average(gain, weights=signs)
    chance = expit(mean_gain / 0.1)
    for estimated, by_hand in (
        (result.russia_signs, signs.mean()),
        (result.ukraine_gain, mean_gain),
        (result.ukraine_signs, chance),
        (result.both_sign, signs.mean() * chance),
        (result.survival_if_signed[10], np.average(held, weights=signs)),
        (result.rearming, np.average(rearmed, weights=signs)),
    ):
        assert estimated.value == pytest.approx(by_hand, abs=1e-12)
        assert estimated.low < estimated.value < estimated.high
    names = dict(numbers(result))
    assert all(names[f"survival.{year}"] == result.survival[year] for year in (1, 2, 5, 10, 20))
    paid = cost("cost", "", ("stationing", "arms"), "united_states").numbers(worlds)
    assert result.guarantors.usd_bn_in_peace["United States"].value == pytest.approx(
        np.average(paid, weights=signs)
    )
    assert np.isnan(result.both_sign.spread_low)
    assert np.isfinite(result.survival_if_signed[10].spread_low)


@pytest.mark.parametrize("chance_of_the_one", [0.0, 1e-9, 1e-3])
def test_what_no_signed_history_shows_is_not_certain(chance_of_the_one):
    """Of 40 sets of 5, Russia would hardly sign the one history that does not hold: the limits are
    Wilson's for none in 40 (to the weight that the one has), and never 100 % for certain.
    """
    signs, held = np.ones(200), np.ones(200)
    signs[7], held[7] = chance_of_the_one, 0.0
    worlds = pd.DataFrame(
        {
            "world": np.arange(200),
            "design": np.repeat(np.arange(40), 5),
            "russia_signs": signs,
            "held": held.astype(bool),
            "years": 5.0,
        }
    )
    made = if_signed(survival(10), worlds)
    square = stats.t.ppf(0.975, 39) ** 2
    assert made.value == pytest.approx(1.0, abs=1e-5)
    assert made.low == pytest.approx(1 / (1 + square / 40), abs=1e-3)
    assert made.high == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("chance", [1.0, 0.3, 1e-170])
@pytest.mark.parametrize("failures", [1, 2, 30])
def test_where_all_are_as_likely_to_sign_limits_are_those_of_every_history(chance, failures):
    """However small the chance: those of the share that holds if imposed."""
    held = np.arange(36) >= failures
    worlds = pd.DataFrame(
        {
            "world": np.arange(36),
            "design": np.repeat(np.arange(12), 3),
            "russia_signs": chance,
            "held": held,
            "years": 5.0,
        }
    )
    signed, imposed = if_signed(survival(10), worlds), estimate(survival(10), worlds)
    assert (signed.value, signed.low, signed.high) == pytest.approx(
        (imposed.value, imposed.low, imposed.high), rel=1e-6
    )


def test_where_russia_never_signs_nothing_is_known_of_what_is_signed():
    """Which is no number."""
    worlds = pd.DataFrame({"design": [0, 0, 1, 1], "russia_signs": 0.0, "held": True, "years": 5.0})
    with pytest.raises(ImpossibleError, match="in no history does Russia sign"):
        if_signed(survival(10), worlds)


def test_limits_of_a_function_of_means_are_those_of_the_delta_method(runs):
    """The error of the chance that both sign is about that of a jackknife over parameter sets.

    A jackknife holds the variance that the additive fit takes out, so that its error is the larger,
    and by less than half.
    """
    run = runs["coalition"]
    both = function_of_means("both_sign", run.scenario)
    worlds = run.outcomes
    designs = worlds["design"].nunique()
    columns = both.columns(worlds).reshape(3, designs, -1).mean(axis=2)
    left_out = (columns.sum(axis=1, keepdims=True) - columns) / (designs - 1)
    values = np.array([both.value(means) for means in left_out.T])
    jackknife = np.sqrt((designs - 1) * values.var())
    made = both.estimate(worlds)
    error = (made.high - made.low) / 2 / 1.97
    assert 0.4 * jackknife < error < 1.1 * jackknife
    assert both.linearised(worlds).mean() == pytest.approx(made.value, abs=1e-12)


@pytest.mark.parametrize(
    "name", ["ukraine_signs", "both_sign", "ukraine_gain", "survival_if_signed@5"]
)
def test_gradients_are_those_of_finite_differences(name, runs):
    """To six digits, at the means of a run."""
    run = runs["none"]
    function = function_of_means(name, run.scenario)
    means = function.columns(run.outcomes).mean(axis=1)
    steps = 1e-6 * np.eye(len(means))
    numeric = [(function.value(means + s) - function.value(means - s)) / 2e-6 for s in steps]
    np.testing.assert_allclose(function.gradient(means), numeric, atol=1e-6)


def test_an_unknown_outcome_is_refused_with_those_that_there_are(scenarios):
    """The message names the outcomes of signing too."""
    with pytest.raises(ScenarioError, match="both_sign"):
        outcome("no_such", sim.load(scenarios / "none.toml"))


def test_a_guarantee_screens(runs):
    """Those who would sign a strong guarantee are those who would keep a weak one longer.

    Histories of no guarantee, weighted by Russia's chance of signing the strong text, hold longer
    than by its chance of signing none: by more than four standard errors of the paired difference.
    """
    none, strong = runs["none"].outcomes, runs["article5_like"].outcomes
    held = survival(10).numbers(none)
    screened = np.average(held, weights=strong["russia_signs"])
    unscreened = np.average(held, weights=none["russia_signs"])
    away = (
        strong["russia_signs"] * (held - screened) / strong["russia_signs"].mean()
        - none["russia_signs"] * (held - unscreened) / none["russia_signs"].mean()
    ).to_numpy()
    by_design = away.reshape(200, -1).mean(axis=1)
    assert screened - unscreened > 4 * by_design.std(ddof=1) / np.sqrt(200)
    assert (
        survival_if_signed(runs["article5_like"], 10).low
        > signing(runs["article5_like"]).survival[10].high
    )


@pytest.mark.long
def test_a_longer_shadow_of_the_future_helps_enforcement_and_hurts_bargaining(scenarios):
    """Fearon 1998: the more patient Russia is, the longer a ceasefire holds, and the less likely
    it signs.

    Paired over the same histories, beyond four standard errors.
    """
    patient, hasty = (shadow(scenarios, discount).worlds for discount in (0.96, 0.88))
    holds = estimate(survival(10), patient, hasty)
    signs = estimate(RUSSIA_SIGNS, patient, hasty)
    assert holds.value > 2 * (holds.high - holds.value)
    assert signs.value < -2 * (signs.value - signs.low)


def shadow(scenarios, discount):
    changes = {"sampling.designs": 400, "sampling.replicates": 4, "sampling.seed": 5}
    changes |= {"russia.discount_factor": discount}
    return sim.run(sim.load(scenarios / "none.toml", changes), out=None)


def test_a_text_is_dominated_only_beyond_the_error(runs):
    """A text of worse numbers is dominated, one that is the same but for noise is not."""
    result = signing(runs["none"])
    years = 10
    worse = replace(
        result,
        both_sign=shifted(result.both_sign, -0.3),
        survival_if_signed=result.survival_if_signed
        | {years: shifted(result.survival_if_signed[years], -0.2)},
    )
    near = replace(result, both_sign=shifted(result.both_sign, -1e-4))
    assert dominated_by([result, worse, near]) == [None, 0, None]


def shifted(number, by):
    return replace(
        number,
        value=number.value + by,
        low=number.low + by,
        high=number.high + by,
        what="",
        within=(-1, 1),
    )


@pytest.mark.long
def test_along_the_frontier_signatures_are_paid_for_with_durability(scenarios):
    """The more a text promises, the more durable and the less likely to be signed; a price is the
    durability given up by the chance gained, and a limit that cannot be is refused.
    """
    coalition = sim.load(scenarios / "coalition.toml", {"sampling.seed": 3})
    along = frontier(
        coalition, {"regime.commitment.europe": (0, 1)}, designs=100, replicates=4, samples=12
    )
    assert len(along) > 1
    signs, holds = (
        [getattr(text, name).value for text in along]
        for name in ("both_sign", "survival_if_signed")
    )
    assert signs == sorted(signs)
    assert holds == sorted(holds, reverse=True)
    for one, other in pairwise(along):
        gained = other.both_sign.value - one.both_sign.value
        lost = one.survival_if_signed.value - other.survival_if_signed.value
        assert one.price is not None
        assert one.price.value == pytest.approx(lost / gained)
        assert one.price.low < one.price.value < one.price.high
    assert along[-1].price is None
    with pytest.raises(ScenarioError, match="must be a key of regime"):
        frontier(coalition, {"russia.cost_of_war": (0, 1)})
    with pytest.raises(ScenarioError, match="monitoring"):
        frontier(coalition, {"regime.monitoring.quality": (0, 2)})


def test_a_run_says_where_a_signature_selects(runs):
    """Durability if imposed and if signed, and once what the two mean."""
    shown = comparison([runs["none"], runs["article5_like"]])
    selected = [label for label, run in shown.labelled if run.is_selected]
    assert "Article 5-like protection" in selected
    section = signature(shown)
    assert [row[0] for row in section.tables[0].rows] == selected
    assert [text for text in section.answer if "“if signed” counts" in text] == [IMPOSED_OR_SIGNED]
    said = " ".join(text for paragraph in answer(shown) for text in paragraph.answer)
    assert said.count(IMPOSED_OR_SIGNED) == 1


def test_a_signature_that_is_a_coin_toss_selects_nobody(scenarios):
    """If noise alone decides who signs, every history counts alike, and nothing is said."""
    blind = {"russia.choice_noise": 1000.0, "sampling.designs": 40, "sampling.replicates": 4}
    run = sim.run(sim.load(scenarios / "article5_like.toml", blind), out=None)
    assert np.ptp(run.outcomes["russia_signs"]) < 0.01
    shown = comparison(run)
    assert signature(shown) is None
    assert not any(
        IMPOSED_OR_SIGNED in text for paragraph in answer(shown) for text in paragraph.answer
    )


@pytest.mark.long
@pytest.mark.usefixtures("blank_figures")
def test_sign_prints_one_document_with_every_number_and_its_uncertainty(
    scenarios, tmp_path, command
):
    """Keys as documented; a null range only where there is one number over all parameter sets."""
    printed = command(
        "sign",
        str(scenarios / "none.toml"),
        str(scenarios / "eu.toml"),
        "--designs=60",
        "--replicates=4",
        f"--out={tmp_path}",
        "--json",
    )
    document = json.loads(getattr(printed, "stdout", printed))
    assert [scenario["scenario"] for scenario in document["scenarios"]] == ["none", "eu"]
    for scenario in document["scenarios"]:
        assert set(scenario) == {
            "scenario",
            "label",
            "russia_signs",
            "ukraine_signs",
            "ukraine_gain",
            "both_sign",
            "survival",
            "survival_if_signed",
            "rearming",
            "guarantors",
        }
        assert list(scenario["survival"]) == list(scenario["survival_if_signed"])
        for name in ("russia_signs", "ukraine_signs", "both_sign", "rearming"):
            assert scenario[name]["low"] <= scenario[name]["estimate"] <= scenario[name]["high"]
            assert (scenario[name]["spread_low"] is None) == (
                name in {"ukraine_signs", "both_sign"}
            )
    assert list(tmp_path.glob("signing-*/figures/signing.png"))


def test_the_measure_of_russias_chance_is_an_outcome_like_any_other(runs):
    """Its mean is that of the column."""
    value = estimate(RUSSIA_SIGNS, runs["none"].worlds)
    assert value.value == pytest.approx(runs["none"].outcomes["russia_signs"].mean())


def test_the_figure_shows_every_text_and_both_uncertainties(runs):
    """A point and a label each; a hollow point and its label say who is dominated."""
    results = [signing(run) for run in runs.values()]
    ax = sim.plots.signing(results)
    said = " ".join(text.get_text() for text in ax.texts)
    dominated = sum(other is not None for other in dominated_by(results))
    assert all(result.label in said for result in results)
    assert said.count("(dominated)") == dominated
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(points) == len(results)
    assert sum(line.get_markerfacecolor() == "white" for line in points) == dominated
    plt.close(ax.figure)
