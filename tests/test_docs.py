"""The pages say what the product does today."""

import re
import tomllib
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
REFERENCE = re.search(r"^REGIMES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()


def test_every_command_is_in_the_readme():
    """A command that nobody is told of does not exist."""
    assert {name for name in COMMANDS if f"ceasefire {name}" not in README} == set()


def test_the_readme_prints_what_make_run_prints(tmp_path):
    """The table in the README is the output of the comparison, to the letter."""
    paths = [str(ROOT / "scenarios" / f"{name}.toml") for name in REFERENCE]
    printed = CliRunner().invoke(app, ["compare", *paths, "--baseline", "none", "--out", str(tmp_path)]).stdout
    told = re.search(r"```text\n(.*?)\n```", README, re.DOTALL)[1]
    assert told == printed[:printed.index("\n  none: ")].strip("\n")


def test_the_page_on_costs_reads_what_make_run_prints():
    """Its example is of the table in the README, line by line, and it names every price with its default."""
    page = (ROOT / "docs" / "costs.md").read_text()
    example = re.search(r"```text\n(.*?)\n```", page, re.DOTALL)[1].splitlines()
    assert set(example) <= set(README.splitlines())
    for name, field in Costs.model_fields.items():
        row = next(line for line in page.splitlines() if line.startswith("| `") and f"`{name}`" in line)
        assert f"{field.default:g}" in row, name
        assert field.json_schema_extra["symbol"] in row, name


def test_the_example_scenario_of_the_readme_loads(tmp_path):
    """As it stands there, in the folder of the project."""
    text = re.search(r"```toml\n(.*?)```", README, re.DOTALL)[1].replace('"scenarios/', f'"{ROOT}/scenarios/')
    tomllib.loads(text)
    (tmp_path / "my.toml").write_text(text)
    assert sim.load(tmp_path / "my.toml").regime.deployment.brigades == 10


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    """Line by line, in a folder with the scenarios."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    exec(re.search(r"```python\n(.*?)```", README, re.DOTALL)[1], {})      # noqa: S102  it is our own page
    assert "The ceasefire is signed." in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`Crisis\.(\w+)`", (ROOT / "docs" / "model.md").read_text()))))
def test_the_description_names_what_there_is(name):
    """Every property of the crisis game that docs/model.md names exists."""
    assert hasattr(Crisis, name)


def test_links_between_the_pages_hold():
    """Every relative link and picture of every page exists."""
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
