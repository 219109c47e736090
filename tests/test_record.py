"""The record: what it holds, against published figures and other programs.

And how the model is scored against it.
"""

import json
import re
from pathlib import Path

import lifelines
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from elements import LIBRARY
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.errors import ScenarioError
from sim.record.class_scenarios import CLASS_SCENARIOS, class_of
from sim.record.forecasts import CROWDS, forecasts
from sim.record.lifetimes import Weibull, by_class, kaplan_meier, shape_interval, weibull
from sim.record.record import OUTCOMES, record
from sim.study import scoring
from sim.study.scoring import RIVALS, _weights, brier, left_out, log_loss, scores
from sim.study.validation import covered, run_predictor, too_few

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("blank_figures")]
ROOT = Path(__file__).parents[1]
CODEBOOK = (ROOT / "sim" / "record" / "codebook.md").read_text()
YEARS = [1, 2, 5, 10, 20]


@pytest.mark.parametrize(
    ("outcome", "ended", "durability", "shape"),
    [
        ("fighting", 39, [0.90, 0.84, 0.78, 0.66, 0.48], 0.46),
        ("war", 32, [0.91, 0.88, 0.85, 0.74, 0.59], 0.52),
    ],
)
def test_the_pooled_record_is_the_published_one(outcome, ended, durability, shape):
    """81 cases: Kaplan-Meier and Weibull shape as they were computed once from the same cases, to
    the digit given.
    """
    cases = record(outcome)
    assert (len(cases), cases["ended"].sum()) == (81, ended)
    np.testing.assert_allclose(kaplan_meier(cases, YEARS)["estimate"], durability, atol=0.0051)
    assert weibull(cases).shape == pytest.approx(shape, abs=0.011)


def test_every_case_is_as_the_codebook_says():
    """Columns, classes and their counts; one end or one censoring each, after the start.

    A source each.
    """
    cases = record(pooled=False)
    assert len(cases) == 87
    names = set(
        re.findall(
            r"`(\w+)`",
            "".join(
                line.split("|")[1]
                for line in CODEBOOK.split("## Classes")[0].splitlines()
                if line[:2] == "| "
            ),
        )
    )
    assert names - {"column"} == set(cases) - {"pair", "years", "ended", "by"}
    counts = dict(re.findall(r"\| `(\w+)` \|[^|]+\| (\d+) \|", CODEBOOK))
    assert {name: int(count) for name, count in counts.items()} == cases[
        "guarantee_class"
    ].value_counts().to_dict()
    for outcome in ("war", "fighting"):
        assert (
            cases[f"{outcome}_resumed"].isna() != cases[f"{outcome}_followed_until"].isna()
        ).all()
        assert (record(outcome, pooled=False)["years"] > 0).all()
    assert (record("war")["years"] >= record("fighting")["years"] - 1e-9).all()
    assert cases["source"].str.len().min() > 3
    assert (
        not cases.drop(
            columns=[
                "guarantee",
                "fighting_resumed",
                "fighting_followed_until",
                "war_resumed",
                "war_followed_until",
            ]
        )
        .isna()
        .any(axis=None)
    )
    with pytest.raises(KeyError, match="war and fighting"):
        record("incident")


@pytest.mark.parametrize("name", ["all", "peacekeepers_monitors", "demilitarised_zone", "none"])
def test_lifetimes_are_those_of_lifelines(name):
    """Durability, its limits, and the Weibull fit, of all cases and of three classes."""
    cases = dict(by_class(record()))[name]
    fitted = lifelines.KaplanMeierFitter().fit(cases["years"], cases["ended"])
    table = kaplan_meier(cases, YEARS)
    np.testing.assert_allclose(
        table["estimate"], fitted.survival_function_at_times(YEARS), atol=1e-12
    )
    limits = fitted.confidence_interval_
    for _, row in table[table["estimate"] < 1].iterrows():
        np.testing.assert_allclose(
            row[["low", "high"]].astype(float),
            limits[limits.index <= row["years"]].iloc[-1],
            atol=1e-9,
        )
    other = lifelines.WeibullFitter().fit(cases["years"], cases["ended"])
    assert weibull(cases).shape == pytest.approx(other.rho_, rel=1e-3)
    assert weibull(cases).scale == pytest.approx(other.lambda_, rel=1e-2)


def test_a_class_in_which_none_ended_is_not_safe_for_ever():
    """Seven of seven: the lower limit is the exact one of seven, and a shape is refused."""
    cases = dict(by_class(record()))["deployed_allied_force"]
    row = kaplan_meier(cases, [1]).iloc[0]
    assert row["estimate"] == row["high"] == 1
    assert row["low"] == pytest.approx(0.025 ** (1 / 7))
    with pytest.raises(ValueError, match="two or more cases that ended"):
        weibull(cases)


def test_what_nobody_followed_is_not_known():
    """After the last case was followed no durability is given."""
    cases = pd.DataFrame({"years": [1.0, 2.0, 3.0], "ended": [True, False, False]})
    assert kaplan_meier(cases, [2.5, 3.5])["estimate"].isna().tolist() == [False, True]
    all_ended = cases.assign(ended=True)
    assert kaplan_meier(all_ended, [3.5]).drop(columns=["years", "at_risk"]).isna().all(axis=None)


@given(st.floats(0.3, 2), st.floats(2, 50), st.integers(0, 2**32 - 1))
def test_a_weibull_shape_is_found_again(shape, scale, seed):
    """400 drawn lifetimes, censored at 30 years.

    The limits, widened to 5 standard errors, hold the truth (false alarm 6e-7 each).
    """
    years = scale * np.random.default_rng(seed).weibull(shape, 400)
    cases = pd.DataFrame({"years": np.minimum(years, 30), "ended": years < 30})
    fitted, low, high = shape_interval(cases)
    error = (np.log(high) - np.log(low)) / (2 * 1.96)
    assert abs(np.log(fitted / shape)) < 5 * error


def test_the_score_of_the_likelihood_is_its_slope():
    """The likeliest shape and scale are where the log-likelihood is highest among neighbours."""
    cases = record()
    best = weibull(cases)
    for shape, scale in ((1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99)):
        assert Weibull(best.shape * shape, best.scale * scale).log_likelihood(
            cases
        ) < best.log_likelihood(cases)


def test_every_class_but_occupation_has_a_scenario_and_a_reason():
    """Each once, and the scenario is there."""
    assert {stand.guarantee_class for stand in CLASS_SCENARIOS} == set(
        record()["guarantee_class"]
    ) - {"occupation"}
    assert len({stand.scenario for stand in CLASS_SCENARIOS}) == len(CLASS_SCENARIOS)
    for stand in CLASS_SCENARIOS:
        assert LIBRARY[stand.scenario].exists()
        assert len(stand.reason) > 20
        assert class_of(stand.scenario) == stand.guarantee_class
    for names, message in (
        (["none", "nato"], "^'nato' has no counterpart"),
        (["none", "monitors", "none"], "^'none' is named twice"),
    ):
        with pytest.raises(ScenarioError, match=message):
            covered(record(), names)
    few = too_few(covered(record(), ["article5_like"]))
    assert few == (
        "3 cases, of which 2 ended, are too few to score a model by; add others of none, "
        "budapest, monitors, demilitarised_zone, korea_1953."
    )
    assert not too_few(covered(record(), ["none", "monitors"]))


def test_scores_are_proper():
    """No share scores better on average than the true one, and the scores of certainty are 0, or
    that of half a case.
    """
    truth, shares = 0.7, np.linspace(0.01, 0.99, 99)
    for loss in (brier, log_loss):
        mean = truth * loss(shares, np.ones(99), 0.001) + (1 - truth) * loss(
            shares, np.zeros(99), 0.001
        )
        assert shares[mean.argmin()] == pytest.approx(truth)
        assert loss(np.array([1.0, 0.0]), np.array([1.0, 0.0]), 0.001) == pytest.approx(
            0, abs=0.0011
        )
        assert np.isfinite(loss(np.array([1.0]), np.array([0.0]), 0.001)).all()


@pytest.fixture(scope="module")
def runs():
    small = {"sampling.designs": 100, "sampling.steps_per_year": 2}
    return [
        sim.run(sim.load(LIBRARY[stand.scenario], small), out=None) for stand in CLASS_SCENARIOS
    ]


def test_each_rival_is_blind_to_the_pair_that_it_predicts(runs):
    """The predictions of the cases of one pair do not change if the fate of one of them does.

    Those of others do.
    """
    cases = covered(record(), [run.name for run in runs])
    one = cases.index[cases["pair"] == "India and Pakistan"]
    assert len(one) == 5
    changed = cases.assign(
        ended=cases["ended"].where(cases.index != one[0], ~cases["ended"]),
        years=cases["years"].where(cases.index != one[0], 33.0),
    )
    for predict in RIVALS.values():
        before, after = (left_out(predict, table) for table in (cases, changed))
        np.testing.assert_array_equal(before[one], after[one])
        assert not np.array_equal(before, after)
    np.testing.assert_array_equal(
        left_out(run_predictor(runs), cases), left_out(run_predictor(runs), changed)
    )


def test_weights_undo_the_censoring():
    """Drawn lifetimes with censoring: the weighted Brier score of the truth agrees, within 4
    standard errors, with that of the same lifetimes followed to their end (false alarm 2e-4 in four
    years).
    """
    rng, years = np.random.default_rng(5), np.array([1, 5, 10, 20])
    lifetimes, followed = rng.exponential(15, 4000), rng.uniform(2, 60, 4000)
    cut = pd.DataFrame({"years": np.minimum(lifetimes, followed), "ended": lifetimes <= followed})
    truth = np.exp(-years / 15)
    whole = brier(truth, (lifetimes[:, None] > years).astype(float), 0)
    weighted = _weights(cut, years) * brier(
        truth, (cut["years"].to_numpy()[:, None] > years).astype(float), 0
    )
    error = np.hypot(whole.std(axis=0), weighted.std(axis=0)) / np.sqrt(4000)
    assert (abs(whole.mean(axis=0) - weighted.mean(axis=0)) < 4 * error).all()


def test_years_that_nobody_was_followed_beyond_are_left_out(runs, monkeypatch):
    """A year whose survivors nobody saw has no weights, and no score."""
    monkeypatch.setattr(scoring, "CHEAP_RESAMPLES", 40)
    cases = covered(record(), [run.name for run in runs])
    cut = cases.assign(
        ended=cases["ended"] & (cases["years"] <= 15), years=np.minimum(cases["years"], 15.0)
    )
    table = scores(cut, {"model": run_predictor(runs)})
    assert set(table["years"]) == {1, 5, 10}
    assert not table.isna().any(axis=None)


@pytest.mark.exhaustive
def test_the_limits_of_a_difference_hold_the_chance_in_the_fit(runs, monkeypatch):
    """30 records that live as the model says: the limits of its difference from Kaplan-Meier hold 0
    in 24 or more of them.

    That is 95 % less 4 standard errors. Limits that held the chance in the cases alone would cover
    it in 53 to 84 %.
    """
    monkeypatch.setattr(scoring, "CHEAP_RESAMPLES", 60)
    name = "peacekeepers_monitors"
    run = next(run for run in runs if class_of(run.name) == name)
    worlds, rng, held = run.outcomes, np.random.default_rng(7), 0
    for _ in range(30):
        drawn = worlds.iloc[rng.integers(len(worlds), size=40)]
        cases = pd.DataFrame(
            {
                "pair": map(str, range(40)),
                "guarantee_class": name,
                "years": drawn["years"].to_numpy(),
                "ended": ~drawn["held"].to_numpy(),
            }
        )
        table = scores(
            cases.assign(years=np.where(cases["ended"], cases["years"], 30.0)),
            {"model": run_predictor([run])},
            [5],
            seed=1,
        )
        row = table.query("predictor == 'model' and score == 'Brier'").iloc[0]
        held += row["worse_low"] <= 0 <= row["worse_high"]
    assert held >= 24


def test_what_is_published_of_forecasts_is_what_we_say():
    """Shares fall with the days, and add up to 100 within rounding."""
    for percents in CROWDS.values():
        assert abs(sum(percents) - 100) <= 1
    for _, rows in forecasts().groupby("crowd"):
        assert (rows.sort_values("days")["estimate"].diff().dropna() < 0).all()


def test_the_command_prints_the_record_and_the_scores(scenarios, tmp_path, monkeypatch):
    """Without files the record; with files the scores of the model beside its rivals, each with
    limits; figures in the folder.
    """
    monkeypatch.setattr(scoring, "CHEAP_RESAMPLES", 40)
    alone = json.loads(
        CliRunner()
        .invoke(app, ["history", "--json", "--no-figures", "--out", str(tmp_path)])
        .stdout
    )
    assert alone["scores"] == []
    assert alone["record"]["war"][0]["class"] == "all"
    assert alone["record"]["war"][0]["estimate@10"] == pytest.approx(0.743, abs=0.001)
    for stand in CLASS_SCENARIOS:
        (tmp_path / f"{stand.scenario}.toml").write_text(
            f"extends = '{stand.scenario}'\nsampling.steps_per_year = 2\n"
        )
    files = [str(tmp_path / f"{stand.scenario}.toml") for stand in CLASS_SCENARIOS]
    small = ["--designs", "40", "--replicates", "5", "--out", str(tmp_path)]
    document = json.loads(CliRunner().invoke(app, ["history", *files, *small, "--json"]).stdout)
    assert {(row["predictor"], row["score"], row["years"]) for row in document["scores"]} == {
        (name, kind, year)
        for name in ("model", "Kaplan-Meier", "Weibull", "Weibull by class")
        for kind in ("Brier", "log")
        for year in (1, 5, 10, 20)
    }
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in document["scores"])
    together = max(tmp_path.glob("history-*"), key=lambda folder: len(list(folder.iterdir())))
    assert {path.name for path in together.iterdir()} == {
        "war.png",
        "fighting.png",
        "forecasters.png",
    }
    two = [str(tmp_path / f"{name}.toml") for name in ("none", "monitors")]
    printed = CliRunner().invoke(app, ["history", *two, *small, "--no-figures"]).stdout
    assert "Past ceasefires without renewed war, %" in printed
    assert "Brier score of durability" in printed
    assert "The model beside the historical record" in printed
    for row in document["model"]:
        assert row["low"] <= row["estimate"] <= row["high"]
        assert row["record"] is None or row["record_low"] <= row["record"] <= row["record_high"]
    assert {row["scenario"] for row in document["model"]} == {
        stand.scenario for stand in CLASS_SCENARIOS
    }
    one = CliRunner().invoke(
        app,
        [
            "history",
            str(scenarios / "none.toml"),
            "--designs",
            "60",
            "--no-figures",
            "--out",
            str(tmp_path / "one"),
        ],
    )
    assert one.exit_code == 0
    assert "18 cases, of which 5 ended, are too few to score a model by" in one.stdout
    assert "Brier" not in one.stdout
    (tmp_path / "file").write_text("")
    lost = CliRunner().invoke(app, ["history", "--out", str(tmp_path / "file")])
    assert lost.exit_code == 0
    assert "Past ceasefires without renewed war, %" in lost.stdout
    assert all(line.startswith(str(tmp_path / "file")) for line in lost.stderr.splitlines())
    assert len(lost.stderr.splitlines()) == len(OUTCOMES)
    refused = CliRunner().invoke(
        app, ["history", str(scenarios / "nato.toml"), "--out", str(tmp_path)]
    )
    assert refused.exit_code == 2
    assert refused.stderr.startswith("'nato' has no counterpart")
    assert len(refused.stderr.splitlines()) == 1


def test_the_figures_say_what_the_record_says(runs):
    """The title has the pooled durability at ten years with its limits.

    There is a panel for all cases and for each class with a run.
    """
    ax = sim.plots.record(record(), runs)
    ten = kaplan_meier(record(), [10]).iloc[0]
    title = ax.get_title(loc="left")
    assert (
        f"{100 * ten['estimate']:.1f} % ({100 * ten['low']:.1f} to {100 * ten['high']:.1f}) held "
        "ten years without renewed war" in title
    )
    assert len(ax.child_axes) == 7
    beside = sim.plots.forecasters(record(), runs[0])
    assert "8 to 27 % to last 91 days" in beside.get_title(loc="left")
    for axes in (ax, beside):
        plt.close(axes.figure)
