"""Scenario files: what they say is what is simulated, and everybody can see who said it."""

import json
import tomllib
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from elements import LIBRARY
from scipy import stats

import sim
from sim.scenario.schema import json_schema
from sim.scenario.show import resolved
from sim.scenario.toml import lines_of

SHIPPED = tuple(LIBRARY.values())


@pytest.fixture
def write(tmp_path):
    """Write scenario files into one folder; the last one's path comes back."""

    def files(**texts):
        for name, text in texts.items():
            path = tmp_path / f"{name}.toml"
            path.write_text(text)
        return path

    return files


def test_a_scenario_builds_on_others(write):
    """Values are inherited along the chain, the nearest wins.

    Names, titles and descriptions are each file's own.
    """
    path = write(
        a=(
            'title = "A"\nsources = ["a book"]\n[regime.arms]\npackage_usd_bn = '
            "10\n[regime.deployment]\nbrigades = 1"
        ),
        b='extends = "a.toml"\n[regime.deployment]\nbrigades = 2',
        c='extends = "b.toml"\n[war]\ndecisiveness = 3',
    )
    scenario = sim.load(path)
    assert (scenario.name, scenario.title, scenario.sources) == ("c", "", ())
    assert (
        scenario.regime.arms.package_usd_bn,
        scenario.regime.deployment.brigades,
        scenario.war.decisiveness,
    ) == (10, 2, 3)


def test_of_several_files_that_one_builds_on_the_later_win(write):
    """And the file itself over all of them; each tells in the origins."""
    write(
        a="[regime.deployment]\nbrigades = 1\n[war]\ndecisiveness = 3",
        b="[regime.deployment]\nbrigades = 2\nhalf_life = 1",
    )
    scenario = sim.load(
        write(c='extends = ["a.toml", "b.toml"]\n[regime.deployment]\nhalf_life = 2')
    )
    assert (
        scenario.regime.deployment.brigades,
        scenario.regime.deployment.half_life,
        scenario.war.decisiveness,
    ) == (2, 2, 3)
    assert [Path(by).name for _, by in scenario.origins["regime.deployment.brigades"]] == [
        "a.toml:2",
        "b.toml:2",
    ]


def test_lists_of_draws_are_drawn_together(write):
    """Every design has one row of them, each row as often as any other.

    Lists of different lengths are refused by name.
    """
    values = {"russia.cost_of_war": [0.1, 0.2, 0.3, 0.4], "russia.insecurity": [0.9, 0.7, 0.5, 0.3]}
    scenario = sim.load(
        write(a="[sampling]\ndesigns = 100"),
        {key: {"draws": list(rows)} for key, rows in values.items()},
    )
    drawn = sim.CeasefireModel(scenario, 1000).draws
    rows = set(zip(*(drawn[key].tolist() for key in values), strict=True))
    assert rows == set(zip(*values.values(), strict=True))
    assert {
        np.sum(drawn["russia.cost_of_war"] == value) for value in values["russia.cost_of_war"]
    } == {250}
    with pytest.raises(
        sim.ScenarioError, match=r"(?=.*2 \(russia.cost_of_war\))(?=.*3 \(russia.insecurity\))"
    ):
        sim.load(
            write(b="title = 'x'"),
            {
                "russia.cost_of_war": {"draws": [1, 2]},
                "russia.insecurity": {"draws": [0.1, 0.2, 0.3]},
            },
        )


def test_extends_is_relative_to_the_file_that_says_it(tmp_path, write, monkeypatch):
    """Wherever the command is given."""
    write(base="[war]\ndecisiveness = 4")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "x.toml").write_text('extends = "../base.toml"')
    monkeypatch.chdir("/")
    assert sim.load(tmp_path / "inner" / "x.toml").war.decisiveness == 4


def test_every_value_remembers_who_set_it(write):
    """The origins of a value, the earliest first, with the line in each file."""
    path = write(
        a="title = 'x'\n\n[regime.deployment]\nbrigades = 5",
        b="extends = 'a.toml'\n[regime]\ndeployment = { brigades = 6 }",
    )
    scenario = sim.load(path, {"regime.deployment.brigades": 7})
    assert scenario.regime.deployment.brigades == 7
    assert scenario.origins["regime.deployment.brigades"] == (
        (5, f"{path.with_stem('a')}:4"),
        (6, f"{path}:3"),
        (7, "override"),
    )
    assert "set by override; was 6 (" in resolved(scenario)


def test_a_distribution_replaces_another_whole(write):
    """They are not merged into something with two forms."""
    path = write(
        a="[russia]\nstrength_target = { uniform = [1, 2] }",
        b="extends = 'a.toml'\n[russia]\nstrength_target = { triangular = [1, 2, 4] }",
    )
    assert list(sim.load(path).russia.strength_target.as_data()) == ["triangular"]


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("{ uniform = [130, 210] }", stats.uniform(130, 80)),
        ("{ uniform = { low = 130, high = 210 } }", stats.uniform(130, 80)),
        ("{ normal = { mean = 150, sd = 10, low = 120 } }", stats.truncnorm(-3, np.inf, 150, 10)),
        ("{ lognormal = { median = 150, sigma = 0.2 } }", stats.lognorm(0.2, scale=150)),
        ("{ triangular = [100, 150, 300] }", stats.triang(0.25, 100, 200)),
        (
            "{ choice = [100, 200], source = 'a book' }",
            stats.rv_discrete(values=([100, 200], [0.5, 0.5])),
        ),
        (
            "{ choice = { values = [100, 200], weights = [1, 3] } }",
            stats.rv_discrete(values=([100, 200], [0.25, 0.75])),
        ),
    ],
)
def test_distributions_are_those_of_scipy(text, distribution, write):
    """The designs of a run are spread over the distribution.

    One of 256 in each of its quantiles.
    """
    scenario = sim.load(write(x=f"[russia]\nstrength_target = {text}\n[sampling]\nreplicates = 1"))
    drawn = np.sort(sim.CeasefireModel(scenario, 256).draws["russia.strength_target"])
    if "choice" in text:
        np.testing.assert_array_equal(drawn, distribution.ppf((np.arange(256) + 0.5) / 256))
    else:
        assert np.floor(256 * distribution.cdf(drawn)).astype(int).tolist() == list(range(256))


def test_beta_and_plain_normal_are_drawn_as_well(write):
    """On parameters whose range they fit."""
    path = write(
        x=(
            "[europe]\nprior_resolute = { beta = { a = 2, b = 5 } }\nstake = { normal = { mean "
            "= -0.5, sd = 0.1 } }"
        )
    )
    draws = sim.CeasefireModel(sim.load(path, {"sampling.replicates": 1}), 1000).draws
    for key, distribution in (
        ("europe.prior_resolute", stats.beta(2, 5)),
        ("europe.stake", stats.norm(-0.5, 0.1)),
    ):
        np.testing.assert_allclose(
            draws[key].mean(), distribution.mean(), atol=4 * distribution.std() / 1000
        )


def test_a_value_may_stand_with_its_source(write):
    """`{ value, source }` is the value, and the source is shown beside it."""
    scenario = sim.load(
        write(x="[regime.deployment]\nbrigades = { value = 5, source = 'Author 2026, p. 3' }")
    )
    assert scenario.regime.deployment.brigades == 5
    assert "#   source: Author 2026, p. 3" in resolved(scenario)


def test_members_are_replaced_and_taken_out(write):
    """A list of members replaces the reference set; `without` takes members out of it.

    B and o follow.
    """
    few = sim.load(write(x="[europe.without]\nnames = ['Germany', 'Italy']")).europe
    assert [member.name for member in few.standing] == [
        "United Kingdom",
        "France",
        "Poland",
        "Finland",
    ]
    assert few.pledged_force == pytest.approx(8 * 0.8 + 8 * 0.8 + 6 * 0.7 + 3 * 0.8)
    assert few.offset == pytest.approx(
        (0.22 * 0.15 + 0.22 * 0.10 + 0.14 * 0.15 + 0.10 * 0.20) / 0.68
    )
    own = sim.load(
        write(
            y=(
                "[[europe.members]]\nname = 'Spain'\nbrigades = { uniform = [1, 3] "
                "}\nreliability = 0.5\nweight = 1\nresolve_offset = 0\nnext_election = "
                "2027-11-30\nelection_interval = 4"
            )
        )
    ).europe
    assert [member.name for member in own.standing] == ["Spain"]


def test_an_uncertain_member_is_drawn(write):
    """Members' numbers may be uncertain too, and what is drawn for them is used."""
    text = (
        "[[europe.members]]\nname = 'Spain'\nbrigades = { uniform = [1, 3] }\nreliability = "
        "0.5\nweight = 1\nresolve_offset = 0\nnext_election = 2027-11-30\nelection_interval = 4"
    )
    model = sim.CeasefireModel(sim.load(write(x=text)), 50)
    np.testing.assert_array_equal(
        model.parameters.europe.pledged_force, model.draws["europe.members.Spain.brigades"] * 0.5
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_resolved_scenario_reads_back_as_itself(path, tmp_path):
    """What `show` prints is a scenario file that means the same."""
    scenario = sim.load(path)
    copy = tmp_path / path.name
    copy.write_text(resolved(scenario))
    assert sim.load(copy).model_dump() == scenario.model_dump()


@pytest.fixture(scope="module")
def editor():
    """What an editor holds files against: the JSON Schema, itself held against its own once."""
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_says_what_it_is(path, editor):
    """Title and description, and the JSON Schema that editors use finds nothing wrong with the
    file.
    """
    scenario = sim.load(path)
    assert scenario.title
    assert scenario.description
    as_editors_see_it = json.loads(
        json.dumps(tomllib.loads(path.read_text()), default=str)
    )  # dates as texts
    editor.validate(as_editors_see_it)


def test_the_json_schema_is_one_and_refuses_mistakes(editor):
    """Valid itself, plain JSON, and closed against misspelt keys and wrong types."""
    json.dumps(editor.schema, allow_nan=False)
    for wrong in (
        {"regime": {"deploymnt": {}}},
        {"war": {"decisiveness": "2"}},
        {"russia": {"strength": {"uniforn": [1, 2]}}},
        {"titel": "x"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            editor.validate(wrong)


def test_every_number_in_the_schema_has_unit_meaning_and_source():
    """Completeness of the JSON Schema: an editor can show all three for every field."""
    blocks = [json_schema(), *json_schema()["$defs"].values()]
    fields = [
        (name, field)
        for block in blocks
        for name, field in block.get("properties", {}).items()
        if "$ref" not in str(field.get("$ref", ""))
    ]
    leaves = [(name, field) for name, field in fields if "source" in field]
    assert len(leaves) > 70
    for name, field in leaves:
        assert field["description"], name
        assert field["unit"], name
        assert field["source"], name


def test_lines_of_keys():
    """Tables, dotted keys, inline tables, lists over several lines, and lists of tables, nested
    ones included.
    """
    text = """title = "x"

[regime.arms]
package_usd_bn = 1
[russia]
strength_target = { uniform = [1, 2] }
"status_quo_value" = 2
foresight = [
  1,
  2,
]
[[europe.members]]
name = "A"
[[europe.members]]
name = "B"
[ukraine]
a.b = { c.d = 1 }
"""
    lines = lines_of(text)
    expected = {
        ("title",): 1,
        ("regime",): 3,
        ("regime", "arms"): 3,
        ("regime", "arms", "package_usd_bn"): 4,
        ("russia", "strength_target", "uniform"): 6,
        ("russia", "status_quo_value"): 7,
        ("russia", "foresight", 1): 10,
        ("europe", "members", 0, "name"): 13,
        ("europe", "members", 1): 14,
        ("europe", "members", 1, "name"): 15,
        ("ukraine", "a", "b", "c", "d"): 17,
    }
    assert {key: lines[key] for key in expected} == expected


def test_a_file_over_another_wins_and_lends_its_name(scenarios, tmp_path):
    """What the upper file says holds, the rest is that of the lower.

    --set still wins, and its problems are named by their place.
    """
    upper = tmp_path / "doubt.toml"
    upper.write_text(
        'title = "Doubt"\n[russia]\ncost_of_war = 0.5\n[regime.arms]\npackage_usd_bn = 7\n'
    )
    lower, both = (
        sim.load(scenarios / "nato.toml"),
        sim.load(scenarios / "nato.toml", {"regime.arms.package_usd_bn": 8}, over=[upper]),
    )
    assert both.name == "nato+doubt"
    assert (both.russia.cost_of_war, both.regime.arms.package_usd_bn) == (0.5, 8)
    assert (both.title, both.regime.commitment, both.sampling) == (
        lower.title,
        lower.regime.commitment,
        lower.sampling,
    )
    assert both.origins["russia.cost_of_war"][-1] == (0.5, f"{upper}:3")
    assert sim.load(scenarios / "nato.toml", {"name": "mine"}, over=[upper]).name == "mine"
    upper.write_text("[russia]\ncost_of_war = -1\n")
    with pytest.raises(sim.ScenarioError, match=f"{upper}:2: russia.cost_of_war"):
        sim.load(scenarios / "nato.toml", over=[upper])
