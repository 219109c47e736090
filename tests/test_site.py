"""The built pages: the reference names all that there is, and Sphinx builds every page without a
warning.
"""

import importlib
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from elements import BLOCKS, COMMANDS, PROVISIONS

import sim
from sim.analysis.catalogue import named
from sim.scenario import columns
from sim.scenario.course import CHOICES, DETAILS
from sim.study.schemas import SCHEMAS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The pages of the reference by name."""
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(ROOT / "docs"))
        made = importlib.import_module("make_reference").make(tmp_path_factory.mktemp("reference"))
    return {path.stem: path.read_text() for path in made}


def test_every_command_and_option_is_in_the_reference(reference):
    page = reference["command_line"]
    assert re.findall(r"^## `ceasefire (.+)`$", page, re.MULTILINE) == list(COMMANDS)
    assert "`--designs`" in page


def test_every_key_of_scenario_files_is_in_the_reference(reference):
    """Each with its meaning, in the section of its block."""
    page = reference["scenario_files"]
    for block in (*(set(BLOCKS) - {"regime"}), *(f"regime.{name}" for name in PROVISIONS)):
        assert f"\n## `[{block}]`\n" in page, block
    for key, value, field in sim.Scenario().fields():
        if not key.startswith("europe.members.") and value not in (None, ()):  # blocks of their own
            assert f"\n`{key}`\n: " in page, key
            assert " ".join(str(field.description).split())[1:] in page, key


def test_every_event_and_choice_is_in_the_reference(reference):
    page = reference["courses"]
    assert [what for what in DETAILS if f"| `{what}` |" not in page] == []
    choices = [
        choice for nodes in CHOICES.values() for options in nodes.values() for choice in options
    ]
    assert [choice for choice in choices if f"`{choice}`" not in page] == []


def test_every_column_is_in_the_reference(reference):
    page = reference["tables"]
    declared = [
        column
        for column in (*columns.outcomes(sim.Scenario()), *columns.timeline())
        if column.kind is not columns.Kind.DRAWN
    ]
    for tables in SCHEMAS.values():
        for schema in tables.values():
            declared += schema.columns
    missing = [column.name for column in declared if f"| `{column.name}` |" not in page]
    assert missing == []


def test_the_names_of_outcomes_are_those_that_studies_take(reference):
    section = reference["tables"].partition("## Names of outcomes")[2].partition("\n## ")[0]
    names = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
    assert [named(name, 20).name for name in names] == names
    assert len(names) > 20


def test_every_public_name_is_in_the_reference(reference):
    page = reference["python"]
    for name in (*sim.__all__, *sim.plots.FIGURES, "save"):
        assert name == "plots" or f"\n### `{name}`\n" in page, name


def test_the_architecture_is_drawn_as_the_code_is(monkeypatch):
    """The picture has the layers and docstrings of today."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    drawn = importlib.import_module("make_architecture").draw()
    kept = (ROOT / "docs" / "figures" / "architecture.svg").read_text()
    assert kept == drawn, "run: python docs/make_architecture.py"


def test_the_citation_is_of_this_version():
    """CITATION.cff, pyproject.toml and the page on citing agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = (ROOT / "CITATION.cff").read_text()
    for key in ("version", "license"):
        assert f"\n{key}: {project[key]}\n" in citation
    page = (ROOT / "docs" / "how-to" / "change_one_assumption.md").read_text()
    assert f"version = {{{project['version']}}}" in page


class Fetched(HTMLParser):
    """What a page fetches when it is opened."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        address = attributes.get("src") if tag != "link" else attributes.get("href")
        if address and tag in {"script", "link", "img", "iframe"}:
            self.addresses.append(address)


@pytest.mark.long
def test_the_pages_build_without_a_warning_and_fetch_nothing(tmp_path):
    """As `make docs` builds them: every page is reached, and none needs a network."""
    words = ["--fail-on-warning", "--keep-going", "--quiet", "--conf-dir", "docs"]
    command = [sys.executable, "-m", "sphinx", *words, ".", str(tmp_path / "html")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    pages = list((tmp_path / "html").rglob("*.html"))
    assert {path.stem for path in pages} >= {"README", "CONTRIBUTING", "python", "model", "index"}
    for path in pages:
        parser = Fetched()
        parser.feed(path.read_text())
        assert not [
            address for address in parser.addresses if re.match(r"(https?:)?//", address)
        ], path
