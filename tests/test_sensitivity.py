"""Sensitivity: known indices through the path that scenarios take, chance kept out of them, and the
contracts of the command.
"""

import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
from SALib.analyze import sobol as salib
from typer.testing import CliRunner

import sim
from sim.analysis.measures import survival
from sim.cli import app
from sim.errors import RunError, ScenarioError
from sim.model.politics import _of_successors
from sim.presentation.sensitivity import section
from sim.study.experiment import PointValues, Responses, _order, evaluate_scenarios, responses
from sim.study.factors import JOINT, Factors, factors, with_uniform
from sim.study.finding import Finding
from sim.study.screening import screening
from sim.study.sensitivity import attribute_variance, sensitivity_tables
from sim.study.variance import Saltelli
from sim.uncertainty import Draws, Uniform

ISHIGAMI = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0])


def ishigami(unit):
    """Ishigami & Homma 1990, with a = 7 and b = 0.1."""
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(unit):
    """Sobol's g function (Saltelli & Sobol 1995)."""
    return np.prod((np.abs(4 * unit - 2) + WEIGHTS) / (1 + WEIGHTS), axis=1)


def of_g():
    """Its indices in closed form."""
    own = 1 / 3 / (1 + WEIGHTS) ** 2
    whole = np.prod(1 + own) - 1
    return own / whole, own * np.prod(1 + own) / (1 + own) / whole


def named(count):
    return Factors({f"x{number}": {f"x{number}": Uniform(0, 1)} for number in range(1, count + 1)})


def noisy(function, noise=0.0, replicates=10, seed=0):
    """A function of the unit cube with independent noise in each history, through the path of
    scenarios.
    """
    rng = np.random.default_rng(seed)

    def evaluate(unit):
        rows, row = np.unique(unit, axis=0, return_inverse=True)
        return responses(
            function(rows)[:, None] + noise * rng.standard_normal((len(rows), replicates)),
            row.ravel(),
        )

    return evaluate


def tables(evaluate, varied, samples, trajectories, seed):
    """The tables of a study that screens with as many histories."""
    return sensitivity_tables(evaluate, evaluate, varied, samples, trajectories, seed)


def within(table, factor, index, truth, errors=4):
    """An estimate lies within so many standard errors of the truth, a quarter of its 95 % interval
    being one, and 0.01 for what is 0.
    """
    row = table[(table["factor"] == factor) & (table["index"] == index)].iloc[0]
    return abs(row["estimate"] - truth) < errors * max(
        (row["high"] - row["low"]) / 3.92, 0.01 / errors
    )


@pytest.mark.parametrize("noise", [0.0, 6.0])
def test_ishigami_with_and_without_chance(noise):
    """First order and total are the known ones within 4 standard errors, also where chance is
    twenty-fold the variance of a factor.
    """
    table = tables(noisy(ishigami, noise), named(3), 2048, 20, 5)["indices"]
    for factor, (first, total) in ISHIGAMI.items():
        assert within(table, factor, "first order", first), table
        assert within(table, factor, "total", total), table


@pytest.mark.parametrize("noise", [0.0, 1.5])
def test_sobol_g_with_and_without_chance(noise):
    """The same for a product of four factors that matter less and less."""
    table = tables(noisy(sobol_g, noise), named(4), 2048, 20, 7)["indices"]
    for factor, first, total in zip(named(4).names, *of_g(), strict=True):
        assert within(table, factor, "first order", first), table
        assert within(table, factor, "total", total), table


def test_without_taking_chance_out_the_totals_are_wrong():
    """The naive totals of SALib are too large by far more than the error.

    Of a factor that does nothing, by the share of chance.
    """
    idle = noisy(lambda unit: ishigami(unit[:, :3]), 6.0)
    sample = Saltelli.sample(idle, named(4), 1024, 3)
    naive = salib.analyze(
        {"num_vars": 4, "names": named(4).names, "bounds": [[0, 1]] * 4},
        sample.responses.mean,
        calc_second_order=False,
        seed=1,
    )
    ours = sample.indices(np.arange(1024))
    spread = sample.resampled(1)[:, 1, 3].std()
    assert naive["ST"][3] > 0.15
    assert abs(ours[1, 3]) < 4 * spread


def test_without_chance_the_estimators_are_those_of_salib():
    """Totals to rounding, on the same sample; first orders but for where the mean is taken, which
    SALib takes over all points.
    """
    sample = Saltelli.sample(noisy(ishigami), named(3), 256, 9)
    ours = sample.indices(np.arange(256))
    theirs = salib.analyze(
        {"num_vars": 3, "names": named(3).names, "bounds": [[0, 1]] * 3},
        sample.responses.mean,
        calc_second_order=False,
        seed=1,
    )
    both = np.concatenate([sample.a, sample.b])
    unbiased = sample.responses.mean[both].var() / sample.responses.mean[both].var(ddof=1)
    np.testing.assert_allclose(ours[1, :3], theirs["ST"] * unbiased, rtol=1e-9)
    np.testing.assert_allclose(ours[0, :3], theirs["S1"] * unbiased, atol=0.02)


def test_points_that_are_one_share_their_chance():
    """One factor: B with A's others is B itself, and the first order is still 1 under much chance,
    within 4 standard errors.
    """
    table = tables(noisy(lambda unit: unit[:, 0], 0.5), named(1), 1024, 20, 3)["indices"]
    assert within(table, "x1", "first order", 1.0)
    assert within(table, "x1", "total", 1.0)


def test_screening_says_what_it_cannot_tell_from_chance():
    """Linear effects are their slopes times the width moved on.

    An idle factor has the effect that chance gives, and is not told.
    """
    slopes = np.array([4.0, 1.0, 0.0])
    quiet = screening(noisy(lambda unit: unit @ slopes), named(3), 30, 1)
    np.testing.assert_allclose(quiet["effect"], 0.9 * slopes, atol=1e-9)
    np.testing.assert_allclose(quiet["chance"], 0, atol=1e-12)
    loud = screening(noisy(lambda unit: unit @ slopes, 1.0), named(3), 30, 1)
    assert loud["told"].tolist() == [True, False, False] or loud["told"].tolist() == [
        True,
        True,
        False,
    ]
    idle = loud.iloc[2]
    assert (
        idle["low"] - 4 * (idle["high"] - idle["low"])
        < idle["chance"]
        < idle["high"] + 4 * (idle["high"] - idle["low"])
    )


def test_the_share_of_chance_is_that_of_one_history():
    """Noise of variance 4 beside parameters of variance 1/12.

    48/49, within its limits widened to 4 standard errors.
    """
    sample = tables(noisy(lambda unit: unit[:, 0], 2.0), named(2), 1024, 20, 3)["sample"].iloc[0]
    reach = (sample["chance_high"] - sample["chance_low"]) * 4 / 3.92
    assert abs(sample["chance"] - 48 / 49) < reach


def test_a_larger_sample_is_surer_as_it_says():
    """The size that it asks for is a power of two, and with it the widest interval is at most 1.5
    times the goal.
    """
    first = tables(noisy(ishigami), named(3), 256, 20, 3)["sample"].iloc[0]
    wanted = int(first["enough"])
    assert wanted & (wanted - 1) == 0
    assert tables(noisy(ishigami), named(3), wanted, 20, 3)["sample"].iloc[0]["widest"] < 0.075


def test_a_nan_and_a_missing_point_are_errors():
    """Whichever way they come."""
    with pytest.raises(RunError, match="1 of 6"):
        responses(np.array([[1, 2], [np.nan, 1], [0, 1.0]]), np.arange(3))

    def short(unit):
        return Responses(
            np.zeros(len(unit) - 1),
            np.zeros(len(unit) - 1),
            np.zeros(len(unit) - 1),
            np.arange(len(unit) - 1),
        )

    def broken(unit):
        return Responses(
            np.full(len(unit), np.nan),
            np.zeros(len(unit)),
            np.zeros(len(unit)),
            np.arange(len(unit)),
        )

    for evaluate, message in ((short, "outcomes for"), (broken, "are no numbers")):
        with pytest.raises(RunError, match=message):
            tables(evaluate, named(2), 8, 5, 1)
    with pytest.raises(ScenarioError, match=r"sampling\.replicates must be 2 or more"):
        responses(np.zeros((3, 1)), np.arange(3))


@pytest.fixture(scope="module")
def none(scenarios, few):
    return few(sim.load(scenarios / "none.toml", {"sampling.steps_per_year": 4}))


def test_a_point_is_simulated_with_its_numbers(none):
    """Each point's mean and chance are those of its worlds in the run, and a run that lacks a point
    is refused.
    """
    varied = factors([none])
    unit = np.random.default_rng(1).random((5, len(varied.names)))
    unit[4] = unit[0]
    outcomes = evaluate_scenarios([none], varied, survival(5), 50)(unit)
    assert outcomes.mean[4] == outcomes.mean[0]
    assert len(set(outcomes.row)) == 4
    values = {key: column[:4] for key, column in varied.values(unit).items()}
    designs = {key: column[[2, 0, 1, 3]] for key, column in values.items()}
    np.testing.assert_array_equal(_order([values], [designs]), [2, 0, 1, 3])
    with pytest.raises(RunError, match="not every one of 4 points"):
        _order([values], [{key: column[[2, 0, 1, 1]] for key, column in values.items()}])


@pytest.mark.long
def test_an_index_of_the_model_is_that_of_two_loops(none):
    """The first order of the value of prevailing against brute force.

    Variance over it of means over all else, within 4 standard errors.
    """
    fixed = sim.scenario.load.replaced(none, {"russia.leader_turnover": 0.0})
    table = attribute_variance(fixed, "survival@5", samples=512, trajectories=10).tables
    row = (
        table["indices"]
        .query("factor == 'russia.value_of_prevailing' and index == 'first order'")
        .iloc[0]
    )
    varied, rng = factors([fixed]), np.random.default_rng(4)
    column, outer, inner = varied.names.index("russia.value_of_prevailing"), 60, 40
    unit = rng.random((outer, inner, len(varied.names)))
    unit[:, :, column] = ((np.arange(outer) + 0.5) / outer)[:, None]
    outcomes = evaluate_scenarios([fixed], varied, survival(5), 10)(
        unit.reshape(-1, len(varied.names))
    )
    means = outcomes.mean.reshape(outer, inner)
    brute = (means.mean(axis=1).var() - (means.var(axis=1, ddof=1) / inner).mean()) / (
        outcomes.mean.var() - outcomes.noise.mean()
    )
    assert abs(row["estimate"] - brute) < 4 * np.hypot((row["high"] - row["low"]) / 3.92, 0.03)


def test_joint_draws_are_one_factor(none):
    """Numbers that are drawn together move together: a group of one index."""
    joint = sim.scenario.load.replaced(
        none,
        {
            "russia.cost_of_war": {"draws": [0.2, 0.4, 0.6]},
            "war.incidents_per_year": {"draws": [1, 2, 3]},
        },
    )
    varied = factors(with_uniform([joint], {"regime.deployment.brigades": (0, 10)}))
    assert varied.names[-1] == JOINT
    values = varied.values(np.full((1, len(varied.names)), 0.5))
    assert (values["russia.cost_of_war"], values["war.incidents_per_year"]) == (0.4, 2)
    assert values["regime.deployment.brigades"] == 5
    assert isinstance(varied.distributions[JOINT]["russia.cost_of_war"], Draws)


def test_rows_of_joint_draws_are_screened_against_each_other():
    """A hundred rows of 0 or 1 in no order: two of them two thirds of the way apart differ as often
    as they do, within 4 standard errors.

    It holds at every seed: a grid of four levels would compare the same four rows for ever.
    """
    rows = (np.random.default_rng(8).random(100) < 0.5).astype(float)
    shift = (np.arange(3000) + 0.5) / 3000
    apart = np.abs(
        rows[(100 * shift).astype(int)] - rows[(100 * ((shift + 2 / 3) % 1)).astype(int)]
    ).mean() / (2 / 3)
    varied = Factors({JOINT: {"war.incidents_per_year": Draws(tuple(rows.tolist()))}})
    for seed in range(3):
        row = screening(
            noisy(lambda unit: rows[(100 * unit[:, 0]).astype(int)]), varied, 200, seed
        ).iloc[0]
        assert abs(row["effect"] - apart) < 4 * (row["high"] - row["low"]) / 3.92


def test_rows_of_joint_draws_have_no_lowest_tenth(none):
    """Neither swings nor bars; the section and the figures say so, and show the numbers in the
    rows.
    """
    rng = np.random.default_rng(2)
    draws = {
        "russia.value_of_prevailing": {"draws": rng.lognormal(-0.4, 1.2, 90).tolist()},
        "russia.insecurity": {"draws": rng.random(90).tolist()},
    }
    joint = sim.scenario.load.replaced(
        none, draws | {"russia.strength_target": 170, "russia.reconstitution_half_life": 4}
    )
    finding = attribute_variance(joint, "survival@5", samples=256, trajectories=10)
    assert finding.table["factor"].unique().tolist() == [JOINT]
    assert finding.tables["swings"].empty
    assert not finding.tables["points"].duplicated(["russia.value_of_prevailing"]).any()
    assert tuple(section(finding).tables[0].rows[0][3:5]) == ("no order", "no order")
    assert "what is drawn with it" in sim.plots.influence(finding).get_title(loc="left")
    tornado = sim.plots.tornado(finding)
    assert not tornado.child_axes[0].patches
    plt.close("all")


@pytest.mark.long
def test_each_scenario_of_a_difference_keeps_what_it_knows(none):
    """A provision that is uncertain in one is not put into the other.

    Point by point the difference is that of both alone, exactly.
    """
    force = sim.scenario.load.replaced(
        none,
        {
            "name": "force",
            "regime.commitment.europe": 0.8,
            "regime.deployment.brigades": {"uniform": [0, 25]},
        },
    )
    varied = factors([force, none])
    unit = np.random.default_rng(3).random((40, len(varied.names)))
    both, one, other = (
        evaluate_scenarios(several, varied, survival(5), 20)(unit).mean
        for several in ([force, none], [force], [none])
    )
    np.testing.assert_allclose(both, one - other, atol=1e-12)
    assert np.abs(both).max() > 0.2


def test_a_provision_is_varied_in_the_first_scenario_only(none):
    """All else is varied in both, and provisions may be uncertain in either."""
    first, second = with_uniform(
        [none, none], {"regime.deployment.brigades": (0, 10), "russia.cost_of_war": (0.2, 0.8)}
    )
    assert first.regime.deployment.brigades == Uniform(0, 10)
    assert second.regime.deployment.brigades == 0
    assert first.russia.cost_of_war == second.russia.cost_of_war == Uniform(0.2, 0.8)
    (other,) = with_uniform([none], {"regime.deployment.brigades": (5, 8)})
    assert "regime.deployment.brigades" in factors([first, second]).names
    assert (
        factors(
            [with_uniform([none], {"regime.deployment.brigades": (0, 10)})[0], other]
        ).names.count("regime.deployment.brigades")
        == 1
    )


def test_a_new_leader_follows_the_scenario_and_not_the_sample(none):
    """With the first leader held at one value, those who follow are drawn as in the scenario
    itself, world by world.
    """
    known = none.russia.value_of_prevailing
    held = none.drawn(
        {"russia.value_of_prevailing": PointValues((0.7,) * none.sampling.designs, known)}
    )
    model, own = sim.CeasefireModel(held, 300), sim.CeasefireModel(none, 300)
    assert (model.russia.value_of_prevailing == 0.7).all()
    everyone = np.arange(300)
    np.testing.assert_array_equal(
        *(
            _of_successors(successors, "value_of_prevailing", everyone)
            for successors in (model, own)
        )
    )


def test_a_member_of_the_coalition_may_be_uncertain(scenarios, few):
    """It goes by its name, in the tables and in words."""
    coalition = few(sim.load(scenarios / "coalition.toml", {"sampling.steps_per_year": 4}))
    doubted = coalition.drawn({"europe.members.Poland.reliability": Uniform(0.2, 1)})
    finding = attribute_variance(doubted, "survival@5", samples=32, trajectories=4)
    assert "europe.members.Poland.reliability" in set(finding.table["factor"])
    assert any(
        row[0].startswith("Poland: chance that the pledge is honoured")
        for row in section(finding).tables[0].rows
    )


def test_a_hump_is_told_from_a_slope():
    """Where the outcome is farthest between the ends, beyond error, the figures say where it goes
    on its way.
    """
    titles = {}
    for name, function in (
        ("hump", lambda unit: 4 * unit[:, 0] * (1 - unit[:, 0])),
        ("slope", lambda unit: unit[:, 0]),
    ):
        varied = Factors(
            {
                "russia.insecurity": {"russia.insecurity": Uniform(0, 1)},
                "war.incidents_per_year": {"war.incidents_per_year": Uniform(0, 1)},
            }
        )
        settings = {
            "outcome": "survival@5",
            "label": "holds 5 years",
            "unit": "share",
            "samples": 512,
            "replicates": 10,
            "scenarios": {"none": {}},
        }
        finding = Finding("sensitivity", settings, tables(noisy(function, 0.3), varied, 512, 10, 1))
        titles[name] = sim.plots.influence(finding).get_title(loc="left")
        sim.plots.tornado(finding)
        assert any("is not monotone" in sentence for sentence in section(finding).answer) == (
            name == "hump"
        )
    plt.close("all")
    assert "by way of" in titles["hump"]
    assert "by way of" not in titles["slope"]


def test_what_cannot_be_asked_is_refused(none):
    """Nothing uncertain, beliefs that differ, a size that is no power of two."""
    sure = sim.scenario.load.replaced(
        none, dict.fromkeys(none.uncertain(), 1.0) | {"russia.insecurity": 0.5}
    )
    with pytest.raises(ScenarioError, match=r"^none: "):
        attribute_variance(sure, "survival@5")
    other = sim.scenario.load.replaced(
        none, {"name": "other", "russia.insecurity": {"uniform": [0, 0.5]}}
    )
    with pytest.raises(ScenarioError, match=r"^other: russia\.insecurity "):
        attribute_variance(none, "survival@5", against=other)
    with pytest.raises(ScenarioError, match="100"):
        attribute_variance(none, "survival@5", samples=100)


@pytest.mark.long
def test_a_guarantee_against_itself_differs_by_nothing(none):
    """All differences are 0, no variance is left, and the answer says so."""
    finding = attribute_variance(
        none,
        "survival@5",
        against=sim.scenario.load.replaced(none, {"name": "same"}),
        samples=32,
        trajectories=4,
    )
    assert finding.tables["sample"].iloc[0]["mean"] == 0
    assert finding.table["estimate"].isna().all()
    assert "do not move it significantly" in section(finding).answer[0]
    assert "No two histories differ" in section(finding).answer[1]
    assert (
        "does not move the difference in the share that holds 5 years by more than chance"
        in sim.plots.tornado(finding).get_title(loc="left")
    )
    sim.plots.influence(finding)
    plt.close("all")


def test_a_share_that_is_not_told_is_not_given():
    """Chance 10,000 times as large as what parameters do.

    No estimate without limits, and the figure draws none.
    """
    settings = {
        "outcome": "survival@5",
        "label": "holds 5 years",
        "unit": "share",
        "samples": 512,
        "replicates": 10,
        "scenarios": {"none": {}},
    }
    varied = Factors(
        {
            "russia.insecurity": {"russia.insecurity": Uniform(0, 1)},
            "war.decisiveness": {"war.decisiveness": Uniform(0, 1)},
        }
    )
    finding = Finding(
        "sensitivity", settings, tables(noisy(lambda unit: unit[:, 0], 30.0), varied, 64, 10, 1)
    )
    assert finding.table[["estimate", "low", "high"]].isna().all(axis=None)
    assert "does not move the share that holds 5 years by more than chance" in sim.plots.tornado(
        finding
    ).get_title(loc="left")
    plt.close("all")


@pytest.fixture(scope="module")
def answered(scenarios, few_file, tmp_path_factory):
    """The document of the command, its folder, and its words."""
    out = tmp_path_factory.mktemp("sensitivity")
    words = [
        "sensitivity",
        f"{scenarios / 'nato.toml'}+{few_file}",
        "--outcome",
        "survival@3",
        "--against",
        f"{scenarios / 'none.toml'}+{few_file}",
        "--vary",
        "regime.deployment.brigades=0:15",
        "--samples",
        256,
        "--replicates",
        20,
        "--years",
        3,
        "--set",
        "sampling.steps_per_year=4",
        "--out",
        out,
        "--json",
    ]
    result = CliRunner().invoke(app, list(map(str, words)))
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), out, words


@pytest.mark.long
@pytest.mark.usefixtures("blank_figures")
def test_the_document_of_a_sensitivity(answered):
    """Every factor has both indices, an effect and two ends, each with limits.

    Figures stand in the folder; and it repeats exactly.
    """
    document, out, words = answered
    names = {row["factor"] for row in document["indices"]}
    assert "regime.deployment.brigades" in names
    assert (
        len(document["indices"])
        == len([row for row in document["swings"] if row["end"] != "between"])
        == 2 * len(names)
    )
    for row in document["indices"] + document["swings"]:
        assert row["low"] <= row["estimate"] <= row["high"]
    for row in document["screening"]:
        assert row["low"] <= row["effect"] <= row["high"]
    folder = out / document["folder"].rpartition("/")[2]
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "tornado.png",
        "influence.png",
    }
    again = CliRunner().invoke(app, list(map(str, words)))
    assert json.loads(again.stdout) == document


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--outcome", "survival@99"], "survival@99:"),
        (["--outcome", "peace"], "peace:"),
        (["--vary", "regime.deployment.brigades=1"], "--vary regime.deployment.brigades=1:"),
        (["--vary", "regime.deploymnt.brigades=1:2"], "regime.deploymnt:"),
        (["--samples", "100"], "--samples 100:"),
        (["--replicates", "1"], "--replicates 1:"),
    ],
)
def test_bad_words_end_with_a_message_and_code_2(scenarios, tmp_path, words, message):
    result = CliRunner().invoke(
        app, ["sensitivity", str(scenarios / "none.toml"), *words, "--out", str(tmp_path)]
    )
    assert (result.exit_code, message in " ".join(result.output.split())) == (2, True), (
        result.output
    )
