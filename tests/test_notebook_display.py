"""What a notebook shows: one line as text, and HTML without colours of its own."""

import re
from html.parser import HTMLParser

import pytest

import sim
from sim.study.discovery import find_regions


@pytest.fixture(scope="module")
def things():
    size = {"sampling.designs": 64, "sampling.replicates": 2}
    scenario = sim.load("nato", size)
    finding = find_regions(sim.load("none", size), "survival@5 < 0.6", out=None)
    return {"scenario": scenario, "run": sim.run(scenario, out=None), "finding": finding}


class Balanced(HTMLParser):
    """Reads HTML, and keeps the tags that are open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", ["scenario", "run", "finding"])
def test_the_text_is_one_line(name, things):
    """Short, and it names what it is."""
    text = repr(things[name])
    assert len(text.splitlines()) == 1
    assert len(text) < 200
    assert text.startswith(f"{name.capitalize()}(")


@pytest.mark.parametrize("name", ["scenario", "run", "finding"])
def test_the_html_is_whole_and_has_no_colours(name, things):
    """A table or a list; every tag is closed; nothing sets a colour or a background."""
    html = things[name]._repr_html_()
    reader = Balanced()
    reader.feed(html)
    assert reader.open == []
    assert "<table>" in html or "<li>" in html
    assert not re.search(r"style=|color|background|<script", html)


def test_a_run_shows_durability_with_its_uncertainty(things):
    """And its scenario the promises of its guarantee."""
    html = things["run"]._repr_html_()
    assert "Share of ceasefires still holding" in html
    assert re.search(r"\d \(±\d", html)
    assert "commitment.europe" in things["scenario"]._repr_html_()


def test_what_a_file_says_is_no_markup():
    """A title with markup is shown as it stands."""
    html = sim.load("nato", {"title": "<script>alert(1)</script>"})._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
