"""Integrating the hazard: what each world records, that nothing is biased by it, and what it is worth."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import sim
from sim.analysis import measures
from sim.analysis.estimate import estimate, estimates
from sim.analysis.integrated import gains, integrated, martingales
from sim.cli import app
from sim.game.war import Cause

pytestmark = pytest.mark.long
ENDS = [cause for cause in Cause if cause is not Cause.HELD]


def simulated(scenarios, name, **sampling):
    changes = {f"sampling.{key}": value for key, value in {"designs": 1500, "replicates": 6, **sampling}.items()}
    return sim.run(sim.load(scenarios / f"{name}.toml", changes), out=None)


@pytest.fixture(scope="module")
def runs(scenarios):
    return {name: simulated(scenarios, name) for name in ("none", "coalition", "nato", "korean_armistice")}


def test_ends_less_their_chances_have_mean_zero(runs):
    """Every martingale of four regimes lies within 4.5 standard errors of 0 (32 of them: false alarm 3e-4), and does vary."""
    for run in runs.values():
        found = martingales(run.worlds)
        assert found.shape == (8, len(run.outcomes))
        error = found.std(axis=1) / np.sqrt(found.shape[1])
        assert (error > 0).all()
        assert (abs(found.mean(axis=1)) < 4.5 * error).all()


def test_chances_that_are_certain_are_the_ends_themselves(scenarios):
    """With next to no noise a decision is no coin: in nearly every world the hazard of an attack is 1 where it came, and 0 where not."""
    sharp = {"sampling.designs": 500, "russia.choice_noise": 1e-5}
    worlds = sim.run(sim.load(scenarios / "none.toml", sharp), out=None).outcomes
    apart = worlds["hazard_attack"] - (worlds["cause"] == "attack")
    assert (worlds["cause"] == "attack").mean() > 0.3
    assert (abs(apart) < 1e-3).mean() > 0.99


def test_the_hazard_grows_with_the_milestones(runs):
    """At each milestone it is at least what it was before, and in the end the sum of those by cause."""
    for run in runs.values():
        worlds = run.outcomes
        until = np.stack([worlds[f"hazard_until_{year}"] for year in (1, 2, 5, 10)] + [worlds[[f"hazard_{c}" for c in ENDS]].sum(axis=1)])
        assert (np.diff(until, axis=0) >= -1e-6).all()
        assert (until[0] >= 0).all()
        ended_early = (worlds["years"] <= 5).to_numpy()
        np.testing.assert_allclose(until[2][ended_early], until[-1][ended_early], atol=1e-6)


def test_a_history_cut_short_by_the_end_of_all_keeps_its_hazard(scenarios):
    """A model that stops when its last world has ended has the whole hazard at the milestones that it did not reach."""
    model = sim.CeasefireModel(sim.load(scenarios / "none.toml"), 200)
    first = np.flatnonzero(_years(model) < 5)[:5]
    alone = sim.CeasefireModel(sim.load(scenarios / "none.toml"), model.worlds[first])
    while alone.running:
        alone.step()
    assert alone.steps < 5 * 12
    for year in (5, 10):
        np.testing.assert_array_equal(alone.hazard_until[year], sum(alone.hazard.values()))


def _years(model):
    while model.running:
        model.step()
    return model.years_held


@pytest.mark.parametrize("measure", [*map(measures.survival, (1, 5, 20)), measures.restricted_mean(20), *map(measures.cause, Cause)],
                         ids=lambda measure: measure.name)
def test_integrated_estimates_are_unbiased(measure, runs):
    """Integrated less plain, world by world, within 4 standard errors of 0 in four regimes (36 comparisons: false alarm 2e-3)."""
    for run in runs.values():
        apart = (integrated(measure).of(run.worlds) - measure.of(run.worlds)).reshape(-1, 6).mean(axis=1)
        assert abs(apart.mean()) <= 4 * apart.std() / np.sqrt(len(apart))


@pytest.mark.exhaustive
def test_over_many_seeds_the_mean_is_that_of_the_plain_estimate_and_the_error_is_what_it_says(scenarios):
    """200 seeds of a small run: the means agree within 4 standard errors, and the stated limits cover the truth as often as they say."""
    def told(seed, designs=120):
        worlds = simulated(scenarios, "none", designs=designs, replicates=4, seed=seed, horizon_years=5, steps_per_year=4).worlds
        asked = [measures.survival(1), measures.survival(5), measures.cause(Cause.OFFENSIVE)]
        return [(estimate(each, worlds).value, found.value, found.low, found.high)
                for each, found in zip(asked, estimates(list(map(integrated, asked)), worlds), strict=True)]
    truth = np.array(told(99_999, 40_000))[:, 1]
    found = np.array([told(seed) for seed in range(200)])
    plain, value, low, high = np.moveaxis(found, 2, 0)
    apart = value - plain
    assert (abs(apart.mean(axis=0)) < 4 * apart.std(axis=0) / np.sqrt(200)).all()
    covered = ((low <= truth) & (truth <= high)).mean(axis=0)
    assert (covered >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 200)).all(), covered
    assert value.std(axis=0)[0] < plain.std(axis=0)[0]


def test_shares_by_cause_still_add_up_to_one(runs):
    """The multiples are those of one regression, so that what is exact stays exact."""
    for run in runs.values():
        assert sim.causes(run, integrated=True)["estimate"].sum() == pytest.approx(1, abs=1e-9)


def test_what_it_is_worth(runs):
    """Never less than nine tenths of the plain estimate; for Ukraine's offensives, where there are some, more than ten times as much."""
    for run in runs.values():
        table = gains(run).set_index("measure")
        assert (table["ratio"] > 0.9).all()
        assert table.loc["cause.offensive", "ratio"] > 10 or run.name == "korean_armistice"
        np.testing.assert_allclose(table["ratio"], (table["plain"] / table["integrated"]) ** 2)


def test_differences_keep_their_mean_and_lose_error(runs):
    """Paired differences agree within the limits of both, and the integrated ones are no wider."""
    pair = [runs["none"], runs["coalition"]]
    plain, without_coins = sim.compare(pair), sim.compare(pair, integrated=True)
    assert (abs(plain["estimate"] - without_coins["estimate"]) < plain["high"] - plain["low"]).all()
    assert ((without_coins["high"] - without_coins["low"]) < 1.02 * (plain["high"] - plain["low"])).all()


def test_the_command_integrates_when_asked(scenarios, tmp_path):
    """The document says so, holds the integrated numbers, and the printed page says what it was worth."""
    words = ["run", str(scenarios / "none.toml"), "--designs", "200", "--integrate", "--out", str(tmp_path)]
    told = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["runs"][0]
    run = sim.read_run(told["folder"])
    assert told["integrated"] is True
    assert told["survival"]["5"]["estimate"] == sim.survival(run, [5], integrated=True)["estimate"][0] != sim.survival(run, [5])["estimate"][0]
    assert "The hazard of each month is integrated, which is worth" in CliRunner().invoke(app, words).stdout


def test_precision_is_cheaper_with_integrated_hazards(scenarios):
    """The same wanted error takes fewer designs."""
    scenario = sim.load(scenarios / "none.toml", {"sampling.designs": 200, "sampling.horizon_years": 2})
    sizes = []
    for integrating in (False, True):
        run = sim.run_to_precision(scenario, 0.006, integrated=integrating, out=None)
        table = sim.survival(run, integrated=integrating)
        assert ((table["high"] - table["low"]) / 2 <= 0.006).all()
        sizes.append(run.manifest["scenario"]["sampling"]["designs"])
    assert sizes[1] < sizes[0]
