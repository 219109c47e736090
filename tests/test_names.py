"""Scenarios go by name: those of the library, beside files, and one that stands there twice."""

import json
import re

import pytest
from elements import COMMANDS, LIBRARY

import sim
from sim.analysis.labels import distinct
from sim.cli import completion
from sim.cli.panels import PANELS
from sim.scenario import library
from sim.scenario.load import read_override
from sim.scenario.template import copy_of

SMALL = ["--designs=8", "--replicates=2", "--years=3", "--set=sampling.steps_per_year=2"]


def test_a_name_is_a_scenario_of_the_library(tmp_path, monkeypatch):
    """Anywhere, the same as its file; every file of the library has a name in one group."""
    monkeypatch.chdir(tmp_path)
    assert sim.load("nato") == sim.load(LIBRARY["nato"])
    assert sim.load("28_points") == sim.load(LIBRARY["28_points"])
    assert sim.load("nato", over=["calibrated"]).name == "nato+calibrated"
    grouped = [name for names in library.groups().values() for name in names]
    assert sorted(grouped) == sorted(LIBRARY)


def test_a_file_comes_before_a_name(tmp_path, monkeypatch):
    """A file called `nato` is read; a file `nato.toml` may extend the library's `nato`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nato.toml").write_text("extends = 'nato'\nlabel = 'Mine'")
    assert sim.load("nato.toml").regime == sim.load("nato").regime
    (tmp_path / "nato").write_text("label = 'A file'")
    assert sim.load("nato").label == "A file"


@pytest.mark.parametrize(
    ("file", "offered"),
    [
        ("naot", "nato"),
        ("scenarios/nato.toml", "nato"),
        ("Nato.toml", "nato"),
        ("mine", "my_mine.toml"),
        ("zzzzzzz", "`ceasefire list`"),
    ],
)
def test_near_misses_are_offered(file, offered, tmp_path, monkeypatch):
    """From the library and from the folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_mine.toml").write_text("title = 'x'")
    with pytest.raises(sim.ScenarioError, match=f"{re.escape(file)}: no such .*file.* {offered}"):
        sim.load(file)


def test_no_file_that_is_being_read_is_offered(tmp_path):
    """Neither the file itself nor one that extends it."""
    (tmp_path / "extended_one.toml").write_text("extends = 'extended_on.toml'")
    (tmp_path / "extended_two.toml").write_text("extends = 'extended_one.toml'")
    with pytest.raises(sim.ScenarioError) as refused:
        sim.load(tmp_path / "extended_two.toml")
    assert "did you mean" not in str(refused.value)


def test_no_link_that_leads_nowhere_is_offered(tmp_path):
    """Neither the link that was named nor another, even one whose target no file can have."""
    for name, target in (("17", "gone.toml"), ("18", "gone.toml"), ("19", "x" * 300)):
        (tmp_path / f"draft_{name}.toml").symlink_to(target)
    with pytest.raises(sim.ScenarioError, match="a link to a file that is not there") as refused:
        sim.load(tmp_path / "draft_17.toml")
    assert "did you mean" not in str(refused.value)


def test_list_names_the_library_and_the_files_here(command, tmp_path, monkeypatch):
    """In groups with the scale of promises, within 80 columns; a file with faults is named, and one
    that is no scenario is not.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.toml").write_text("title = 'My own'\nextends = 'nato'")
    (tmp_path / "bad.toml").write_text("titel = 'x'\nextends = 'nato'")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'")
    lines = command("list").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert all(heading in lines for heading in library.groups())
    assert {line.split()[0] for line in lines if line} >= {*LIBRARY, "my.toml"}
    assert "bad.toml: has faults; ceasefire check bad.toml names them" in lines
    assert "pyproject" not in text
    assert all(anchor in text for anchor in ("memorandum", "bilateral pact", "Article 5"))


@pytest.mark.parametrize("base", ["nato", "28_points", "none", "nato+calibrated"])
def test_a_new_file_is_its_base_until_it_is_edited(base, command, tmp_path, monkeypatch):
    """It says nothing but titles and what it extends; it is not written over."""
    monkeypatch.chdir(tmp_path)
    command("new", "my.toml", "--from", base)
    path, *over = base.split("+")
    assert sim.load("my.toml").determinants() == sim.load(path, over=over).determinants()
    own = [
        line for line in (tmp_path / "my.toml").read_text().splitlines() if not line.startswith("#")
    ]
    assert [line.split(" = ")[0] for line in own if line] == ["title", "label", "extends"]
    assert "is there already" in command("new", "my.toml", code=2).stderr


@pytest.mark.parametrize("name", ["nato", "coalition", "eu"])
def test_each_comment_of_a_new_file_is_a_line_that_it_may_have(name, tmp_path):
    """Taking the # away from its values one and all gives the guarantee of its base; the example of an
    uncertain number stands on one line.
    """
    scenario = sim.load(name)
    text = copy_of(scenario, "none", ["none"])
    (example,) = re.findall(r"^#   (.*)$", text, flags=re.MULTILINE)
    assert (
        sim.load("none", dict([read_override(example)])).regime.deployment.brigades.kind
        == "uniform"
    )
    path = tmp_path / "my.toml"
    path.write_text(re.sub(r"^# (regime\.\S+ = )", r"\1", text, flags=re.MULTILINE))
    assert sim.load(path).regime == scenario.regime


def test_a_new_file_elsewhere_extends_by_a_path_from_there(command, tmp_path, monkeypatch):
    """And a name stays a name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    command("new", "one.toml", "--from", "nato")
    command("new", "deep/two.toml", "--from", "one.toml")
    assert 'extends = "../one.toml"' in (tmp_path / "deep" / "two.toml").read_text()
    assert sim.load(tmp_path / "deep" / "two.toml").regime == sim.load("nato").regime


def test_names_are_told_apart_by_numbers():
    """The first keeps its own, and no number is given twice."""
    assert distinct(["a", "a", "b", "a"]) == ["a", "a-2", "b", "a-3"]
    assert distinct(["a", "a-2", "a"]) == ["a", "a-2", "a-3"]


@pytest.mark.long
def test_one_scenario_twice_with_a_change(command, tmp_path):
    """The second goes by nato-2 in the document and in tables, and only it is changed; the same run
    folders can be compared.
    """
    words = ["--set", "2:regime.deployment.brigades=20", "--set", "war.decisiveness=3"]
    out = ["--out", tmp_path, "--no-figures"]
    document = json.loads(command("compare", "nato", "nato", *words, *SMALL, *out, "--json").stdout)
    assert [run["scenario"] for run in document["runs"]] == ["nato", "nato-2"]
    assert [difference["scenario"] for difference in document["differences"]] == ["nato-2"]
    folders = [run["folder"] for run in document["runs"]]
    regimes = [sim.read_run(folder).scenario for folder in folders]
    assert [scenario.regime.deployment.brigades for scenario in regimes] == [10, 20]
    assert {scenario.war.decisiveness for scenario in regimes} == {3}
    assert "(nato-2)" in command("compare", *folders, *out).stdout
    assert list(tmp_path.rglob("figures")) == []


@pytest.mark.long
def test_two_runs_of_one_name_are_compared(command, tmp_path):
    """Their folders are told apart."""
    folders = [
        sim.run(
            sim.load(
                "nato",
                {
                    "sampling.designs": 8,
                    "sampling.steps_per_year": 1,
                    "regime.deployment.brigades": brigades,
                },
            ),
            out=tmp_path,
        ).folder
        for brigades in (5, 15)
    ]
    document = json.loads(
        command("compare", *folders, "--out", tmp_path, "--json", "--no-figures").stdout
    )
    assert [run["scenario"] for run in document["runs"]] == ["nato", "nato-2"]


@pytest.mark.long
@pytest.mark.usefixtures("blank_figures")
def test_what_is_written_and_printed_is_chosen(command, tmp_path):
    """Kinds of figures, none, and only where the results are."""
    words = ["run", "none", *SMALL, "--out", tmp_path]
    printed = command(*words, "--quiet", "--figures", "svg,pdf")
    (folder,) = tmp_path.glob("none-*")
    assert (printed.stdout, printed.stderr) == (f"{folder}\n", "")
    kinds = {path.suffix for path in (folder / "figures").iterdir()}
    assert kinds == {".svg", ".pdf"}
    assert "png" in command(*words, "--figures", "jpg", code=2).stderr


def test_every_command_has_its_place_in_the_help(command):
    """Under a heading, in the order of the table: run, compare and list first."""
    names = [name for names in PANELS.values() for name in names]
    assert sorted(names) == sorted(COMMANDS)
    text = command("-h").stdout
    places = [re.search(rf"^│ {name} ", text, re.MULTILINE).start() for name in names]
    assert places == sorted(places)
    assert names[:3] == ["run", "compare", "list"]
    assert all(panel in text for panel in PANELS)


def test_the_version_is_printed(command):
    assert re.fullmatch(r"ceasefire \d+\.\d+\.\d+\n", command("--version").stdout)


def test_the_shell_completes_scenarios_and_keys(tmp_path, monkeypatch):
    """Names and files, the last of A+B; keys with their meaning, behind a position as well."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nation.toml").write_text("")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "my.toml").write_text("")
    assert completion.scenarios("nat") == ["nato", "nato_blocked", "nation.toml"]
    assert completion.scenarios("nato+cali") == ["nato+calibrated"]
    assert completion.scenarios("de") == ["demilitarised_zone", "deep/"]
    assert completion.scenarios("deep/") == ["deep/my.toml"]
    offered = [key for key, _ in completion.keys()("2:regime.deployment.b")]
    assert offered == ["2:regime.deployment.brigades="]
    assert {key.split(".")[0] for key, _ in completion.keys("regime.")("")} == {"regime"}
