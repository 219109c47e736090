"""Patterns of the record (pattern-oriented modelling: Grimm et al. 2005): those that the model shows, and those that it misses.

Each test measures a pattern in the record or in the literature, and in the model, and checks that docs/validation.md says the
numbers that are measured today. Rates are ends per year at peace; limits are 95 %.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.estimate import Designs
from sim.analysis.resampling import TAILS, bags
from sim.record.lifetimes import kaplan_meier, shape_interval, weibull
from sim.record.record import record
from sim.record.stands_for import STANDS
from sim.study.validation import by_the_day

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[1]
PAGE = " ".join((ROOT / "docs" / "validation.md").read_text().split())


def says(*told):
    """The page has these numbers, as they are written there."""
    for each in told:
        assert each in PAGE, f"docs/validation.md does not say: {each}"


def ran(name, changes=None):
    return sim.run(sim.load(ROOT / "scenarios" / f"{name}.toml", changes), out=None)


@pytest.fixture(scope="module")
def runs():
    return {stand.guarantee_class: ran(stand.scenario) for stand in STANDS}


def rate(run, events):
    """Events a year at peace, with limits over parameter designs."""
    worlds = run.worlds
    designs = Designs(worlds)
    many, years = (np.asarray(each, dtype=float).reshape(designs.count, -1).mean(axis=1) for each in (events, worlds["years"]))
    found = many.sum() / years.sum()
    half = designs.quantile * designs.error(many - found * years) / years.mean()
    return found, found - half, found + half


def percent(found, low, high, digits=2):
    return f"{100 * found:.{digits}f} % ({100 * low:.{digits}f} to {100 * high:.{digits}f})"


def points(row):
    return f"{100 * row['estimate']:+.1f} points ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"


def test_the_hazard_falls_with_age(runs):
    """Weibull shape of all cases, and of as many simulated lifetimes of each class a case: both below 1; the record's falls faster.

    Limits of the model's are those of resamples of its designs, each with all its histories.
    """
    cases = record()
    lifetimes = pd.concat([runs[name].outcomes.iloc[:100 * count].assign(ended=lambda worlds: ~worlds["held"])
                           for name, count in cases["guarantee_class"].value_counts().items() if name in runs], ignore_index=True)
    of_design = list(lifetimes.groupby("design").indices.values())
    again = [weibull(lifetimes.iloc[np.concatenate([of_design[each] for each in bag])]).shape for bag in bags(len(of_design), 0)]
    shape, (low, high) = weibull(lifetimes).shape, np.quantile(again, TAILS)
    assert 0.4 < low < high < 0.8
    assert shape_interval(cases)[0] < low
    says(f"{shape:.2f} ({low:.2f} to {high:.2f})", "{:.2f} ({:.2f} to {:.2f})".format(*shape_interval(cases)))


def test_cases_that_were_chosen_for_their_failure_are_told_apart():
    """Durability at ten and twenty years of the pooled record without paper assurances, and how many of three pacts held five years."""
    cases = record()
    others = kaplan_meier(cases[cases["guarantee_class"] != "paper_assurance"], [10, 20])
    pacts = cases[cases["guarantee_class"] == "third_party_defence_pact"]
    assert sorted((pacts["ended"] & (pacts["years"] <= 5)).tolist()) == [False, False, True]
    assert ((pacts["years"] > 5) & (pacts["years"] < 5.1) & pacts["ended"]).sum() == 1
    says("One of the three pacts was followed by war within five years", *(percent(*row[["estimate", "low", "high"]], digits=0)
                                                                        for _, row in others.iterrows()))


def test_a_capable_force_with_a_treaty_has_nearly_no_wars_and_one_without_has(runs):
    """At most 1 % a year under the force of an armistice with a treaty, as in the record; a miss for the same force without promises."""
    run = runs["deployed_allied_force"]
    found = rate(run, ~run.worlds["held"])
    assert found[2] < 0.01
    alone = ran("korean_armistice", {"regime.commitment.europe": 0, "regime.commitment.united_states": 0, "name": "alone"})
    without = rate(alone, ~alone.worlds["held"])
    assert without[1] > 0.04
    says(percent(*found), percent(*without))


def test_pacts_cut_wars_more_than_probes(runs):
    """The pact against no guarantee: the rate of wars falls to a fifth, that of probes to little more than half."""
    told = {}
    for name in ("none", "third_party_defence_pact"):
        worlds = runs[name].worlds
        told[name] = rate(runs[name], ~worlds["held"]), rate(runs[name], worlds["probes"])
        says(percent(*told[name][0]), f"{told[name][1][0]:.2f} ({told[name][1][1]:.2f} to {told[name][1][2]:.2f})")
    wars, probes = ([told[name][kind] for name in told] for kind in (0, 1))
    assert wars[1][2] / wars[0][1] < 0.25
    assert probes[1][1] / probes[0][2] > 0.5


def test_a_token_force_is_close_to_none(runs):
    """One brigade without a promise adds less than a point in ten years; fifteen add several times as much."""
    none = runs["none"]
    rows = [sim.compare([none, ran("none", {"regime.deployment.brigades": brigades, "name": "force"})], years=[10]).iloc[0] for brigades in (1, 15)]
    assert rows[0]["high"] < 0.01 < rows[1]["low"]
    assert rows[1]["low"] > 3 * rows[0]["high"]
    says(*map(points, rows))


def test_a_demilitarised_zone_buys_hardly_anything_here(runs):
    """A miss: in the record no zone ended within five years and four of ten in the end; in the model a zone adds less than a point."""
    row = sim.compare([runs["none"], runs["demilitarised_zone"]], years=[5]).iloc[0]
    assert row["high"] < 0.01
    cases = record()
    zones = cases[cases["guarantee_class"] == "demilitarised_zone"]
    assert kaplan_meier(zones, [5])["estimate"][0] == 1
    says(points(row))


def test_violations_are_not_failure(runs):
    """Few incidents become wars: incidents come at the stated rate in worlds at peace, and few of them end the ceasefire."""
    run = runs["none"]
    scenario = run.scenario
    incidents = scenario.war.incidents_per_year * (1 - scenario.regime.monitoring.quality)
    found = [each / incidents for each in rate(run, run.worlds["cause"] == "incident")]
    assert found[2] < 0.05
    says(percent(*found, digits=1))


def test_withdrawal_is_followed_by_attack():
    """A renewal that fails is followed within a year by more attacks than there are at the same age without one."""
    model = sim.CeasefireModel(sim.load(ROOT / "scenarios" / "coalition.toml"), 10_000)
    since, will = np.full(10_000, 99), model.europe.will.copy()
    rows = []
    while model.running:
        alive = model.at_peace.copy()
        model.step()
        since = np.where(model.europe.will < will, 0, since + 1)
        will = model.europe.will.copy()
        attacked = alive & ~model.at_peace & (model.cause == 0)
        rows += [(int(model.years - 1e-9), lapsed, (attacked & chosen).sum(), (alive & chosen).sum() / 12)
                 for lapsed, chosen in ((True, since <= 12), (False, since > 12))]
    table = pd.DataFrame(rows, columns=["year", "lapsed", "attacks", "exposure"]).pivot_table(index="year", columns="lapsed", aggfunc="sum")
    expected = (table["attacks"][False] / table["exposure"][False] * table["exposure"][True])[table["exposure"][True] > 0].sum()
    seen = table["attacks"][True].sum()
    ratio, error = seen / expected, np.sqrt(1 / seen + 1 / table["attacks"][False].sum())
    assert ratio * np.exp(-4 * error) > 1
    says(f"{ratio:.2f} times ({ratio * np.exp(-1.96 * error):.2f} to {ratio * np.exp(1.96 * error):.2f})")


def test_decisive_outcomes_do_not_outlast_stalemates_here(runs):
    """A miss: in the record victories hold and ceasefires do not; in the model either side's superiority brings war sooner."""
    cases = record()
    record_at_ten = {kind: kaplan_meier(cases[cases["episode"] == kind], [10]).iloc[0] for kind in ("victory", "ceasefire")}
    assert record_at_ten["victory"]["estimate"] > record_at_ten["ceasefire"]["high"]
    rows = [sim.compare([runs["none"], ran("none", {**changes, "name": "decided"})], years=[20]).iloc[0]
            for changes in ({"russia.strength": 50, "russia.strength_target": 70}, {"ukraine.strength": 30, "ukraine.strength_target": 30})]
    assert all(row["high"] < 0 for row in rows)
    says(*map(points, rows), *(percent(*row[["estimate", "low", "high"]], digits=0) for row in record_at_ten.values()))


def test_what_forecasters_record_and_model_give_ninety_one_days(runs):
    """The gap: forecasters far below the record, the model at or above it."""
    days = [91 / 365.25]
    held, model = kaplan_meier(record(), days).iloc[0], by_the_day(runs["none"], days).iloc[0]
    two, three = sim.survival(runs["none"], [2 / 12, 3 / 12])["estimate"]
    assert two > model["estimate"] > three > model["estimate"] - 0.001
    assert held["low"] > 0.8
    assert model["low"] > 0.95
    says("8 to 27 %", percent(*held[["estimate", "low", "high"]], digits=0), percent(*model[["estimate", "low", "high"]], digits=1))


def test_the_scores_on_the_page_are_todays(runs):
    """The log score of the model and of each rival at ten years, and how much worse each is than Kaplan-Meier."""
    from sim.study.validation import covered, of_runs, scores
    chosen = list(runs.values())
    table = scores(covered(record(), [run.name for run in chosen]), {"model": of_runs(chosen)})
    for _, row in table[(table["score"] == "Brier")].iterrows():
        says(f"{row['estimate']:.3f} ({row['low']:.3f} to {row['high']:.3f})")
    against = table[(table["predictor"] == "model")]
    for _, row in against.iterrows():
        says(f"{row['worse']:+.3f} ({row['worse_low']:+.3f} to {row['worse_high']:+.3f})")
