"""Robustness: best, regret and tilted beliefs against closed forms, and the command."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

import sim
from sim import plots
from sim.analysis.resampling import weighted_quantiles
from sim.errors import ScenarioError
from sim.presentation.registry import section_of
from sim.study import robustness, turning
from sim.study.kept import read
from sim.study.regret import best_shares, regrets, worst_tenth

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("blank_figures")]
values = arrays(float, (3, 40), elements=st.floats(-1, 1))


@given(values)
def test_regret_is_never_negative_and_the_best_has_none(better):
    """Whatever the outcomes; shares of being best add up to 1 in each design."""
    regret = regrets(better)
    assert (regret >= 0).all()
    assert (regret.min(axis=0) == 0).all()
    np.testing.assert_allclose(best_shares(better).sum(axis=0), 1)


def test_the_best_everywhere_has_no_regret_and_is_always_best():
    """And of two that are level each is best by half."""
    worse = np.linspace(0, 0.5, 30)
    better = np.stack([worse + 0.1, worse, worse + 0.1])
    assert (regrets(better)[0] == 0).all()
    np.testing.assert_allclose(best_shares(better).mean(axis=1), [0.5, 0, 0.5])


@given(arrays(float, 200, elements=st.floats(0, 1)))
def test_the_worst_tenth_is_no_better_than_the_mean(outcomes):
    """And never below the worst."""
    assert outcomes.min() - 1e-12 <= worst_tenth(outcomes) <= outcomes.mean() + 1e-12


def test_a_mean_that_is_0_to_rounding_needs_no_other_belief():
    """Differences in fifths, whose sum is 0 or what rounding leaves of it."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        differences = np.round(5 * rng.normal(size=200)) / 5
        differences[-1] -= differences.sum()
        weights, divergence = turning.tilt(rng.permutation(differences))
        assert divergence == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(weights, 1 / 200, rtol=1e-6)


def test_two_kinds_of_designs_are_tilted_as_the_formula_says():
    """+1 in three of four designs, -1 in the rest.

    Each kind gets half; the divergence is (ln 2/3 + ln 2) / 2.
    """
    weights, divergence = turning.tilt(np.repeat([1.0, -1.0], [750, 250]))
    assert weights[:750].sum() == pytest.approx(0.5, abs=1e-9)
    assert divergence == pytest.approx(
        0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25), abs=1e-9
    )


def test_a_normal_difference_is_shifted_by_its_mean():
    """N(μ, 1) tilted to mean 0 is N(0, 1): KL = μ²/2, on 20,000 quantiles."""
    difference = 0.7 + stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    weights, divergence = turning.tilt(difference)
    assert divergence == pytest.approx(0.7**2 / 2, rel=2e-3)
    np.testing.assert_allclose(
        weighted_quantiles(difference, weights, (0.25, 0.5, 0.75)),
        stats.norm.ppf((0.25, 0.5, 0.75)),
        atol=2e-3,
    )


@given(arrays(float, 100, elements=st.floats(-1, 1)), arrays(float, 100, elements=st.floats(-1, 1)))
def test_no_belief_on_one_thing_is_nearer_than_one_on_all(differences, along):
    """Weights along the difference itself have the least divergence; all leave a mean of 0."""
    weights, least = turning.tilt(differences)
    other, divergence = turning.tilt(differences, along)
    assert least <= divergence + 1e-7 or not np.isfinite(divergence)
    for beliefs in (weights, other):
        if differences.mean() > 0 and np.isfinite(beliefs).all():
            assert beliefs @ differences == pytest.approx(0, abs=1e-7)


def test_where_nothing_turns_the_ranking_none_is_said_to():
    """A rival that is worse everywhere; one that is as good already takes nothing."""
    assert turning.tilt(np.full(100, 0.2) + np.linspace(0, 0.1, 100))[1] == np.inf
    assert turning.tilt(np.linspace(-1, 0.5, 100))[1] == 0


def test_chance_alone_turns_no_ranking():
    """A difference of 0.1 that no assumption moves, with noise of 0.3.

    Of 40 sets of designs three at most find a belief (1 % do).
    """
    rng = np.random.default_rng(3)
    turned = 0
    for _ in range(40):
        means = 0.1 + 0.3 * rng.standard_normal(1000)
        along = turning.expected(rng.permutation(1000) % 20, means, np.arange(1000) % turning.FOLDS)
        turned += np.isfinite(turning.tilt(means, along)[1])
    assert turned <= 3


def test_a_known_belief_is_found():
    """The difference is 1 below the upper fifth of an assumption and -1 in it.

    Half the weight must go there, ln form as above.
    """
    value = np.random.default_rng(2).permutation(1000) / 1000
    belief = turning._belief(value, np.where(value < 0.8, 1.0, -1.0), seed=3)
    assert belief["divergence"] == pytest.approx(
        0.5 * np.log(0.5 / 0.8) + 0.5 * np.log(0.5 / 0.2), rel=0.02
    )
    assert belief["divergence_low"] <= belief["divergence"] <= belief["divergence_high"]
    assert belief["turns"] == 1
    assert belief["needed"] == pytest.approx(0.8, abs=0.02)
    assert belief["now"] == pytest.approx(0.5, abs=0.01)


SMALL = {"sampling.designs": 300, "sampling.replicates": 6, "sampling.horizon_years": 10}
NAMES = ("none", "coalition", "nato")


@pytest.fixture(scope="module")
def several(scenarios, few):
    return [few(sim.load(scenarios / f"{name}.toml", SMALL)) for name in NAMES]


@pytest.fixture(scope="module")
def finding(several):
    """A finding of three guarantees."""
    return robustness.rank_guarantees(several, out=None)


def test_every_number_lies_within_its_limits(finding):
    """And shares of being best add up to 1."""
    table = finding.table
    for column in ("mean", "best", "surely", "regret", "worst_regret", "worst_decile"):
        assert (table[f"{column}_low"] <= table[column] + 1e-12).all()
        assert (table[column] <= table[f"{column}_high"] + 1e-12).all()
    assert table["best"].sum() == pytest.approx(1)
    assert (table["surely"] <= table["best"]).all()
    assert (table["regret"] <= table["worst_regret"]).all()
    assert list(table["mean"]) == sorted(table["mean"], reverse=True)
    turning = finding.tables["turning"]
    assert (turning["divergence_low"] <= turning["divergence_high"]).all()
    assert set(turning["rival"]) == set(NAMES) - {table["name"][0]}
    assert (turning.groupby("rival").size() == 5).all()


def test_the_mean_is_that_of_the_durability_table(finding, several):
    """The same run gives the same number."""
    run = sim.run(several[NAMES.index("nato")], out=None)
    row = finding.table.set_index("name").loc["nato"]
    assert row["mean"] == pytest.approx(float(sim.survival(run, [10])["estimate"].iloc[0]))


def test_less_of_an_attack_is_better(several):
    """Ranked by the share that ends by attack, the guarantee with least of it comes first."""
    table = sim.robust(several, "cause.attack", out=None)
    assert list(table["mean"]) == sorted(table["mean"])
    assert (table["worst_decile"] >= table["mean"]).all()


def test_figures_and_sentences_tell_it(finding):
    """Titles name the best; every sentence ends."""
    section = section_of(finding)
    best = finding.label(finding.table["name"][0])
    assert best in section.answer[0]
    assert best != finding.table["name"][0]
    assert all(sentence.endswith(".") for sentence in section.answer)
    for draw in section.figures.values():
        assert best in draw().get_title(loc="left")
        plots.style.plt.close("all")


SIZE = ["--designs", "120", "--replicates", "4", "--years", "5"]


def test_other_beliefs_and_too_few_designs_are_refused(scenarios, tmp_path):
    """Worlds of different actors are no pairs: the message names the number that differs.

    Ten designs rank nothing.
    """
    nato, coalition = (sim.load(scenarios / f"{name}.toml") for name in ("nato", "coalition"))
    (tmp_path / "other.toml").write_text(
        "[russia]\nvalue_of_prevailing = { draws = [0.4, 0.7, 1.1] }\n"
    )
    with pytest.raises(ScenarioError, match=r"^nato\+other: russia"):
        robustness.rank_guarantees(
            [coalition, sim.load(scenarios / "nato.toml", over=[tmp_path / "other.toml"])], out=None
        )
    with pytest.raises(ScenarioError, match=r"^sampling\.designs must be 20 or more"):
        robustness.rank_guarantees(
            [
                sim.scenario.load.replaced(scenario, {"sampling.designs": 10})
                for scenario in (nato, coalition)
            ],
            out=None,
        )


def test_the_command_keeps_what_it_prints(scenarios, few_file, tmp_path, command):
    """JSON with null for what no belief reaches, folder, figures.

    Read again and asked again it is the same.
    """
    words = [
        "robust",
        *(f"{scenarios / name}.toml+{few_file}" for name in NAMES),
        *SIZE,
        "--out",
        tmp_path,
    ]
    document = json.loads(command(*words, "--json").stdout)
    folder = Path(document["folder"])
    assert {path.name for path in (folder / "figures").iterdir()} == {"regret.png", "turning.png"}
    finding = read(folder)
    assert section_of(finding).answer[0] in " ".join(command(*words).stdout.split())
    assert json.loads(command(*words, "--json").stdout) == document
    assert document["asked"]["outcome"] == "survival@5"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{none}"], "none"),
        (["{none}", "{none}"], "none"),
        (["{none}", "{nato}", "--outcome", "survival@30"], "survival@30"),
        (["{none}", "{nato}", "--replicates", "1"], "--replicates"),
        (["{none}", "{other}"], "seed"),
    ],
)
def test_what_cannot_be_ranked_is_refused(scenarios, tmp_path, words, said, command):
    """Exit code 2 and a plain line, before anything is simulated."""
    other = tmp_path / "other.toml"
    other.write_text(
        f'title = "Another seed"\nextends = "{scenarios}/none.toml"\n[sampling]\nseed = 7\n'
    )
    places = {"none": scenarios / "none.toml", "nato": scenarios / "nato.toml", "other": other}
    out = tmp_path / "runs"
    result = command(
        "robust", *SIZE, *(word.format(**places) for word in words), "--out", out, code=2
    )
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(out.glob("[!.]*"))


@pytest.mark.exhaustive
def test_the_limits_of_how_often_one_is_best_hold_what_few_histories_hide(scenarios, few):
    """With 5 histories a design the limits of each share hold what 600 of other histories find, and
    they come together with them.
    """

    def table(replicates, seed):
        size = {
            "sampling.designs": 150,
            "sampling.replicates": replicates,
            "sampling.seed": seed,
            "sampling.steps_per_year": 4,
        }
        both = [
            few(sim.load(scenarios / f"{name}.toml", size)) for name in ("article5_like", "nato")
        ]
        return sim.robust(both, "survival@5", out=None).set_index("name")

    thin, many = table(5, 2025), table(600, 7)
    for name in thin.index:
        assert thin.loc[name, "best_low"] <= many.loc[name, "best"] <= thin.loc[name, "best_high"]
        assert (
            thin.loc[name, "best_low"]
            <= thin.loc[name, "surely"]
            <= thin.loc[name, "best"]
            <= thin.loc[name, "best_high"]
        )
    assert (many["best_high"] - many["best_low"] < thin["best_high"] - thin["best_low"]).all()
