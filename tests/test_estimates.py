"""Estimates and their two intervals: against other programs, against known truths, and over many
seeds.
"""

from dataclasses import dataclass

import lifelines
import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis import measures
from sim.analysis.designs import _Basis
from sim.analysis.estimate import estimate, share_where
from sim.analysis.freed import by_design
from sim.analysis.integrated import integrated
from sim.game.endings import Cause

pytestmark = pytest.mark.long
HOLDS = measures.Measure("holds", "holds", "share", lambda worlds: worlds["holds"].to_numpy(float))
YEARS = measures.Measure("years", "years", "years", lambda worlds: worlds["holds"].to_numpy(float))


def clustered(chances, replicates, rng):
    """Worlds that hold with the chance of their design."""
    holds = rng.random((len(chances), replicates)) < np.asarray(chances)[:, None]
    return pd.DataFrame(
        {
            "world": np.arange(holds.size),
            "design": np.repeat(np.arange(len(chances)), replicates),
            "holds": holds.ravel(),
        }
    )


@pytest.fixture(scope="module")
def runs(scenarios):
    return {
        name: sim.run(sim.load(scenarios / f"{name}.toml", {"sampling.designs": 400}), out=None)
        for name in ("none", "coalition", "article5_like")
    }


def test_durability_is_kaplan_meier(runs):
    """With censoring at the horizon only, the share of worlds is lifelines' Kaplan-Meier estimate
    at every month.
    """
    worlds, months = runs["none"].outcomes, np.arange(1, 240) / 12
    fitted = (
        lifelines.KaplanMeierFitter()
        .fit(worlds["years"], ~worlds["held"])
        .survival_function_at_times(months)
        .to_numpy()
    )
    np.testing.assert_allclose(sim.survival(runs["none"], months)["estimate"], fitted, atol=1e-12)


@pytest.mark.parametrize("cause", ["attack", "probe", "offensive"])
def test_shares_by_cause_are_aalen_johansen(cause, runs):
    """The cumulative incidence of each cause is lifelines' Aalen-Johansen estimate (its ties moved
    by less than a month).
    """
    worlds, codes = (
        runs["none"].outcomes,
        {str(way): 1 + number for number, way in enumerate(Cause)},
    )
    events = worlds["cause"].astype(str).map(codes).where(~worlds["held"], 0)
    jittered = worlds["years"] - np.linspace(0, 1 / 24, len(worlds)) * ~worlds["held"]
    fitted = (
        lifelines.AalenJohansenFitter(calculate_variance=False)
        .fit(jittered, events, codes[cause])
        .cumulative_density_
    )
    for years in (1, 5, 20):
        ours = sim.cumulative_incidence(runs["none"], [years])[cause][0]
        assert ours == pytest.approx(fitted[fitted.index <= years].iloc[-1, 0], abs=1e-9)


def test_shares_by_cause_add_up_to_one(runs):
    """`held` included, at the horizon and at every time before."""
    for run in runs.values():
        assert sim.causes(run)["estimate"].sum() == pytest.approx(1, abs=1e-12)
        table = sim.cumulative_incidence(run, np.linspace(0, 20, 41)).drop(columns="years")
        np.testing.assert_allclose(table.sum(axis=1), 1, atol=1e-12)
        assert (table >= 0).all().all()
        assert (
            sim.survival(run).iloc[-1]["estimate"]
            == sim.causes(run).set_index("cause").loc["held", "estimate"]
        )


def test_ties_of_months():
    """A world that ends in the month in which five years pass did not hold five years.

    One held to a horizon of five did.
    """
    worlds = pd.DataFrame({"years": [5.0, 5.0, 5 + 1 / 12], "held": [False, True, False]})
    assert measures.survival(5).numbers(worlds).tolist() == [0, 1, 1]


def test_one_replicate_and_ten_agree(scenarios):
    """K = 1 and K = 10 estimate the same durability, within 4 standard errors of the difference
    (five of them: false alarm 3e-4).
    """
    one, ten = (
        sim.survival(
            sim.run(
                sim.load(
                    scenarios / "coalition.toml",
                    {"sampling.designs": 2000, "sampling.replicates": k, "sampling.seed": 10 + k},
                ),
                out=None,
            )
        )
        for k in (1, 10)
    )
    error = np.hypot(one["high"] - one["low"], ten["high"] - ten["low"]) / (2 * 1.96)
    assert (abs(one["estimate"] - ten["estimate"]) < 4 * error).all()
    assert one["spread_low"].isna().all()
    assert ten["spread_low"].notna().all()


@pytest.mark.exhaustive
def test_the_stated_interval_covers(scenarios):
    """200 seeds of a small run against a large one.

    At least 95 % less 4 standard errors of a share; and no wider than needed.
    """

    def durability(seed, designs):
        sampling = {
            "sampling.designs": designs,
            "sampling.replicates": 4,
            "sampling.horizon_years": 5,
            "sampling.seed": seed,
        }
        return sim.survival(
            sim.run(sim.load(scenarios / "none.toml", sampling), out=None), [5]
        ).iloc[0]

    truth = durability(99_999, 10_000)["estimate"]
    rows = pd.DataFrame([durability(seed, 60) for seed in range(200)])
    covered = ((rows["low"] <= truth) & (truth <= rows["high"])).mean()
    assert covered >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 200)
    assert ((rows["high"] - rows["low"]) / 2).mean() < 1.5 * 1.96 * rows["estimate"].std()


LIMITS = ["estimate", "low", "high"]


def stated(seed, designs, replicates):
    """Every number with limits that two small regimes give, over five years in quarters.

    Durability, causes, hazard, differences.
    """
    sampling = {
        "designs": designs,
        "replicates": replicates,
        "horizon_years": 5,
        "steps_per_year": 4,
        "seed": seed,
    }
    regimes = {
        "none": {},
        "promise": {"commitment": {"europe": 0.5, "resupply": 10}, "deployment": {"brigades": 5}},
    }
    none, promise = (
        sim.run(sim.Scenario(name=name, regime=regime, sampling=sampling), out=None)
        for name, regime in regimes.items()
    )
    return pd.concat(
        {
            "durability": sim.survival(none).set_index("years")[LIMITS],
            "causes": sim.causes(none).set_index("cause").loc[["attack", "held"], LIMITS],
            "hazard": sim.hazard(none).set_index("year")[LIMITS],
            "differences": sim.compare([none, promise]).set_index("years")[LIMITS],
        }
    )


@pytest.mark.exhaustive
def test_all_stated_intervals_cover():
    """Every number with limits, over 200 seeds: at least 95 % less 4 standard errors, and no more
    than half as wide again as needed.

    The coverage of each of the 13 has a false-alarm rate of at most 6e-5 (normal bound), together
    8e-4; they cover more than 95 %.
    """
    truth = stated(99_999, 20_000, 2)["estimate"]
    rows = pd.concat({seed: stated(seed, 60, 4) for seed in range(200)}, axis=1)
    value, low, high = (rows.xs(column, axis=1, level=1) for column in LIMITS)
    covered = (low.le(truth, axis=0) & high.ge(truth, axis=0)).mean(axis=1)
    assert len(covered) == 13
    assert (covered >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 200)).all(), covered
    width = (high - low).mean(axis=1) / 2 / (1.96 * value.std(axis=1))
    assert (width < 1.5).all(), width


def test_nothing_hangs_on_the_last_bits_of_linear_algebra(scenarios, monkeypatch):
    """Every fit moved by some 1e-14, as another processor moves it, equal designs apart.

    What designs hold moves by no more than 1e-10.

    Every uncertain parameter has three values only, so that many designs are equal but for the
    fit's rounding.
    """
    draws = sim.CeasefireModel(sim.load(scenarios / "none.toml"), 10_000).draws
    three = {
        key: {"choice": np.quantile(values, (0.1, 0.5, 0.9)).tolist()}
        for key, values in draws.items()
    }
    few = sim.load(
        scenarios / "none.toml", three | {"sampling.designs": 400, "sampling.horizon_years": 5}
    )
    worlds, rng = sim.run(few, out=None).worlds, np.random.default_rng(1)
    questions = [
        measure
        for plain in (measures.survival(5), measures.restricted_mean(5))
        for measure in (plain, integrated(plain))
    ]
    before = [by_design(measure, worlds) for measure in questions]
    solve = np.linalg.lstsq
    monkeypatch.setattr(
        _Basis,
        "fit",
        lambda basis, means: FIT(basis, means) * (1 + 1e-14 * rng.standard_normal(len(means))),
    )
    monkeypatch.setattr(
        np.linalg,
        "lstsq",
        lambda gram, *rest, rcond: solve(
            gram * (1 + 1e-15 * rng.standard_normal(gram.shape)), *rest, rcond=rcond
        ),
    )
    for measure, once in zip(questions, before, strict=True):
        np.testing.assert_allclose(by_design(measure, worlds), once, atol=1e-10)


FIT = _Basis.fit


@pytest.mark.parametrize("years", [[], [-1], [5, float("nan")], [21]], ids=str)
@pytest.mark.parametrize("measure", [sim.survival, sim.cumulative_incidence, sim.threshold])
def test_years_that_cannot_be_are_refused(runs, measure, years):
    with pytest.raises(ValueError, match="none"):
        measure(runs["none"], years)


def test_what_is_no_run_and_no_scenario_is_refused():
    with pytest.raises(TypeError, match=r"sim\.load"):
        sim.run("nato")
    with pytest.raises(ValueError, match=r"sim\.run"):
        sim.compare([])


def test_nothing_is_said_of_years_after_the_horizon(runs):
    """20 simulated years do not tell what holds 25."""
    for question in (
        lambda: sim.survival(runs["none"], [5, 25]),
        lambda: sim.cumulative_incidence(runs["none"], [25]),
        lambda: sim.compare([runs["none"], runs["coalition"]], years=[25]),
    ):
        with pytest.raises(ValueError, match=r"none.*20 years"):
            question()


def test_replicates_of_a_design_are_not_taken_for_independent_worlds():
    """Where designs differ as much as can be, the sampling error is that of the designs, not of the
    worlds.
    """
    worlds = clustered([0.0, 1.0] * 50, 100, np.random.default_rng(1))
    value = estimate(HOLDS, worlds)
    assert (value.high - value.low) / 2 == pytest.approx(1.96 * 0.5 / np.sqrt(100), rel=0.05)


def test_a_thing_that_no_world_showed_is_not_impossible():
    """0 of 5,000 has an upper limit above 0, and all of 5,000 a lower limit below 1.

    Both stay within [0, 1].
    """
    for chance in (0.0, 1.0):
        value = estimate(HOLDS, clustered([chance] * 500, 10, np.random.default_rng(1)))
        assert value.value == chance
        assert 0 <= value.low <= value.value <= value.high <= 1
        assert 0.005 < value.high - value.low < 0.01


def test_the_spread_is_that_of_designs_without_their_chance():
    """Ten histories a design: the spread is a point where designs do not differ, and the truth
    where they do.
    """
    rng = np.random.default_rng(4)
    same = estimate(HOLDS, clustered([0.8] * 2000, 10, rng))
    assert (
        same.spread_high - same.spread_low
        < 0.1
        < np.subtract(*np.quantile(rng.binomial(10, 0.8, 2000) / 10, [0.95, 0.05]))
    )
    differing = estimate(HOLDS, clustered(np.linspace(0.2, 0.9, 4000), 10, rng))
    assert differing.spread_low == pytest.approx(0.235, abs=0.06)
    assert differing.spread_high == pytest.approx(0.865, abs=0.06)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["none", "nato"])
def test_ten_histories_a_design_tell_the_spread_that_a_hundred_tell(name, scenarios):
    """Durability and causes over 1,000 designs: quantiles and the share of designs that are sure
    agree to five points.
    """
    few, many = (
        sim.run(sim.load(scenarios / f"{name}.toml", {"sampling.replicates": k}), out=None)
        for k in (10, 100)
    )
    for measure in [*map(measures.survival, (1, 5, 20)), *map(measures.cause, Cause)]:
        spreads = [
            np.quantile(by_design(measure, run.worlds), [0.05, 0.25, 0.5, 0.75, 0.95])
            for run in (few, many)
        ]
        assert abs(spreads[0] - spreads[1]).max() < 0.05, measure.name
        assert spreads[0][0] - 0.01 <= estimate(measure, few.worlds).value <= spreads[0][-1] + 0.01
    for years in (5, 10, 20):
        assert abs(sim.sure(few, years).value - sim.sure(many, years).value) < 0.05


def test_paired_differences_are_surer_than_unpaired_ones(runs):
    """On common random numbers the interval of a difference is narrower than the two intervals
    would give.
    """
    row = sim.compare([runs["none"], runs["article5_like"]], years=[5]).iloc[0]
    widths = [sim.survival(runs[name], [5]).iloc[0] for name in ("none", "article5_like")]
    unpaired = np.hypot(*(row["high"] - row["low"] for row in widths))
    assert row["high"] - row["low"] < unpaired
    assert row["estimate"] == pytest.approx(widths[1]["estimate"] - widths[0]["estimate"])


def test_a_scenario_does_not_differ_from_itself(runs, scenarios):
    """On the same histories the difference is exactly nothing."""
    twin = sim.run(
        sim.load(scenarios / "none.toml", {"sampling.designs": 400, "name": "twin"}), out=None
    )
    table = sim.compare([runs["none"], twin])
    assert (table[["estimate", "low", "high", "spread_low", "spread_high"]] == 0).all().all()


@pytest.mark.parametrize(
    "change", [{"sampling.seed": 1}, {"sampling.replicates": 5}, {"sampling.horizon_years": 10}]
)
def test_runs_of_other_worlds_are_not_compared(change, runs, scenarios):
    """Their worlds are not pairs, and the message says why."""
    other = sim.run(sim.load(scenarios / "eu.toml", {"sampling.designs": 400} | change), out=None)
    with pytest.raises(ValueError, match=r"eu and none"):
        sim.compare([runs["none"], other])
    with pytest.raises(ValueError, match="nobody"):
        sim.compare([runs["none"], runs["coalition"]], "nobody")


@dataclass
class Drawn:
    """A run with given ends."""

    worlds: pd.DataFrame
    name: str = "drawn"
    horizon_years: int = 10


def test_the_hazard_of_an_exponential_life_is_constant():
    """40,000 worlds of hazard 0.2: each year's 95 % limits widened to 4 standard errors hold it
    (false alarm 6e-4 in ten years).
    """
    years = np.random.default_rng(2).exponential(5, 40_000)
    worlds = pd.DataFrame(
        {
            "years": np.minimum(years, 10),
            "held": years > 10,
            "design": np.repeat(np.arange(4000), 10),
        }
    )
    table = sim.hazard(Drawn(worlds))
    exposure = np.clip(worlds["years"].to_numpy()[:, None] - np.arange(10), 0, 1).sum(axis=0)
    ends = np.histogram(worlds["years"][~worlds["held"]], np.arange(11))[0]
    np.testing.assert_allclose(table["estimate"], ends / exposure)
    assert (abs(table["estimate"] - 0.2) < 2.05 * (table["high"] - table["low"]) / 2).all()
    assert (table["low"] > 0).all()


def test_a_year_without_an_end_still_has_an_upper_limit():
    """No end in 4,000 designs: the rate may still be up to 3.7 in 4,000 design-years."""
    worlds = pd.DataFrame(
        {"years": np.full(40_000, 10.0), "held": True, "design": np.repeat(np.arange(4000), 10)}
    )
    table = sim.hazard(Drawn(worlds))
    assert (table["estimate"] == 0).all()
    np.testing.assert_allclose(table["high"], 3.689 / 4000, rtol=1e-3)


def test_years_held_are_the_area_under_the_curve(runs):
    """The restricted mean is the integral of durability over the months."""
    curve = sim.survival(runs["none"], np.arange(240) / 12)["estimate"].sum() / 12
    value = estimate(measures.restricted_mean(20), runs["none"].outcomes)
    assert value.value == pytest.approx(curve)
    assert value.low < value.value < value.high


def test_limits_of_a_share_of_designs_hold_what_the_freeing_of_chance_may_miss():
    """Where many designs lie near the limit: 95 % limits hold the truth in 52 or more of 60 samples
    (0.3 % of right limits do not).
    """
    count, replicates = 500, 10
    covered = 0
    for seed in range(60):
        rng, design = np.random.default_rng(seed), np.repeat(np.arange(count), replicates)
        value = (rng.permutation(count) + 0.5) / count
        truth = np.where(value < 0.5, 0.4, 0.46 + 0.48 * value)
        worlds = pd.DataFrame(
            {
                "world": np.arange(len(design)),
                "design": design,
                "a.b": value[design],
                "holds": rng.random(len(design)) < truth[design],
            }
        )
        estimated = share_where(lambda shares: shares >= 0.8, HOLDS, worlds)
        covered += estimated.low <= (truth >= 0.8).mean() <= estimated.high
    assert covered >= 52
    with pytest.raises(ValueError, match="one history for each parameter set"):
        share_where(lambda shares: shares >= 0.8, HOLDS, worlds.iloc[::replicates])
