"""The pages say what the product does today."""

import pkgutil
import re
from functools import cached_property
from importlib import import_module
from pathlib import Path

import pytest
from elements import COMMANDS
from printed import apart

from sim.game.crisis import Crisis
from sim.guarantee.costs import Costs
from sim.scenario.course import CHOICES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
GALLERY = (ROOT / "docs" / "gallery.md").read_text()
COMPARISON = re.search(r"```text\n(.*?)\n```", GALLERY, re.DOTALL)[1]
REFERENCE = re.search(r"^REGIMES := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[
    1
].split()


def test_every_command_is_in_the_readme():
    """A command that nobody is told of does not exist."""
    assert {name for name in COMMANDS if f"ceasefire {name}" not in README} == set()


@pytest.mark.exhaustive
def test_the_gallery_prints_what_make_run_prints(command, tmp_path):
    """The answer and the tables in the gallery are the output of the comparison.

    A number may be one unit of its last digit off, as other processors round it.
    """
    paths = [ROOT / "scenarios" / f"{name}.toml" for name in REFERENCE]
    words = ("compare", *paths, "--baseline", "none", "--no-figures", "--out", tmp_path)
    printed = command(*words).stdout
    assert not apart(COMPARISON, printed[: printed.index("\n  No guarantee: /")].strip("\n"))


def rows_without_a_guarantee(text, titles):
    """The lines of no guarantee in tables: estimates, and what stands below them."""
    tables = [text.partition(f"\n{title}")[2].partition("\n\n")[0] for title in titles]
    return "\n".join(re.findall(r"^No guarantee .*\n.*$", "\n".join(tables), re.MULTILINE))


@pytest.mark.long
def test_the_gallery_prints_what_one_of_its_regimes_prints(command, tmp_path):
    """A run of no guarantee has the numbers that it has in the comparison, in each table of shares
    and years.
    """
    printed = command("run", "none", "--no-figures", "--out", tmp_path).stdout
    titles = (
        "Share of ceasefires still holding",
        "Deterrence threshold",
        "Ends per year",
        "How ceasefires end",
    )
    kept = rows_without_a_guarantee(COMPARISON, titles)
    assert len(kept.splitlines()) == 2 * len(titles)
    assert not apart(kept, rows_without_a_guarantee(printed, titles))


def test_the_readme_begins_with_the_answer():
    """The first lines of the comparison and the first figure stand within sixty lines."""
    first, *_ = re.findall(r"```text\n(.*?)\n```", README, re.DOTALL)
    assert COMPARISON.startswith(first)
    assert first in "\n".join(README.splitlines()[:60])
    assert "![" in "\n".join(README.splitlines()[:60])


def test_the_readme_says_what_was_measured():
    """Every number with its error stands in the comparison or on the page of validation."""
    measured = f"{COMPARISON} {(ROOT / 'docs' / 'validation.md').read_text()}"
    numbers = re.findall(
        r"[\d.]+ (?:% )?\((?:±[\d.]+|[\d.]+ to [\d.]+)\)", " ".join(README.split())
    )
    assert len(numbers) >= 6
    measured = " ".join(measured.split()).replace(" % (", " (")
    assert [number for number in numbers if number.replace(" % (", " (") not in measured] == []


def test_the_page_on_costs_reads_what_make_run_prints():
    """Its example is of the table in the gallery, line by line, and it names every price with its
    default.
    """
    page = (ROOT / "docs" / "costs.md").read_text()
    example = re.search(r"```text\n(.*?)\n```", page, re.DOTALL)[1].splitlines()
    assert set(example) <= set(COMPARISON.splitlines())
    for name, field in Costs.model_fields.items():
        row = next(
            line for line in page.splitlines() if line.startswith("| `") and f"`{name}`" in line
        )
        assert f"{field.default:g}" in row, name
        assert field.json_schema_extra["symbol"] in row, name


def names_of_the_code() -> dict[str, set[str]]:
    """Every class and function of the packages that the description names, with the fields and
    methods of the classes.
    """
    names: dict[str, set[str]] = {}
    for package in ("actors", "analysis", "game", "guarantee", "model", "scenario"):
        for module in pkgutil.walk_packages([str(ROOT / "sim" / package)], f"sim.{package}."):
            names |= {
                name: {*dir(value), *getattr(value, "__annotations__", {})}
                for name, value in vars(import_module(module.name)).items()
                if callable(value)
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
    members = [name.partition(".")[::2] for name in NAMED]
    assert [(owner, name) for owner, name in members if name not in names.get(owner, ())] == []
    headings = "".join(line for line in DESCRIPTION.splitlines() if line.startswith("###"))
    assert [name for name in re.findall(r"`(\w+)`", headings) if name not in names] == []


def test_every_formula_of_the_crisis_is_described():
    """Nothing that an actor decides by is left out of docs/model.md."""
    properties = {
        name for name in vars(Crisis) if isinstance(vars(Crisis)[name], cached_property)
    } - {"attack", "attack_at_once"}
    assert {name for name in properties if f"Crisis.{name}" not in DESCRIPTION} == set()


def test_every_decision_that_a_course_may_fix_is_described():
    """The table of section 7.18 has each actor, choice and option, in the order of the code."""
    rows = re.findall(
        r"^\| ([A-Z][\w ]+) \| (\w+) \| [^|]+ \| ([^|]+) \|$", DESCRIPTION, re.MULTILINE
    )
    described = {(actor, node): tuple(options.split(", ")) for actor, node, options in rows}
    assert described == {
        (actor, node): options
        for actor, nodes in CHOICES.items()
        for node, options in nodes.items()
    }


def test_links_between_the_pages_hold():
    """Every relative link and picture of every page exists."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
