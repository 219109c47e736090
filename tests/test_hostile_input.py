"""What a user gives is a value: never markup, nor an escape code, nor part of a file's syntax, nor a
formula; and its name may be of any alphabet.
"""

import io
import json
import tomllib

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.app.settings import LONGEST_SETTING, MOST_SETTINGS, within_bounds
from sim.characters import visible
from sim.plots.style import in_own_style
from sim.presentation import terminal
from sim.presentation.section import Column, Section, Table
from sim.scenario.names import LONGEST_NAME, name_of
from sim.scenario.show import resolved
from sim.study.finding import label_table

HOSTILE = (
    "\x1b[31mred",
    "[bold]x[/bold]",
    ":smile: [/]",
    "$\\frac{",
    "a_b^c $x_1$",
    "<script>alert(1)</script>",
    '"""\n[regime.accession]\nveto = 0\n',
    "\x7f\x85\u2028\u202eabc\ufeff",
    "план \U0001d518 ً",
    "# no comment",
    "\\u0041 \\",
    "{{ x }} {% y %}",
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(HOSTILE)
NUMBERS = st.floats(1, 100) | st.builds(
    lambda low, more: {"uniform": [low, low + more]}, st.floats(1, 50), st.floats(0.001, 50)
)


@st.composite
def scenarios(draw):
    """A scenario with hostile texts wherever a file may have one, as a document."""
    number = draw(NUMBERS)
    table = number if isinstance(number, dict) else {"value": number}
    return {
        "title": draw(TEXTS),
        "label": "x" + draw(TEXTS),
        "description": draw(TEXTS),
        "sources": draw(st.lists(TEXTS, max_size=3)),
        "russia": {"strength": table | {"source": draw(TEXTS)}},
        "war": {"incidents_per_year": {"value": 0.4, "source": draw(TEXTS)}},
    }


@pytest.mark.long
@given(document=scenarios())
def test_what_is_shown_is_the_scenario_itself(document, tmp_path_factory):
    """`load(show(x))` is x for every x, with its sources, and the text has nothing that acts."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / "x.toml").write_text(toml(document), encoding="utf-8", newline="")
    scenario = sim.load(folder / "x.toml")
    shown = resolved(scenario)
    assert visible(shown) == shown
    (folder / "copy.toml").write_text(shown, encoding="utf-8", newline="")
    again = sim.load(folder / "copy.toml", {"name": "x"})
    assert again.model_dump() == scenario.model_dump()
    assert again.description == document["description"]
    assert list(again.sources) == document["sources"]


def toml(value):
    """A document as TOML whose texts are all escaped."""
    match value:
        case dict() if any(isinstance(inner, dict) for inner in value.values()) or "title" in value:
            return "\n".join(f"{key} = {toml_inline(inner)}" for key, inner in value.items())
    return toml_inline(value)


def toml_inline(value):
    match value:
        case dict():
            inner = ", ".join(f"{key} = {toml_inline(one)}" for key, one in value.items())
            return f"{{ {inner} }}"
        case list():
            return f"[{', '.join(map(toml_inline, value))}]"
        case str():
            return '"' + "".join(f"\\U{ord(character):08x}" for character in value) + '"'
    return repr(float(value))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_printed_as_it_is(text):
    """Neither rich nor a terminal reads anything in it."""
    frame = pd.DataFrame({"name": [text], "value": [text]})
    columns = (Column("", lambda row: row["name"]), Column("v", lambda row: row["value"]))
    section = Section("s", text, (text,), (Table.of(text, frame, columns),), {}, text)
    console = terminal.console()
    console.file = io.StringIO()
    console.print(terminal.section(section))
    printed = console.file.getvalue()
    assert visible(printed) == printed
    for word in visible(text).split():
        assert printed.count(word) >= 3


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("style", ["default", "dark_background", "usetex"])
def test_a_figure_shows_a_text_as_it_is(text, style):
    """A dollar sign, an underscore and a backslash are what they are, whatever style is in use."""

    @in_own_style
    def figure():
        _, ax = plt.subplots()
        ax.set_title(text)
        ax.set_yticks([0.0], [text])
        ax.annotate(text, (0, 0))
        return ax

    preference = {"text.usetex": True} if style == "usetex" else style
    with plt.style.context(preference), np.errstate(all="ignore"):
        ax = figure()
        assert not ax.title.get_parse_math()
        assert not ax.title.get_usetex()
        assert ax.figure.get_facecolor() == (1, 1, 1, 1)
        plt.close(ax.figure)


@pytest.fixture
def write(tmp_path):
    def write(text, name="x"):
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path):
    with pytest.raises(sim.ScenarioError) as refused:
        sim.load(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("plan for spring", "plan-for-spring"),
        ("план", "план"),
        ("a#1+2", "a-1+2"),
        ("[draft]", "draft"),
        ("..", "scenario"),
        ("計画 二", "計画-二"),
        ("cafe\u0301", "café"),
        ("\u202etxt", "txt"),
        ("x" * 200, "x" * LONGEST_NAME),
    ],
)
def test_a_name_is_made_of_that_of_the_file(stem, name, tmp_path):
    assert name_of([stem]) == name
    if len(stem) < 100 and stem != "..":
        path = tmp_path / f"{stem}.toml"
        path.write_text("title = 'x'", encoding="utf-8")
        assert sim.load(path).name == name


@given(stems=st.lists(st.text(max_size=80), min_size=1, max_size=4))
def test_every_name_that_is_made_can_be_given(stems):
    assert sim.Scenario(name=name_of(stems)).name == name_of(stems)


def test_a_byte_order_mark_is_no_error(tmp_path):
    (tmp_path / "x.toml").write_bytes(b"\xef\xbb\xbftitle = 'x'\r\n")
    assert sim.load(tmp_path / "x.toml").title == "x"


MEMBER = (
    "[[europe.members]]\nname = {name}\nbrigades = 8\nreliability = 0.8\nweight = 0.5\n"
    "resolve_offset = 0.1\nnext_election = 2027-04-01\nelection_interval = 4\n"
)


@pytest.mark.parametrize(
    "name", ["ukraine", "Europe", "UNITED STATES", "united_states", "all", "", "=1+1", "a\nb", " x"]
)
def test_a_member_that_could_be_taken_for_another_is_refused(write, name):
    path = write(MEMBER.format(name=json.dumps(name)))
    assert "x.toml:2: europe.members.1.name: " in refusal(path)


def test_members_that_share_a_column_are_refused(write):
    path = write(MEMBER.format(name="'U.K.'") + MEMBER.format(name="'u·k.'"))
    assert "more than once" in refusal(path)


@pytest.mark.parametrize("label", ["=1+1", "+5", "-x", "@x", " \t=1"])
def test_a_label_is_no_formula_of_a_spreadsheet(write, label):
    assert "x.toml:1: label: must not begin with" in refusal(write(f"label = {json.dumps(label)}"))


def test_a_label_is_a_few_words(write):
    assert "x.toml:1: label: must be a few words" in refusal(write(f"label = '{'x ' * 31}'"))


def test_no_cell_of_a_table_of_labels_is_a_formula(write):
    named = sim.load(write("label = 'Plan = 5'"))
    (table,) = label_table([named]).values()
    cells = pd.read_csv(io.StringIO(table.to_csv(index=False))).to_numpy().ravel()
    assert not any(str(cell).startswith(tuple("=+-@")) for cell in cells)


def test_a_bad_key_is_named_without_acting(write, command):
    path = write('"\\u001b[31mred" = 1')
    result = command("check", path, code=2)
    assert "\x1b" not in result.stderr
    assert "\\u001b[31mred: no such key" in result.stderr


def test_an_address_is_bounded():
    """Of more settings than a page takes, and of one that is too long, one line says so."""
    address = {f"key{number}": ["1"] for number in range(MOST_SETTINGS + 50)}
    kept, (problem,) = within_bounds(address)
    assert len(kept) == MOST_SETTINGS
    assert problem.startswith(f"this page: key{MOST_SETTINGS}: is left out")
    kept, (problem,) = within_bounds({"k" * 10**7: ["1"], "a": ["1"], "b": ["9" * 10**7]})
    assert kept == {"a": ["1"]}
    assert len(problem) < LONGEST_SETTING


def test_a_resolved_scenario_is_toml_where_a_source_has_several_lines(write):
    path = write('[russia]\nstrength = { value = 150, source = """one\n[war]\nx = 1""" }')
    assert tomllib.loads(resolved(sim.load(path)))["russia"]["strength"] == 150
