"""What a clause is worth: the axioms of the Shapley value, closed forms, and real texts."""

import json
import re
from dataclasses import replace
from itertools import permutations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import sim
from sim.analysis.catalogue import named
from sim.analysis.estimate import Estimate
from sim.analysis.means import outcome
from sim.analysis.summary import SHOWN
from sim.ensemble.variants import simulate_variants
from sim.errors import ScenarioError
from sim.presentation.registry import section_of
from sim.scenario.load import replaced
from sim.study.clauses import explanation, value
from sim.study.discovery import read_condition
from sim.study.players import Game, Player, between, game_of
from sim.study.shapley import exact, sampled
from sim.wording import points_with_error

SIZE = {"designs": 12, "replicates": 2}
SHORT = {"sampling.steps_per_year": 4, "sampling.horizon_years": 10}


def values_of(weights, game):
    return np.array([game(coalition) for coalition in weights.coalitions])


def by_definition(players, game):
    """The average over all orders of what each adds when it joins."""
    added = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        mask = 0
        for player in order:
            added[player] += game(mask | 1 << player) - game(mask)
            mask |= 1 << player
    return added / len(orders)


def test_exact_values_are_those_of_all_orders():
    """A game of five with random values, to 1e-12."""
    values = np.random.default_rng(3).normal(size=32)
    weights = exact(5)
    np.testing.assert_allclose(
        weights.shapley @ values_of(weights, values.__getitem__),
        by_definition(5, values.__getitem__),
        atol=1e-12,
    )


def test_a_game_with_a_closed_form():
    """Glove game (Shapley & Shubik 1969): one left glove, two right ones: 2/3, 1/6, 1/6."""
    weights = exact(3)
    pairs = values_of(weights, lambda mask: float(mask & 1 and mask & 6))
    np.testing.assert_allclose(weights.shapley @ (pairs != 0), [2 / 3, 1 / 6, 1 / 6], atol=1e-12)


def test_airport_game():
    """Littlechild & Owen 1973: the cost of the longest runway, shared in steps."""
    costs = np.array([1.0, 3.0, 6.0])
    weights = exact(3)
    longest = values_of(
        weights, lambda mask: max([costs[i] for i in range(3) if mask >> i & 1], default=0.0)
    )
    shares = [1 / 3, 1 / 3 + 2 / 2, 1 / 3 + 2 / 2 + 3]
    np.testing.assert_allclose(weights.shapley @ longest, shares, atol=1e-12)


@pytest.mark.parametrize("weights", [exact(6), sampled(12, 8, 1)], ids=["exact", "sampled"])
def test_values_add_up_and_a_dummy_gets_nothing(weights):
    """Efficiency and the dummy axiom hold exactly, for sampled orders too."""
    players = len(weights.shapley)

    def game(mask):
        return float((mask & ~1).bit_count() ** 1.5)  # player 0 adds nothing

    values = values_of(weights, game)
    shares = weights.shapley @ values
    assert shares.sum() == pytest.approx(values[weights.full] - values[weights.none], abs=1e-12)
    assert shares[0] == pytest.approx(0, abs=1e-12)
    assert players in (6, 12)


def test_symmetric_players_get_the_same():
    """Exactly, where all coalitions are valued."""
    weights = exact(7)
    shares = weights.shapley @ values_of(weights, lambda mask: float(mask.bit_count() ** 2))
    np.testing.assert_allclose(shares, 7.0, atol=1e-12)


def test_first_and_last():
    """What a player adds alone, and what its loss costs."""
    weights = exact(3)
    values = values_of(weights, lambda mask: float(mask**2))
    np.testing.assert_allclose(weights.first @ values, [1, 4, 16])
    np.testing.assert_allclose(weights.last @ values, [49 - 36, 49 - 25, 49 - 9])


def test_sampled_orders_come_near_and_know_how_near():
    """Twelve players with synergies: within 4.5 of their own standard errors of the exact values.

    Twelve numbers at a chance of about 1e-4 each (31 degrees of freedom): 0.1 % of fresh seeds.
    """
    rng = np.random.default_rng(8)
    pull, pairs = rng.normal(size=12), np.triu(rng.normal(size=(12, 12)), 1)

    def game(mask):
        bits = np.array([mask >> i & 1 for i in range(12)], dtype=float)
        return float(np.tanh(bits @ pull + bits @ pairs @ bits))

    whole, sample = exact(12), sampled(12, 32, 4)
    truth = whole.shapley @ values_of(whole, game)
    values = values_of(sample, game)
    away = np.abs(sample.shapley @ values - truth)
    assert (away < 4.5 * sample.order_error(values)).all()


@pytest.mark.long
def test_variants_are_what_runs_of_their_own_are(scenarios):
    """Side by side in one model each setting gives, bit for bit, the histories of its own run."""
    base = sim.load(scenarios / "none.toml", {"sampling.designs": 40, "sampling.replicates": 3})
    full = sim.load(
        scenarios / "article5_like.toml", {"sampling.designs": 40, "sampling.replicates": 3}
    )
    game = between(base, full)
    everything = (1 << len(game.players)) - 1
    results = simulate_variants(
        game.scenario(frozenset()),
        [game.setting(game.active(mask)) for mask in (0, everything)],
        lambda worlds: worlds[["years", "russia_signs"]].to_numpy().T,
    )
    for result, scenario in zip(results, (base, full), strict=True):
        alone = sim.run(scenario, out=None).outcomes
        np.testing.assert_array_equal(result[0], alone["years"])
        np.testing.assert_allclose(result[1], alone["russia_signs"], atol=1e-14)


@pytest.mark.parametrize("outcome", ["survival@10", "both_sign", "cost", "terms_drift"])
def test_the_values_of_a_text_add_up(outcome, scenarios):
    """To full less none, exactly; with accession, which needs a scenario of its own."""
    worth = value(sim.load(scenarios / "nato.toml", SHORT), outcome, **SIZE)
    whole = worth.full.value - worth.none.value
    assert sum(clause.value.value for clause in worth.clauses) == pytest.approx(whole, abs=1e-9)
    assert {"commitment", "accession"} <= {clause.number for clause in worth.clauses}
    assert worth.subsets == 2 ** len(worth.clauses)
    alone = replaced(
        sim.load(scenarios / "nato.toml", SHORT),
        {f"sampling.{key}": size for key, size in SIZE.items()},
    )
    if outcome == "survival@10":
        run = sim.run(alone, out=None)
        assert worth.full.value == sim.survival(run, [10])["estimate"].iloc[0]


def test_two_texts_add_up_to_their_difference(scenarios):
    """Clauses of the other text count with the opposite sign."""
    worth = value(
        sim.load(scenarios / "coalition.toml", SHORT),
        "ukraine_signs",
        sim.load(scenarios / "eu.toml", SHORT),
        **SIZE,
    )
    assert worth.difference is not None
    assert sum(clause.value.value for clause in worth.clauses) == pytest.approx(
        worth.difference.value, abs=1e-12
    )
    assert {clause.side for clause in worth.clauses} == {"coalition", "eu"}


def test_a_difference_is_explained_by_provision(scenarios):
    """A scenario that differs in two provisions and in an actor has these three players."""
    base = sim.load(scenarios / "coalition.toml", SHORT)
    other = replaced(
        base,
        {
            "regime.deployment.brigades": 10.0,
            "regime.sanctions.relief": 0.1,
            "russia.cost_of_war": 0.4,
            "name": "other",
        },
    )
    worth = explanation(other, base, "russia_signs", **SIZE)
    assert [clause.number for clause in worth.clauses] == ["deployment", "sanctions", "russia"]
    assert worth.against == "coalition"
    assert worth.difference is not None
    assert worth.difference.value == pytest.approx(worth.full.value - worth.none.value)
    assert sum(clause.value.value for clause in worth.clauses) == pytest.approx(
        worth.full.value - worth.none.value, abs=1e-12
    )


def test_clauses_of_one_effect_share_it_and_one_without_effect_gets_nothing(scenarios):
    """Two clauses that set the same regime are simulated once; a clause that sets the default
    adds nothing in any history.
    """
    full = sim.load(scenarios / "none.toml", {"regime.sanctions.relief": 0.1})
    base = sim.load(scenarios / "none.toml")
    game = Game(
        base,
        full,
        [
            Player("1", "relief", ("regime.sanctions.relief",)),
            Player("2", "nothing", ("regime.sanctions.snapback",)),
        ],
    )
    assert len({game.active(mask) for mask in range(4)}) == 2
    assert game.active(2) == frozenset()


def test_bad_questions_are_refused(scenarios):
    """A scenario without provisions, against itself, and on other assumptions."""
    none, eu = sim.load(scenarios / "none.toml"), sim.load(scenarios / "eu.toml", SHORT)
    with pytest.raises(ScenarioError, match="no provision"):
        game_of(none)
    with pytest.raises(ScenarioError, match="must be another scenario"):
        value(eu, against=eu, **SIZE)
    other = replaced(eu, {"russia.cost_of_war": 0.4, "name": "other"})
    with pytest.raises(ScenarioError, match="in its guarantee only"):
        value(eu, against=other, **SIZE)
    with pytest.raises(ScenarioError, match="no such outcome"):
        value(eu, "survivl@5", **SIZE)


@pytest.mark.long
def test_clauses_prints_one_document(scenarios, tmp_path, command):
    """Keys as documented, and values that add up."""
    printed = command(
        "clauses",
        str(scenarios / "coalition.toml"),
        "--designs=20",
        "--replicates=2",
        f"--out={tmp_path}",
        "--json",
    )
    document = json.loads(getattr(printed, "stdout", printed))
    assert {"scenario", "outcome", "none", "full", "clauses", "not_modelled", "no_bearing"} <= set(
        document
    )
    assert document["against"] is document["difference"] is None
    total = sum(clause["value"]["estimate"] for clause in document["clauses"])
    assert total == pytest.approx(document["full"]["estimate"] - document["none"]["estimate"])
    assert {"number", "text", "value", "first", "last", "side"} == set(document["clauses"][0])
    assert list(tmp_path.glob("clauses-*/figures/clauses.png"))


def test_the_waterfall_ends_where_the_text_stands(scenarios):
    """Bars from the base through every clause to the whole, each from where the last one ended."""
    worth = value(sim.load(scenarios / "eu.toml", SHORT), "survival@5", **SIZE)
    ax = sim.plots.clauses(worth)
    first, *steps, last = ax.patches
    assert len(steps) == len(worth.clauses)
    assert first.get_width() == pytest.approx(worth.none.value)
    assert last.get_width() == pytest.approx(worth.full.value)
    level = worth.none.value
    for step in steps:
        assert step.get_x() == pytest.approx(level)
        level += step.get_width()
    assert level == pytest.approx(worth.full.value)
    plt.close(ax.figure)


def test_harm_is_said_and_a_range_of_few_sets_is_not(scenarios):
    """An army that is capped deters less, by some nine standard errors; of 99 sets no range is
    shown.
    """
    text = sim.load(scenarios / "neutrality.toml", SHORT)
    worth = value(text, "survival@5", designs=150, replicates=2)
    assert [clause.number for clause in worth.does_harm] == ["force_limit"]
    many = section_of(worth.finding())
    (said,) = [said for said in many.answer if said.startswith("On average, one clause lowers")]
    assert ", in percentage points: force limit -" in said
    few = section_of(replace(worth, settings={"sampling": {"designs": 99}}).finding())
    assert [len(row[1].splitlines()) for row in many.tables[0].rows] == [2] * len(worth.clauses)
    assert [len(row[1].splitlines()) for row in few.tables[0].rows] == [1] * len(worth.clauses)
    assert "99 parameter sets are too few" in few.trust
    assert "too few" not in many.trust


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("both_sing", "both_sign"),
        ("Survivl@7", "survival@7"),
        ("survivl_if_signed@5", "survival_if_signed@5"),
        ("cost.eurpe", "cost.europe"),
    ],
)
def test_a_misspelt_outcome_is_suggested(wrong, right, scenarios):
    """The nearest alone; all of them where none is near."""
    coalition = sim.load(scenarios / "coalition.toml")
    with pytest.raises(ScenarioError) as refused:
        outcome(wrong, coalition)
    assert refused.value.problems == [f"{wrong}: no such outcome; did you mean {right}?"]
    with pytest.raises(ScenarioError, match=r"use one of survival@5, .*, survival_if_signed@5$"):
        outcome("nonsense", coalition)


def test_an_outcome_of_other_studies_is_no_misspelling():
    """It gets the list of those that are taken."""
    with pytest.raises(ScenarioError, match="ukraine_signs: no such outcome; use one of survival"):
        named("ukraine_signs", 20)


def test_a_condition_suggests_the_outcome_too():
    """As `--when` of discover takes it."""
    with pytest.raises(ScenarioError, match=r"survivl@5: .*; did you mean survival@5\?"):
        read_condition("survivl@5 < 0.6", horizon=20)


def test_where_no_clause_raises_the_outcome_none_is_worst_to_lose(scenarios):
    """Neither answer nor title names a clause whose loss changes nothing; zero has no sign."""
    text = sim.load(scenarios / "coalition.toml", SHORT)
    worth = value(text, "both_sign", designs=60, replicates=2)
    assert all(clause.last.value < SHOWN for clause in worth.clauses)
    assert worth.worst_to_lose is None
    assert worth.document()["worst_to_lose"] is None
    ax = sim.plots.clauses(worth)
    title = " ".join(ax.get_title(loc="left").split())
    plt.close(ax.figure)
    assert title == "No clause raises the chance that both sign beyond the sampling error"
    assert f"{title}." in section_of(worth.finding()).answer
    fewer_is_better = replace(worth, less_is_better=True)
    assert fewer_is_better.worst_to_lose is not None
    assert "No clause lowers" in fewer_is_better.none_improves
    assert points_with_error(-0.0004, -0.0014, 0.0006) == "+0.0 percentage points (±0.1)"


def test_an_outcome_without_a_range_promises_none(scenarios):
    """The chance that both sign is one number over all parameter sets, however many they are."""
    text = sim.load(scenarios / "eu.toml", SHORT)
    worth = value(text, "both_sign", designs=100, replicates=2)
    assert worth.sets == 100
    assert not worth.has_range
    ax = sim.plots.clauses(worth)
    assert "90 %" not in ax.get_xlabel()
    plt.close(ax.figure)
    said = section_of(worth.finding()).trust
    assert "below: the range" not in said
    assert "The chance that both sign has no range over parameter sets" in said


@pytest.mark.parametrize("count", [5, 6, 8])
def test_clauses_that_do_harm_stand_in_one_sentence(count, scenarios):
    """The worst first, at most five by name; what lowers the chance is said as that."""
    worth = value(sim.load(scenarios / "eu.toml", SHORT), "both_sign", **SIZE)
    clause = worth.clauses[0]
    harmful = [
        replace(clause, number=f"{at}", text="x", value=Estimate(-at / 100, -0.09, -0.001))
        for at in range(1, count + 1)
    ]
    answer = section_of(replace(worth, clauses=tuple(harmful)).finding()).answer
    (said,) = [said for said in answer if said.startswith("On average")]
    assert said.startswith(f"On average, {count} clauses lower the chance that both sign, in perc")
    named = [int(at) for at in re.findall(r"(\d): x -", said)]
    assert named == list(range(count, count - 5, -1))
    assert said.endswith(f"; and {count - 5} more.") == (count > 5)
