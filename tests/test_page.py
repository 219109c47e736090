"""The report: one page that needs nothing else, says nothing without its uncertainty, and can be
reproduced.
"""

import base64
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from typer.testing import CliRunner

import sim
from sim.analysis.comparison import comparison
from sim.cli import app
from sim.game.endings import Reason
from sim.page.page import page
from sim.page.story import game_page
from sim.presentation import sentences
from sim.presentation.cells import both
from sim.presentation.runs import sections
from sim.scenario.schema import digest
from sim.study import reversal
from sim.wording import share

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("small_studies")]


class Parsed(HTMLParser):
    """Everything that a page refers to, its words, and whether its tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.refers, self.words, self.open, self.alts, self.ids = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.refers += [
            values[name] for name in ("src", "href", "action", "data") if name in values
        ]
        self.alts += [values["alt"]] if tag == "img" else []
        self.ids += [values["id"]] if "id" in values else []
        if tag not in ("meta", "img", "br", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)


COARSE = {"sampling.steps_per_year": 2}
"""Months are no part of what a page shows."""


@pytest.fixture(scope="module")
def runs(scenarios, tmp_path_factory):
    """Three finished runs with their folders."""
    out = tmp_path_factory.mktemp("runs")
    return [
        sim.run(sim.load(scenarios / f"{name}.toml", {"sampling.designs": 100} | COARSE), out=out)
        for name in ("none", "budapest", "nato")
    ]


@pytest.fixture(scope="module")
def written(runs):
    return page(runs, "none", findings=[reversal.kept(runs, runs[0].folder.parent)])


def test_the_page_needs_nothing_else(written):
    """Every reference is data in the page itself.

    No host, no file, no script; and its tags are closed in order.
    """
    parsed = Parsed(written)
    assert parsed.open == []
    assert parsed.refers
    assert all(reference.startswith(("data:", "#")) for reference in parsed.refers)
    places = {
        reference.removeprefix("#") for reference in parsed.refers if reference.startswith("#")
    }
    assert places <= set(parsed.ids)
    assert not re.search(
        r"<script|@import|url\(|https?://(?!www\.w3\.org|purl\.org|creativecommons\.org|matplotlib\.org)",
        written,
    )
    for picture in (reference for reference in parsed.refers if reference.startswith("data:image")):
        svg = base64.b64decode(picture.split(",")[1]).decode()
        assert "<svg" in svg
        assert not re.search(r'(?:xlink:href|href|src)="(?!#)', svg)


def test_no_share_stands_alone(written):
    """Every percentage has an error or is one end of a range.

    In sentences, in tables, and in what is read aloud of figures.
    """
    parsed = Parsed(written)
    at = len(parsed.words) - 1 - parsed.words[::-1].index("What was assumed")
    words = " ".join(parsed.words[:at] + parsed.alts)
    places = [match.start() for match in re.finditer(r"(?<=\d)(?<!95|90|50) %", words)]
    assert len(places) > 60
    for before, rest in ((words[:place], words[place:]) for place in places):
        assert re.match(r" % \((±[\d.]+|[\d.]+ to [\d.]+)\)", rest) or re.search(
            r"\d to \d+$", before
        ), before[-60:]
    assert words.count("not a forecast") == 1
    assert "What was assumed" in parsed.words


def test_it_says_what_the_tables_say(runs, written):
    """Durability, ways of ending, differences and the dangerous year of each run, to the digit."""
    words = " ".join(" ".join(Parsed(written).words).split())
    for run in runs:
        for _, row in [*sim.survival(run).iterrows(), *sim.causes(run).iterrows()]:
            assert " ".join(both(row).split()) in words
        table = sim.hazard(run)
        worst = table.loc[table["estimate"].idxmax()]
        assert f"Under {run.label}, the risk peaks in year {worst['year']:.0f}" in words
    last = sim.compare(runs, "none", [20]).set_index("scenario").loc["nato"]
    assert (
        f"{100 * last['estimate']:.1f} percentage points (±{50 * (last['high'] - last['low']):.1f})"
        " more ceasefires still hold under NATO membership than under No guarantee"
    ) in words


def test_it_says_who_is_deterred_and_why_russia_attacks(runs, written):
    """The threshold of each run first, its main reasons as the table has them, and how far the
    peace is bent under one of them.
    """
    words = " ".join(" ".join(Parsed(written).words).split())
    assert "Russia is deterred for 10 years if it values Ukraine" in words
    for run in runs:
        main = sim.reasons(run).sort_values("estimate", ascending=False, kind="stable").iloc[0]
        said = (
            f"Under {run.label}, in shares of all histories, Russia attacks because "
            f"{Reason(main['reason']).words} in {share(main)}"
        )
        assert said in words
    assert (
        f"{100 * max(sim.terms_drift(run).value for run in runs):.1f} percentage points (±" in words
    )


def test_what_turns_on_assumptions_is_said_to():
    """A difference that parameters agree on, one whose sign they dispute, and one without a
    spread.
    """
    row = {
        "scenario": "a",
        "baseline": "b",
        "years": 20.0,
        "estimate": 0.1,
        "low": 0.08,
        "high": 0.12,
        "spread_low": 0.01,
        "spread_high": 0.3,
    }
    for change, ending in (
        ({}, "Over 90 % of parameter sets the difference is +1 to +30 percentage points."),
        ({"spread_low": -0.2}, "which is better depends on the assumptions."),
        ({"spread_low": float("nan")}, "under A than under B, on the same simulated histories."),
    ):
        said = sentences.difference(pd.Series(row | change), "A", "B")
        assert said.endswith(ending)


def test_the_range_over_parameter_sets_is_stated_of_a_difference_within_its_error():
    """Whether or not assumptions decide, and not where there is no range."""
    alike = "statistically indistinguishable; more histories would reduce the sampling error."
    row = {"years": 20.0, "estimate": 0.01, "low": -0.01, "high": 0.03}
    for low, ending in (
        (-0.2, "-20 to +30 percentage points: which is better depends on the assumptions."),
        (0.01, "+1 to +30 percentage points."),
        (float("nan"), alike),
    ):
        spread = {"spread_low": low, "spread_high": 0.3}
        said = sentences.difference(pd.Series(row | spread), "A", "B")
        assert alike in said
        assert said.endswith(ending)


def test_the_scenarios_in_the_page_are_those_that_were_run(runs, written, tmp_path):
    """Each file that the page holds loads as a scenario that determines the same result."""
    files = dict(
        re.findall(
            r'download="([^"]+)" href="data:text/plain;charset=utf-8;base64,([^"]+)"', written
        )
    )
    assert set(files) == {f"{run.name}.toml" for run in runs}
    for run in runs:
        file = tmp_path / f"{run.name}.toml"
        file.write_bytes(base64.b64decode(files[file.name]))
        assert digest(sim.load(file).determinants()) == digest(run.scenario.determinants())
        assert run.manifest["hash"] in written


def test_a_run_remembers_who_set_its_values(runs):
    """The scenario of a run that was read back tells the same origins and sources as the one that
    was run.
    """
    again = sim.read_run(runs[2].folder).scenario
    assert again.origins["regime.commitment.europe"][-1][1].endswith("nato.toml:18")
    assert dict(again.stated_sources) == dict(runs[2].scenario.stated_sources)


def test_the_page_is_the_same_each_time(runs, written):
    """Byte for byte: no date, no chance."""
    again = page(runs, "none", findings=[reversal.kept(runs, runs[0].folder.parent)])
    assert again == written


def test_one_run_and_one_history_a_design(scenarios):
    """A single run has no comparison; without replicates the spread is said not to be known."""
    run = sim.run(
        sim.load(
            scenarios / "eu.toml",
            {"sampling.designs": 60, "sampling.replicates": 1, "sampling.horizon_years": 3},
        ),
        out=None,
    )
    text = page([run])
    assert "What does a guarantee add" not in text
    assert "not known by parameter set, with one history of each" in text
    assert (
        "<h1>How long does the ceasefire hold under EU membership, how sure is that, and why "
        "does it end?</h1>" in text
    )
    Parsed(text)


def test_runs_of_other_worlds_are_shown_and_not_compared(runs, scenarios):
    """It says why there are no differences."""
    other = sim.run(sim.load(scenarios / "eu.toml", {"sampling.designs": 60} | COARSE), out=None)
    assert "eu and none cannot be compared" in page([runs[0], other])


def test_words_of_a_scenario_cannot_become_a_script(scenarios):
    """Titles, descriptions and sources are text, whatever they hold."""
    evil = "<script>alert(1)</script>"
    scenario = sim.load(
        scenarios / "none.toml",
        COARSE | {"sampling.designs": 20, "title": evil, "description": evil, "sources": [evil]},
    )
    text = page([sim.run(scenario, out=None)], headline=evil)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_command_writes_the_page(runs, written, tmp_path):
    """From run folders to a file; what cannot be is said in a line, with exit code 2."""
    folders, out = [str(run.folder) for run in runs], tmp_path / "report.html"
    assert CliRunner().invoke(app, ["report", *folders, "--out", str(out)]).exit_code == 0
    assert out.read_text() == written
    for words, message in (
        (["report", str(tmp_path)], str(tmp_path)),
        (["report", folders[0], folders[0]], "none"),
        (["report", *folders, "--baseline", "eu"], "--baseline eu:"),
        (
            ["report", *folders, "--out", str(tmp_path / "no" / "where.html")],
            str(tmp_path / "no" / "where.html"),
        ),
    ):
        ended = CliRunner().invoke(app, words)
        assert (ended.exit_code, len(ended.stderr.splitlines()), message in ended.stderr) == (
            2,
            1,
            True,
        ), ended.stderr


@pytest.fixture(scope="module")
def pages(runs, written, scenarios):
    """Makes a page of three runs, of one run, of runs that cannot be compared, and of a game."""

    def not_paired():
        other = sim.load(scenarios / "eu.toml", {"sampling.designs": 60} | COARSE)
        return page([runs[0], sim.run(other, out=None)])

    def game():
        story = sim.replay(runs[2].scenario, 3) | {"typical": None, "label": runs[2].label}
        return game_page(story, sections(comparison(runs))[0], "[[decision]]")

    return {
        "three runs": lambda: written,
        "one run": lambda: page(runs[2:]),
        "not paired": not_paired,
        "game": game,
    }


@pytest.mark.parametrize(
    "kind",
    [
        "three runs",
        "game",
        *(pytest.param(kind, marks=pytest.mark.exhaustive) for kind in ("one run", "not paired")),
    ],
)
def test_the_page_is_for_everybody(kind, pages, browser, tmp_path):
    """Axe-core finds no fault, on a desk and on a telephone; nothing is wider than the window."""
    from browser import NARROW, WIDE, overflow, violations

    path = tmp_path / "report.html"
    path.write_text(pages[kind]())
    for width in (WIDE, NARROW):
        shown = browser.new_page(viewport={"width": width, "height": 900})
        shown.goto(path.as_uri())
        assert violations(shown) == ({}, {})
        assert overflow(shown) <= 0
        shown.close()


def test_the_page_is_read_by_keyboard(written, browser, tmp_path):
    """Tab reaches the way past the answer first, then all links and tables as they stand on the
    page, each marked; the way leads to the contents, and a link there to its section.
    """
    from browser import WIDE, tab_stops

    path = tmp_path / "report.html"
    path.write_text(written)
    shown = browser.new_page(viewport={"width": WIDE, "height": 900})
    shown.goto(path.as_uri())
    stops = tab_stops(shown)
    assert stops[0]["words"] == "Skip to the contents"
    assert all(stop["marked"] and stop["width"] and stop["height"] for stop in stops)
    assert shown.locator("nav a, .wide, a[download], summary").count() == len(stops) - 1
    tops = [stop["top"] for stop in stops if stop["tag"] != "A"]
    assert tops == sorted(tops)
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    assert shown.url.endswith("#contents")
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    heading = shown.locator("[id='section-1']")
    assert abs(heading.evaluate("heading => heading.getBoundingClientRect().top")) < 5
    shown.locator("summary").first.focus()
    shown.keyboard.press("Enter")
    assert shown.locator("details").first.get_attribute("open") is not None
    shown.close()


def test_the_answer_prints_on_one_page(written, browser, tmp_path):
    """In a browser at the size of A4 less its margins: text and figure fit, and the next part of
    the report starts on the next page; no table is wider than the paper.
    """
    path = tmp_path / "report.html"
    path.write_text(written)
    millimetre = 96 / 25.4
    shown = browser.new_page(viewport={"width": round(180 * millimetre), "height": 1000})
    shown.emulate_media(media="print")
    shown.goto(path.as_uri())
    first = shown.locator(".first")
    inner, outer, picture = first.evaluate(
        "part => [part.scrollHeight, part.getBoundingClientRect().height,"
        " part.querySelector('img').getBoundingClientRect().height]"
    )
    assert first.evaluate("part => getComputedStyle(part).breakAfter") == "page"
    assert inner <= outer + 1 <= 269 * millimetre
    assert picture > 50 * millimetre
    assert (
        shown.locator("table").evaluate_all(
            "tables => Math.max(...tables.map(table => table.getBoundingClientRect().right))"
        )
        <= 180 * millimetre + 1
    )
    shown.close()
