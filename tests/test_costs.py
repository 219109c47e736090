"""Costs: what is paid in closed form, who bears it, that it adds up, and the intervals of burden
shares.
"""

import elements
import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.catalogue import named
from sim.analysis.costs import ratio
from sim.analysis.designs import Designs
from sim.errors import NotPairedError
from sim.guarantee.costs import PEACE, WAR

QUIET = {
    "russia.reviews_per_year": 0,
    "ukraine.reviews_per_year": 0,
    "war.incidents_per_year": 0,
    "europe.renewal_if_resolute": 1,
    "europe.renewal_if_irresolute": 1,
    "sampling.designs": 4,
    "sampling.replicates": 2,
}
"""Nothing happens: no reviews, no incidents, every renewal passes."""
SMALL = {"sampling.designs": 150, "sampling.steps_per_year": 4}
MEMBERS = list(elements.MEMBERS)
MONTHS = np.arange(1, 241)
RATE = 0.03


def run(scenarios, name, changes):
    return sim.run(sim.load(scenarios / f"{name}.toml", changes), out=None)


@pytest.fixture(scope="module")
def runs(scenarios):
    """Regimes with and without troops, arms and accession, in which wars resume in every way."""
    return {name: run(scenarios, name, SMALL) for name in ("none", "coalition", "nato")}


def total(worlds, item):
    """An item's cost in each world, to all."""
    return worlds[[name for name in worlds if name.startswith(f"cost_{item}_")]].sum(axis=1)


def arrived(half_life=0.75):
    return 1 - 2 ** (-MONTHS / 12 / half_life)


@pytest.mark.parametrize("rate", [0, RATE])
def test_a_peace_costs_its_brigade_years(rate, scenarios):
    """Σ n_F (1 - 2^(-t/T_F)) Δ C_F (1 + d)^(-t) over the months, and nothing else, in every world."""
    values = {
        "regime.deployment.brigades": 4,
        "costs.brigade_year": 1.5,
        "costs.discount_rate": rate,
    }
    worlds = run(scenarios, "none", QUIET | values).outcomes
    expected = np.sum(4 * arrived() / 12 * 1.5 * (1 + rate) ** (-MONTHS / 12))
    np.testing.assert_allclose(total(worlds, "stationing"), expected, rtol=1e-6)
    assert not worlds[
        [name for name in worlds if name.startswith("cost_") and "stationing" not in name]
    ].any(axis=None)


def test_troops_that_do_not_come_cost_nothing(scenarios):
    """Of a vetoed accession its interim share, and after each failed renewal 0.7 of what was left."""
    vetoed = {"start": 1, "mean_years": 1, "veto": 1, "interim": 0.3}
    failing = {
        "europe.renewal_if_resolute": 0,
        "europe.renewal_if_irresolute": 0,
        "costs.discount_rate": 0,
        "costs.brigade_year": 1,
    }
    values = {
        "regime.deployment.brigades": 4,
        **{f"regime.accession.{name}": value for name, value in vetoed.items()},
    }
    worlds = run(scenarios, "none", QUIET | values | failing).outcomes
    np.testing.assert_allclose(
        total(worlds, "stationing"),
        np.sum(0.3 * 4 * arrived() / 12 * 0.7 ** (MONTHS // 12)),
        rtol=1e-6,
    )


@pytest.mark.parametrize("rate", [0, RATE])
def test_arms_are_paid_for_as_they_arrive(rate, scenarios):
    """Σ package / 48 (1 + d)^(-t) over the 48 months of delivery.

    America pays its share of every month whose funds have passed.
    """
    funded = {"united_states.funds_if_resolute": 1, "united_states.funds_if_irresolute": 1}
    values = {
        "regime.arms.package_usd_bn": 90,
        "costs.discount_rate": rate,
        "regime.arms.united_states_share": 0.25,
    }
    worlds = run(scenarios, "none", QUIET | values | funded).outcomes
    expected = np.sum(90 / 48 * (1 + rate) ** (-MONTHS[:48] / 12))
    np.testing.assert_allclose(total(worlds, "arms"), expected, rtol=1e-6)
    np.testing.assert_allclose(worlds["cost_arms_united_states"], expected / 4, rtol=1e-6)
    np.testing.assert_allclose(
        worlds["cost_arms_europe_Germany"], expected * 0.75 * 4.7 / 15.1, rtol=1e-6
    )


def test_america_pays_for_the_years_that_it_has_voted(scenarios):
    """The first year's funds have passed; where no later ones do, three quarters of its share are
    neither delivered nor paid for.
    """
    refused = {"united_states.funds_if_resolute": 0, "united_states.funds_if_irresolute": 0}
    values = {
        "regime.arms.package_usd_bn": 90,
        "costs.discount_rate": 0,
        "regime.arms.united_states_share": 0.25,
    }
    worlds = run(scenarios, "none", QUIET | values | refused).outcomes
    np.testing.assert_allclose(worlds["cost_arms_united_states"], 90 * 0.25 / 4, rtol=1e-6)
    np.testing.assert_allclose(total(worlds, "arms"), 90 * 0.75 + 90 * 0.25 / 4, rtol=1e-6)


@pytest.mark.long
def test_no_troops_and_no_arms_cost_nothing_in_peace(runs):
    """In no world, to nobody."""
    worlds = runs["none"].outcomes
    assert not total(worlds, "stationing").any()
    assert not total(worlds, "arms").any()
    assert not total(worlds, "resupply").any()


@pytest.mark.parametrize("name", ["none", "coalition", "nato"])
def test_a_war_costs_from_when_it_resumes(name, runs):
    """Each world by the formulas of docs/costs.md, from its years, its cause and who fought.

    One that holds bears nothing of a war.
    """
    worlds, scenario = runs[name].outcomes, runs[name].scenario
    now, prices = np.where(worlds["held"], 0, (1 + RATE) ** -worlds["years"]), scenario.costs
    war = (1 - (1 + RATE) ** -3) / np.log(1 + RATE)
    np.testing.assert_allclose(worlds["cost_losses_ukraine"], now * war * 116, rtol=1e-5)
    np.testing.assert_allclose(
        worlds["cost_reconstruction_ukraine"],
        now * 0.5 * 52.4 * np.minimum(worlds["years"], 10),
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        worlds["cost_losses_united_states"],
        now * worlds["us_backs"] * war * worlds["united_states.brigades"] * prices.brigade_war_year,
        rtol=1e-5,
    )
    assert not total(worlds, "resupply")[worlds["held"] | (worlds["cause"] == "offensive")].any()
    for member in scenario.europe.members:
        fought = (
            worlds["members_fought"]
            .str.split(", ")
            .map(lambda names, name=member.name: name in names)
        )
        own = now * war * prices.brigade_war_year * member.brigades * fought
        borne = worlds[f"cost_losses_europe_{member.name}"]
        assert (borne >= own * (1 - 1e-6)).all()
        assert not borne[~worlds["europe_intervenes"]].any()
        stationed = (
            (scenario.regime.deployment.brigades * member.brigades / 37)
            * now
            * war
            * prices.brigade_war_year
        )
        assert (borne <= (own + stationed) * (1 + 1e-6)).all()


def test_arms_rushed_in_are_paid_where_russia_resumes_the_war(runs):
    """S brigades at their price, discounted to the day, whoever fights."""
    worlds = runs["coalition"].outcomes
    russia = worlds["cause"].isin(["attack", "incident", "probe"])
    price = worlds["ukraine.brigade_cost"]
    np.testing.assert_allclose(
        total(worlds, "resupply"),
        np.where(russia, 10 * price * (1 + RATE) ** -worlds["years"], 0),
        rtol=1e-5,
    )


@pytest.mark.parametrize("name", ["none", "coalition", "nato"])
def test_costs_add_up(name, runs):
    """Over bearers and over items, in estimates and in shares, members to Europe."""
    cost, share = (
        sim.costs(runs[name]).pivot_table(
            index="item", columns="bearer", values=value, dropna=False
        )
        for value in ("estimate", "share")
    )
    close = {"rtol": 1e-9, "atol": 1e-9}
    for series in (cost, share.dropna()):
        np.testing.assert_allclose(
            series[["Europe", "United States", "Ukraine"]].sum(axis=1), series["all"], **close
        )
        np.testing.assert_allclose(series[MEMBERS].sum(axis=1), series["Europe"], **close)
    np.testing.assert_allclose(cost.loc[["peace", "war"]].sum(), cost.loc["all"], **close)
    np.testing.assert_allclose(cost.loc[list(PEACE)].sum(), cost.loc["peace"], **close)
    np.testing.assert_allclose(cost.loc[list(WAR)].sum(), cost.loc["war"], **close)
    assert share.isna().any(axis=1).equals(cost["all"] == 0)


def test_a_measure_has_its_name(runs):
    """`cost` is the sum of its bearers and of peace and war, and the same as in the table."""
    run = runs["nato"]
    expected = {
        name: named(name, 20).numbers(run.worlds)
        for name in (
            "cost",
            "cost.peace",
            "cost.war",
            "cost.europe",
            "cost.united_states",
            "cost.ukraine",
        )
    }
    np.testing.assert_allclose(expected["cost"], expected["cost.peace"] + expected["cost.war"])
    np.testing.assert_allclose(
        expected["cost"],
        expected["cost.europe"] + expected["cost.united_states"] + expected["cost.ukraine"],
    )
    assert expected["cost"].mean() == pytest.approx(sim.costs(run)["estimate"][0])


def test_outcomes_from_before_costs_were_counted_are_refused(runs):
    """Not taken for free."""
    old = runs["none"].outcomes.filter(regex="^(?!cost_)")
    with pytest.raises(sim.ScenarioError, match="run their scenarios again"):
        named("cost", 20).numbers(old)


def test_savings_are_paired(runs, scenarios):
    """The difference of two tables on the same histories, without shares.

    Other worlds are refused.
    """
    saved = sim.costs(runs["nato"], runs["none"])
    np.testing.assert_allclose(
        saved["estimate"],
        sim.costs(runs["nato"])["estimate"] - sim.costs(runs["none"])["estimate"],
        atol=1e-9,
    )
    assert saved[["share", "share_low", "share_high"]].isna().all(axis=None)
    with pytest.raises(NotPairedError):
        sim.costs(runs["nato"], run(scenarios, "none", {"sampling.designs": 20}))


def test_integrated_costs_agree_with_plain_ones(runs):
    """Within 4 standard errors of the plain ones, for every bearer and item."""
    plain, less = sim.costs(runs["coalition"]), sim.costs(runs["coalition"], integrated=True)
    error = (plain["high"] - plain["low"]) / 4
    assert ((plain["estimate"] - less["estimate"]).abs() <= 4 * error + 1e-9).all()
    assert (
        less.query("bearer == 'Ukraine' and item == 'losses'").eval("high - low").item()
        < plain.query("bearer == 'Ukraine' and item == 'losses'").eval("high - low").item()
    )


def test_prices_change_no_history(runs, scenarios):
    """Everything else is the same to the bit; a price twice as high costs twice as much."""
    double = run(
        scenarios,
        "coalition",
        SMALL | {"costs.brigade_year": 2.2, "costs.war_year": 50},
    ).outcomes
    once = runs["coalition"].outcomes
    others = [name for name in once if not name.startswith("cost_")]
    pd.testing.assert_frame_equal(double[others], once[others])
    np.testing.assert_allclose(
        total(double, "stationing"), 2 * total(once, "stationing"), rtol=1e-6
    )


def test_uncertain_prices_widen_the_spread_alone(runs, scenarios, tmp_path):
    """Beside a guarantee, the ranges of uncertain_costs.toml leave durability and its histories as
    they were.
    """
    (tmp_path / "both.toml").write_text(
        f'extends = ["{scenarios}/coalition.toml", "{scenarios}/uncertain_costs.toml"]'
    )
    uncertain = sim.run(
        sim.load(tmp_path / "both.toml", SMALL),
        out=None,
    )
    np.testing.assert_array_equal(uncertain.outcomes["years"], runs["coalition"].outcomes["years"])
    reach = [
        sim.costs(run)
        .query("bearer == 'all' and item == 'war'")
        .eval("spread_high / spread_low")
        .item()
        for run in (uncertain, runs["coalition"])
    ]
    assert reach[0] > reach[1]


def member(name, **values):
    return {
        "name": name,
        "brigades": 2,
        "reliability": 1,
        "weight": 1,
        "resolve_offset": 0,
        "next_election": "2028-05-01",
        "election_interval": 4,
    } | values


def test_members_pay_by_their_economies_or_else_by_their_weights(scenarios):
    """A name may begin like another, and hold a dot; no outcome of a cost has one."""
    both = [
        member("Niger", gdp_usd_tn=3),
        member("Nigeria", gdp_usd_tn=1),
        member("U.K.", gdp_usd_tn=0),
    ]
    values = QUIET | {
        "regime.arms.package_usd_bn": 10,
        "regime.arms.united_states_share": 0,
        "regime.deployment.brigades": 1,
    }
    shared = run(scenarios, "none", values | {"europe.members": both})
    share = sim.costs(shared).set_index(["item", "bearer"])["share"]
    np.testing.assert_allclose(share["arms"][["Niger", "Nigeria", "U·K·"]], [0.75, 0.25, 0])
    np.testing.assert_allclose(share["stationing"][["Niger", "Nigeria", "U·K·"]], [1 / 3] * 3)
    assert not [name for name in shared.outcomes if name.startswith("cost_") and "." in name]
    weighted = [member("A", weight=3, brigades=0), member("B", brigades=0)]
    share = sim.costs(run(scenarios, "none", values | {"europe.members": weighted})).set_index(
        ["item", "bearer"]
    )["share"]
    np.testing.assert_allclose(share["arms"][["A", "B"]], [0.75, 0.25])
    np.testing.assert_allclose(share["stationing"][["A", "B"]], [0.5, 0.5])


def test_economies_are_given_for_all_members_or_for_none(scenarios):
    """One message that names who has none."""
    with pytest.raises(sim.ScenarioError, match=r"gdp_usd_tn.*\bB\b"):
        sim.load(
            scenarios / "none.toml", {"europe.members": [member("A", gdp_usd_tn=3), member("B")]}
        )


def designs_of(count):
    """Designs of one history each, with nothing drawn."""
    return Designs(pd.DataFrame({"design": np.arange(count)}))


def test_the_error_of_a_share_is_that_of_the_jackknife():
    """Delete-one jackknife of the ratio of means, within 5 per cent for 400 designs."""
    rng = np.random.default_rng(1)
    whole = rng.gamma(2, 1, 400)
    numerator = whole * rng.beta(2, 5, 400)
    designs = designs_of(400)
    share, low, high = ratio(numerator, whole, designs)
    without = (numerator.sum() - numerator) / (whole.sum() - whole)
    jackknife = np.sqrt(399 / 400 * np.sum((without - without.mean()) ** 2))
    assert share == pytest.approx(numerator.sum() / whole.sum())
    assert (high - low) / 2 / designs.quantile == pytest.approx(jackknife, rel=0.05)


def test_the_limits_of_a_share_cover_it():
    """In 2,000 samples of 60 designs, 95 per cent within 4 standard errors of a share, plus a point
    for the linear approximation.
    """
    rng, designs, covered = np.random.default_rng(2), designs_of(60), 0
    for _ in range(2000):
        whole = rng.gamma(4, 1, 60)
        _, low, high = ratio(whole * rng.beta(2, 6, 60), whole, designs)
        covered += low <= 0.25 <= high
    assert covered / 2000 == pytest.approx(0.95, abs=0.01 + 4 * np.sqrt(0.95 * 0.05 / 2000))


def test_a_share_of_nothing_is_not_known_and_one_of_all_is_certain():
    """NaN, and exactly 1."""
    numbers = np.array([1.0, 2.0, 4.0])
    assert np.isnan(ratio(0 * numbers, 0 * numbers, designs_of(3))).all()
    assert ratio(numbers, numbers, designs_of(3)) == [1, 1, 1]
