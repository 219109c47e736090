"""A number of brigades may be given in soldiers, and is shown in both."""

import jsonschema
import pytest

import sim
from sim.quantity import SOLDIERS_PER_BRIGADE
from sim.scenario.schema import json_schema
from sim.scenario.show import resolved
from sim.uncertainty import KINDS

IN_BRIGADES = ("brigades", "brigade-equivalents")
KEYS = [
    key
    for key, _, field in sim.Scenario().fields()
    if "members" not in key
    and field.json_schema_extra
    and field.json_schema_extra["unit"] in IN_BRIGADES
]


def test_the_unit_is_that_of_the_model():
    """As docs/model.md has it."""
    assert SOLDIERS_PER_BRIGADE == 4500


@pytest.mark.parametrize("key", [*KEYS, "regime.deployment.brigades"])
def test_every_number_of_brigades_takes_soldiers(key):
    """The same scenario as in brigades."""
    in_soldiers = sim.load("nato", {key: {"soldiers": 9000, "source": "x"}})
    assert in_soldiers.determinants() == sim.load("nato", {key: 2}).determinants()
    assert in_soldiers.stated_sources[key] == "x"


def test_members_take_soldiers():
    """Each in its block of the list."""
    member = {
        "name": "Norway",
        "resolve_offset": 0,
        "reliability": 0.8,
        "weight": 1,
        "gdp_usd_tn": 0.5,
    }
    dates = {"next_election": "2029-09-10", "election_interval": 4}
    (norway,) = sim.load(
        "nato", {"europe.members": [member | dates | {"brigades": {"soldiers": 4500}}]}
    ).europe.members
    assert norway.brigades == 1


@pytest.mark.parametrize(
    ("soldiers", "brigades"),
    [
        ({"uniform": [9000, 18000]}, {"uniform": [2, 4]}),
        ({"lognormal": {"median": 9000, "sigma": 0.5}}, {"lognormal": {"median": 2, "sigma": 0.5}}),
        (
            {"normal": {"mean": 9000, "sd": 450, "low": 4500}},
            {"normal": {"mean": 2, "sd": 0.1, "low": 1}},
        ),
        ({"triangular": [4500, 9000, 13500]}, {"triangular": [1, 2, 3]}),
        (
            {"choice": {"values": [4500, 9000], "weights": [1, 3]}},
            {"choice": {"values": [1, 2], "weights": [1, 3]}},
        ),
        ({"draws": [4500, 9000]}, {"draws": [1, 2]}),
        (
            {"quantiles": {"p5": 4500, "p50": 9000, "p95": 18000, "low": 0}},
            {"quantiles": {"p5": 1, "p50": 2, "p95": 4, "low": 0}},
        ),
        (
            {"mixture": [{"uniform": [4500, 9000]}, {"choice": [9000]}]},
            {"mixture": [{"uniform": [1, 2]}, {"choice": [2]}]},
        ),
    ],
)
def test_soldiers_may_be_uncertain(soldiers, brigades):
    """By every distribution whose values have a unit."""
    key = "regime.deployment.brigades"
    ours, theirs = (sim.load("nato", {key: size}) for size in ({"soldiers": soldiers}, brigades))
    assert ours.determinants() == theirs.determinants()
    assert {kind for kind, shape in KINDS.items() if not shape.with_unit} == {"beta"}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("war.decisiveness", {"soldiers": 9000}, "counts no brigades"),
        ("regime.deployment.brigades", {"soldiers": 9000, "value": 2}, "not both"),
        ("regime.deployment.brigades", {"soldiers": "many"}, "must be a finite number"),
        ("regime.deployment.brigades", {"soldiers": {"beta": {"a": 1, "b": 2}}}, "beta has no"),
        (
            "regime.deployment.brigades",
            {"soldiers": {"mixture": [{"uniform": [1, 2]}, {"beta": {"a": 1, "b": 2}}]}},
            "mixture has no",
        ),
        ("regime.deployment.brigades", {"soldiers": -1}, "must be at least 0"),
    ],
)
def test_what_gives_no_soldiers_is_refused(key, value, said):
    """With the key."""
    with pytest.raises(sim.ScenarioError, match=f"{key}: .*{said}"):
        sim.load("nato", {key: value})


def test_soldiers_are_shown_beside_brigades():
    """A fixed number, and an uncertain one; what is shown is read back as the same."""
    key = "regime.deployment.brigades"
    scenario = sim.load("nato", {key: {"soldiers": 10000}})
    text = resolved(scenario)
    assert "brigades = { soldiers = 10000 }" in text
    assert "[soldiers; 2.22 brigades]" in text
    assert "[brigades; 9,000 to 18,000 soldiers]" in resolved(
        sim.load("nato", {key: {"uniform": [2, 4]}})
    )
    assert "a bilateral" in text


def test_the_schema_for_editors_has_soldiers():
    """Where a number counts brigades, and nowhere else."""
    schema = jsonschema.Draft202012Validator(json_schema())
    soldiers = {"soldiers": {"uniform": [9000, 18000]}, "source": "x"}
    assert schema.is_valid({"regime": {"deployment": {"brigades": soldiers}}})
    assert not schema.is_valid({"war": {"decisiveness": soldiers}})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (15_000, "{ soldiers = 15000 }"),
        ({"uniform": [7000, 16_000]}, "{ soldiers = { uniform = [7000, 16000] } }"),
        (
            {"lognormal": {"median": 15_000, "sigma": 1.25}},
            "{ soldiers = { lognormal = { median = 15000, sigma = 1.25 } } }",
        ),
        (9000, "2.0"),
    ],
)
def test_what_was_given_in_soldiers_is_shown_so(given, shown, tmp_path):
    """Where brigades would have more digits than anybody reads; it is read back as the same."""
    key = "regime.deployment.brigades"
    scenario = sim.load("nato", {key: {"soldiers": given}})
    text = resolved(scenario)
    assert f"brigades = {shown}    # " in text
    (tmp_path / "shown.toml").write_text(text)
    again = sim.load(tmp_path / "shown.toml")
    assert again.determinants() == scenario.determinants()
    other = {key: {"value": 0.123456789012}}
    assert "brigades = 0.123456789012    # " in resolved(sim.load("nato", other))
