"""The pages say what the product does today."""

import pkgutil
import re
import tomllib
from functools import cached_property
from importlib import import_module
from pathlib import Path

import pytest
from elements import COMMANDS
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.game.crisis import Crisis
from sim.guarantee.costs import Costs

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
REFERENCE = re.search(r"^REGIMES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[
    1
].split()


def test_every_command_is_in_the_readme():
    """A command that nobody is told of does not exist."""
    assert {name for name in COMMANDS if f"ceasefire {name}" not in README} == set()


@pytest.mark.long
def test_the_readme_prints_what_make_run_prints(tmp_path):
    """The table in the README is the output of the comparison, to the letter."""
    paths = [str(ROOT / "scenarios" / f"{name}.toml") for name in REFERENCE]
    printed = (
        CliRunner()
        .invoke(app, ["compare", *paths, "--baseline", "none", "--out", str(tmp_path)])
        .stdout
    )
    told = re.search(r"```text\n(.*?)\n```", README, re.DOTALL)[1]
    assert told == printed[: printed.index("\n  No guarantee: /")].strip("\n")


def test_the_page_on_costs_reads_what_make_run_prints():
    """Its example is of the table in the README, line by line, and it names every price with its
    default.
    """
    page = (ROOT / "docs" / "costs.md").read_text()
    example = re.search(r"```text\n(.*?)\n```", page, re.DOTALL)[1].splitlines()
    assert set(example) <= set(README.splitlines())
    for name, field in Costs.model_fields.items():
        row = next(
            line for line in page.splitlines() if line.startswith("| `") and f"`{name}`" in line
        )
        assert f"{field.default:g}" in row, name
        assert field.json_schema_extra["symbol"] in row, name


def test_the_example_scenario_of_the_readme_loads(tmp_path):
    """As it stands there, in any folder."""
    text = re.search(r"```toml\n(.*?)```", README, re.DOTALL)[1]
    tomllib.loads(text)
    (tmp_path / "my.toml").write_text(text)
    assert sim.load(tmp_path / "my.toml").regime.deployment.brigades == 10


@pytest.mark.long
def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    """Line by line, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    exec(re.search(r"```python\n(.*?)```", README, re.DOTALL)[1], {})  # noqa: S102  it is our own page
    assert "The ceasefire is signed." in capsys.readouterr().out


def names_of_the_code() -> dict[str, set[str]]:
    """Every class and function of the packages that the description names, with the fields and
    methods of the classes.
    """
    names: dict[str, set[str]] = {}
    for package in ("actors", "analysis", "game", "guarantee", "model", "scenario"):
        for module in pkgutil.walk_packages([str(ROOT / "sim" / package)], f"sim.{package}."):
            names |= {
                name: {*dir(each), *getattr(each, "__annotations__", {})}
                for name, each in vars(import_module(module.name)).items()
                if callable(each)
            }
    return names


DESCRIPTION = (ROOT / "docs" / "model.md").read_text()
NAMED = sorted(set(re.findall(r"[\[`, ]([A-Z][a-z]\w+\.[a-z_]\w+)(?=[`\],])", DESCRIPTION)))
"""Each `Class.member` of the description, in a sentence or in brackets beside a formula."""


def test_the_description_names_what_there_is():
    """Every property and function that docs/model.md names exists.

    So do the functions in headings.
    """
    names = names_of_the_code()
    assert len(NAMED) > 60
    assert [
        each
        for each in NAMED
        if each.partition(".")[2] not in names.get(each.partition(".")[0], set())
    ] == []
    headings = "".join(line for line in DESCRIPTION.splitlines() if line.startswith("###"))
    assert [each for each in re.findall(r"`(\w+)`", headings) if each not in names] == []


def test_every_formula_of_the_crisis_is_described():
    """Nothing that an actor decides by is left out of docs/model.md."""
    properties = {
        name for name in vars(Crisis) if isinstance(vars(Crisis)[name], cached_property)
    } - {"attack", "attack_at_once"}
    assert {name for name in properties if f"Crisis.{name}" not in DESCRIPTION} == set()


def test_links_between_the_pages_hold():
    """Every relative link and picture of every page exists."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
