"""The scenarios that come with the product: the reference regimes are those of the model, and each
file says what it is and why.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from elements import LIBRARY, TEXTS

import sim
from sim.guarantee.provisions import Regime
from sim.uncertainty import Uniform

pytestmark = pytest.mark.long

FOLDER = Path(__file__).parents[1] / "scenarios"
MADE_BY_CALIBRATION = "calibrated"
FILES = [path for name, path in LIBRARY.items() if name != MADE_BY_CALIBRATION]
PROVISIONS = {
    "commitment.europe": 0,
    "commitment.united_states": 0,
    "deployment.brigades": 0,
    "deployment.exposure": 0.5,
    "arms.package_usd_bn": 0,
    "force_limit.brigades": None,
    "monitoring.quality": 0.2,
    "monitoring.attribution": 0.3,
    "reassurance.value": 0,
    "provocation.value": 0,
    "commitment.resupply": 0,
    "sanctions.snapback": 0,
    "response.europe_days": 60,
    "response.united_states_days": 60,
}
"""Columns of the table of reference regimes, with their values under `none`."""
ACCESSION = ("accession.start", "accession.mean_years", "accession.veto", "accession.interim")
REGIMES = {  # the table, row by row; a pair is a uniform range, and the last entry the accession
    "none": (*PROVISIONS.values(), None),
    "budapest": ((0.05, 0.25), (0.05, 0.25), 0, 0.5, 10, None, 0.2, 0.3, 0, 0, 0, 0, 60, 60, None),
    "neutrality": ((0.1, 0.3), (0.1, 0.3), 0, 0.5, 0, 45, 0.3, 0.3, 0.08, 0, 0, 0, 60, 60, None),
    "armed_neutrality": (
        (0, 0.2),
        (0, 0.2),
        0,
        0.5,
        90,
        None,
        0.3,
        0.3,
        0.05,
        0,
        5,
        0,
        60,
        60,
        None,
    ),
    "coalition": (
        (0.35, 0.65),
        (0.1, 0.3),
        5,
        0.3,
        60,
        None,
        0.4,
        0.5,
        0,
        0.02,
        10,
        0.03,
        20,
        60,
        None,
    ),
    "article5_like": (
        (0.5, 0.9),
        (0.35, 0.75),
        5,
        0.3,
        90,
        None,
        0.5,
        0.6,
        0,
        0.02,
        10,
        0.05,
        10,
        10,
        None,
    ),
    "nato": (1, 1, 10, 1, 90, None, 0.4, 0.6, 0, 0.08, 10, 0.05, 5, 5, (0.5, 1.5, 0.2, (0.1, 0.6))),
    "eu": (
        (0.4, 0.7),
        (0.05, 0.25),
        0,
        0.5,
        60,
        None,
        0.3,
        0.5,
        0,
        0.02,
        10,
        0.05,
        45,
        60,
        (2, 5, 0.15, (0.1, 0.6)),
    ),
}


def plain(value: Any) -> Any:
    """A number, or the ends of a uniform range."""
    return (value.low, value.high) if isinstance(value, Uniform) else value


def row(regime: Regime) -> dict[str, Any]:
    """Every value of a regime by its key, ranges as pairs."""
    return {key: plain(value) for key, value in regime.leaves()}


def expected(name: str) -> dict[str, Any]:
    """The regime of a row of the table: the defaults, with the values of the row over them."""
    *values, accession = REGIMES[name]
    provisions = row(Regime()) | dict(zip(PROVISIONS, values, strict=True))
    if accession is None:
        return provisions
    del provisions["accession"]
    own_promises_meanwhile = {
        "accession.interim_europe": None,
        "accession.interim_united_states": None,
    }
    return provisions | dict(zip(ACCESSION, accession, strict=True)) | own_promises_meanwhile


@pytest.mark.parametrize("name", REGIMES)
def test_the_reference_regimes_are_those_of_the_model(name):
    """Every value of every provision: those of the table, and the default of the schema where the
    table has no column.
    """
    assert row(sim.load(FOLDER / f"{name}.toml").regime) == expected(name)


def test_what_the_table_takes_for_granted_is_the_default():
    """The heading of the table: ν, T_F, T_P, a_A and r_A are the same in all rows.

    So is what `none` has.
    """
    heading = {
        "commitment.conditional": 0.5,
        "deployment.half_life": 0.75,
        "arms.delivery_years": 4,
        "arms.united_states_share": 0.5,
        "commitment.ratified": 1,
    }
    defaults = row(Regime())
    assert {key: defaults[key] for key in heading} == heading
    assert {key: defaults[key] for key in PROVISIONS} == PROVISIONS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_says_what_it_is_and_of_when(path):
    """A short label for figures, a title and a description for readers, and the date of the state
    of affairs.
    """
    scenario = sim.load(path)
    assert 0 < len(scenario.label) <= 30
    assert scenario.title
    assert scenario.description.strip()
    assert isinstance(scenario.as_of, date)
    assert scenario.as_of <= date(2026, 6, 30)


@pytest.mark.parametrize("field", ["name", "label", "title"])
def test_no_two_scenarios_go_by_the_same(field):
    """Two of one name would share a line in every table."""
    names = [getattr(sim.load(path), field) for path in FILES]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_text_has_a_twin():
    """No other scenario has the regime of a text, and every text says what is disputed."""
    regimes = {path.stem: row(sim.load(path).regime) for path in FILES}
    for path in TEXTS:
        twins = [name for name, regime in regimes.items() if regime == regimes[path.stem]]
        assert twins == [path.stem]
        assert "Disputed" in sim.load(path).description


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_has_a_reason_beside_it(path):
    """Its own or that of a file that it extends, and more than the word judgement.

    How much is simulated, and who stays out, needs none.
    """
    scenario = sim.load(path)
    numbers = {
        key
        for key in scenario.origins
        if "." in key and not key.startswith(("sampling.", "europe.without.", "clauses."))
    }
    reasons = {
        key: reason
        for key, reason in scenario.stated_sources.items()
        if reason.strip(". ") not in {"", "judgement"}
    }
    assert numbers - reasons.keys() == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_can_be_simulated(path):
    """A few histories of each."""
    run = sim.run(
        sim.load(
            path, {"sampling.designs": 4, "sampling.replicates": 2, "sampling.steps_per_year": 1}
        ),
        out=None,
    )
    assert len(run.outcomes) == 8


def test_promises_hold_until_accession():
    """`article5_until_nato` promises at once what `article5_like` does, and half of the brigades of
    `nato` come with it.
    """
    until, promise, treaty = (
        sim.load(FOLDER / f"{name}.toml").regime
        for name in ("article5_until_nato", "article5_like", "nato")
    )
    assert until.accession.interim_europe == promise.commitment.europe
    assert until.accession.interim_united_states == promise.commitment.united_states
    assert until.accession.interim * until.deployment.brigades == promise.deployment.brigades
    assert until.commitment == treaty.commitment


def test_the_american_text_has_a_term_and_a_vote():
    """Fifteen years, renewable, law in the United States.

    The rest is that of `article5_like`, but for what the text says of lapses.
    """
    text, promise = (
        sim.load(FOLDER / f"{name}.toml").regime for name in ("fifteen_years", "article5_like")
    )
    assert (text.commitment.term_years, text.commitment.ratified) == (15, 1)
    own = {"commitment.term_years", "commitment.renewal", "commitment.voidable", "sanctions.relief"}
    ours, theirs = row(text), row(promise)
    assert {key for key in ours if ours[key] != theirs[key]} == own
