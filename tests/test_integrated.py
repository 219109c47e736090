"""Integrating the hazard: what each world records, that nothing is biased by it, and what it is
worth.
"""

import json

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

import sim
from sim.analysis import measures
from sim.analysis.designs import ranks
from sim.analysis.estimate import estimate, estimates
from sim.analysis.integrated import gains, integrated, martingales
from sim.cli import app
from sim.game.endings import Cause

pytestmark = pytest.mark.long
ENDS = [cause for cause in Cause if cause is not Cause.HELD]


def simulated(scenarios, name, **sampling):
    changes = {
        f"sampling.{key}": value
        for key, value in {
            "designs": 1500,
            "replicates": 6,
            "steps_per_year": 4,
            **sampling,
        }.items()
    }
    return sim.run(sim.load(scenarios / f"{name}.toml", changes), out=None)


@pytest.fixture(scope="module")
def runs(scenarios):
    return {
        name: simulated(scenarios, name)
        for name in ("none", "coalition", "nato", "texts/korea_1953")
    }


def test_ends_less_their_chances_have_mean_zero(runs):
    """Every martingale of four regimes lies within 4.5 standard errors of 0 (32 of them.

    False alarm 3e-4), and does vary.
    """
    for run in runs.values():
        values = martingales(run.worlds)
        assert values.shape == (8, len(run.outcomes))
        error = values.std(axis=1) / np.sqrt(values.shape[1])
        assert (error > 0).all()
        assert (abs(values.mean(axis=1)) < 4.5 * error).all()


def test_chances_that_are_certain_are_the_ends_themselves(scenarios):
    """With next to no noise a decision is no coin.

    In nearly every world the hazard of an attack is 1 where it came, and 0 where not.
    """
    sharp = {"sampling.designs": 500, "russia.choice_noise": 1e-5}
    worlds = sim.run(sim.load(scenarios / "none.toml", sharp), out=None).outcomes
    apart = worlds["hazard_attack"] - (worlds["cause"] == "attack")
    assert (worlds["cause"] == "attack").mean() > 0.3
    assert (abs(apart) < 1e-3).mean() > 0.99


def test_the_hazard_grows_with_the_milestones(runs):
    """At each milestone it is at least what it was before, and in the end the sum of those by
    cause.
    """
    for run in runs.values():
        worlds = run.outcomes
        until = np.stack(
            [worlds[f"hazard_until_{year}"] for year in (1, 2, 5, 10)]
            + [worlds[[f"hazard_{c}" for c in ENDS]].sum(axis=1)]
        )
        assert (np.diff(until, axis=0) >= -1e-6).all()
        assert (until[0] >= 0).all()
        ended_early = (worlds["years"] <= 5).to_numpy()
        np.testing.assert_allclose(until[2][ended_early], until[-1][ended_early], atol=1e-6)


def test_a_history_cut_short_by_the_end_of_all_keeps_its_hazard(scenarios):
    """A model that stops when its last world has ended has the whole hazard at the milestones that
    it did not reach.
    """
    model = sim.CeasefireModel(sim.load(scenarios / "none.toml"), 200)
    first = np.flatnonzero(_years(model) < 5)[:5]
    alone = sim.CeasefireModel(sim.load(scenarios / "none.toml"), model.worlds[first])
    while alone.running:
        alone.step()
    assert alone.steps < 5 * 12
    for year in (5, 10):
        np.testing.assert_array_equal(
            alone.histories.hazard_until[year], sum(alone.histories.hazard.values())
        )


def _years(model):
    while model.running:
        model.step()
    return model.years_held


@pytest.mark.parametrize(
    "measure",
    [
        *map(measures.survival, (1, 5, 20)),
        measures.restricted_mean(20),
        *map(measures.cause, Cause),
    ],
    ids=lambda measure: measure.name,
)
def test_integrated_estimates_are_unbiased(measure, runs):
    """Integrated less plain, world by world, within 4 standard errors of 0 in four regimes (36
    comparisons: false alarm 2e-3).
    """
    for run in runs.values():
        apart = (
            (integrated(measure).numbers(run.worlds) - measure.numbers(run.worlds))
            .reshape(-1, 6)
            .mean(axis=1)
        )
        assert abs(apart.mean()) <= 4 * apart.std() / np.sqrt(len(apart))


@pytest.mark.exhaustive
def test_over_many_seeds_the_mean_is_that_of_the_plain_estimate_and_the_error_is_what_it_says(
    scenarios,
):
    """200 seeds of a small run: the means agree within 4 standard errors, and the stated limits
    cover the truth as often as they say.
    """

    def estimated(seed, designs=120):
        worlds = simulated(
            scenarios,
            "none",
            designs=designs,
            replicates=4,
            seed=seed,
            horizon_years=5,
        ).worlds
        questions = [measures.survival(1), measures.survival(5), measures.cause(Cause.OFFENSIVE)]
        return [
            (estimate(measure, worlds).value, value.value, value.low, value.high)
            for measure, value in zip(
                questions, estimates(list(map(integrated, questions)), worlds), strict=True
            )
        ]

    truth = np.array(estimated(99_999, 40_000))[:, 1]
    values = np.array([estimated(seed) for seed in range(200)])
    plain, value, low, high = np.moveaxis(values, 2, 0)
    apart = value - plain
    assert (abs(apart.mean(axis=0)) < 4 * apart.std(axis=0) / np.sqrt(200)).all()
    covered = ((low <= truth) & (truth <= high)).mean(axis=0)
    assert (covered >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 200)).all(), covered
    assert value.std(axis=0)[0] < plain.std(axis=0)[0]


ASKED = [
    *map(measures.survival, (1, 5, 20)),
    *map(measures.cause, Cause),
    measures.restricted_mean(20),
]


@pytest.fixture(scope="module")
def small():
    """For a regime, plain and integrated estimates of many small runs (run, measure, value and
    limits), cut from a long one, and truth.

    Of the numbers that were drawn they know the one that decides most, which is all that so few
    parameter sets can tell of.
    """

    def cut(run, designs, replicates):
        known = [name for name in run.outcomes if "." not in name and not name.startswith("cost_")]
        worlds = run.outcomes.loc[
            run.outcomes["replicate"] < replicates, [*known, "russia.value_of_prevailing"]
        ].reset_index(drop=True)
        truth = np.array([measure.numbers(worlds).mean() for measure in ASKED])
        size, rows = designs * replicates, []
        for first in range(0, len(worlds) - size + 1, size):
            block = worlds.iloc[first : first + size].reset_index(drop=True)
            rows.append(
                [
                    [(value.value, value.low, value.high) for value in estimates(questions, block)]
                    for questions in (ASKED, list(map(integrated, ASKED)))
                ]
            )
        return *np.array(rows).transpose(1, 0, 2, 3), truth

    return cut


@pytest.mark.parametrize(
    ("designs", "replicates"),
    [(60, 4), pytest.param(16, 4, marks=pytest.mark.exhaustive), (12, 3)],
)
def test_small_runs_are_never_worse_off(designs, replicates, small, runs):
    """Runs of few parameter sets, in four regimes.

    No estimate varies more than the plain one, none is biased, none lies outside [0, 1].

    The ratio of variances is held to 1 and 4 of its standard errors (bootstrap over runs), the mean
    to 4.5; 36 of each are asked for: false alarm 2e-3.
    """
    rng = np.random.default_rng(1)
    for run in runs.values():
        plain, without_coins, _ = small(run, designs, replicates)
        assert ((without_coins[:, :-1] >= 0) & (without_coins[:, :-1] <= 1)).all()
        assert (without_coins[..., 1] <= without_coins[..., 0]).all()
        assert (without_coins[..., 0] <= without_coins[..., 2]).all()
        count = len(without_coins)
        redrawn = rng.integers(count, size=(200, count))
        for before, after in zip(plain[..., 0].T, without_coins[..., 0].T, strict=True):
            apart = after - before
            if apart.std() > 0:
                assert abs(apart.mean()) < 4.5 * apart.std() / np.sqrt(count)
                varied = redrawn[before[redrawn].var(axis=1) > 0]
                ratios = after[varied].var(axis=1) / before[varied].var(axis=1)
                assert after.var() / before.var() < 1 + 4 * ratios.std()


def test_limits_of_small_runs_hold_the_truth(small, runs):
    """Of 25 runs of 60 parameter sets a regime, and of nine numbers in four regimes.

    At least 92 % of limits, integrated or not.
    """
    held = {False: [], True: []}
    for run in runs.values():
        plain, without_coins, truth = small(run, 60, 4)
        for is_integrated, limits in ((False, plain), (True, without_coins)):
            held[is_integrated].append((limits[..., 1] <= truth) & (truth <= limits[..., 2]))
    for limits in held.values():
        assert np.mean(limits) > 0.92


def test_it_may_not_be_worth_anything_and_harms_nothing(runs):
    """A measure that no end moves keeps its numbers, and in worlds without an end nothing is taken
    off.
    """
    worlds = runs["none"].outcomes
    constant = measures.Measure("one", "one", "share", lambda worlds: np.ones(len(worlds["world"])))
    np.testing.assert_allclose(integrated(constant).numbers(worlds), 1, atol=1e-12)
    few = (
        worlds[worlds["held"]]
        .head(36)
        .assign(design=np.repeat(np.arange(6), 6))
        .reset_index(drop=True)
    )
    assert estimate(integrated(measures.survival(20)), few).value == 1


def test_shares_by_cause_still_add_up_to_one(runs):
    """The multiples are those of one regression, so that what is exact stays exact."""
    for run in runs.values():
        assert sim.causes(run, integrated=True)["estimate"].sum() == pytest.approx(1, abs=1e-9)


def test_what_it_is_worth(runs):
    """Never less than nine tenths of the plain estimate.

    For Ukraine's offensives, where there are some, more than ten times as much.
    """
    for run in runs.values():
        table = gains(run).set_index("measure")
        assert (table["ratio"] > 0.9).all()
        assert table.loc["cause.offensive", "ratio"] > 10 or run.name == "korea_1953"
        np.testing.assert_allclose(table["ratio"], (table["plain"] / table["integrated"]) ** 2)


def test_differences_keep_their_mean_and_lose_error(runs):
    """Paired differences agree within the limits of both, and the integrated ones are no wider."""
    pair = [runs["none"], runs["coalition"]]
    plain, without_coins = sim.compare(pair), sim.compare(pair, integrated=True)
    assert (abs(plain["estimate"] - without_coins["estimate"]) < plain["high"] - plain["low"]).all()
    assert (
        (without_coins["high"] - without_coins["low"]) < 1.02 * (plain["high"] - plain["low"])
    ).all()


def test_the_command_integrates_when_asked(scenarios, tmp_path):
    """The document says so, holds the integrated numbers, and the printed page says what it was
    worth.
    """
    words = [
        "run",
        str(scenarios / "none.toml"),
        "--designs",
        "200",
        "--integrate",
        "--no-figures",
        "--out",
        str(tmp_path),
    ]
    document = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["runs"][0]
    run = sim.read_run(document["folder"])
    assert document["integrated"] is True
    assert (
        document["survival"]["5"]["estimate"]
        == sim.survival(run, [5], integrated=True)["estimate"][0]
        != sim.survival(run, [5])["estimate"][0]
    )
    assert (
        "Integrating the hazard of each month reduces the sampling error as much as simulating"
        in " ".join(CliRunner().invoke(app, words).stdout.split())
    )


def test_precision_is_cheaper_with_integrated_hazards(scenarios):
    """The same wanted error takes fewer designs."""
    scenario = sim.load(
        scenarios / "none.toml", {"sampling.designs": 200, "sampling.horizon_years": 2}
    )
    sizes = []
    for integrating in (False, True):
        run = sim.run_to_precision(scenario, 0.006, integrated=integrating, out=None)
        table = sim.survival(run, integrated=integrating)
        assert ((table["high"] - table["low"]) / 2 <= 0.006).all()
        sizes.append(run.manifest["scenario"]["sampling"]["designs"])
    assert sizes[1] < sizes[0]


@pytest.mark.parametrize("values", [[0.3, -1.5, 2.25], [2, 1, 2, 2, 0, 1], [7, 7, 7]])
def test_ranks_are_scipys(values):
    """Equal values have the mean of theirs."""
    np.testing.assert_array_equal(ranks(np.array(values)), stats.rankdata(values))
