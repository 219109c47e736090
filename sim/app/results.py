"""Answers: runs in memory, their figures and tables.

A run is simulated once for a scenario and kept while it is among the last ones.
"""

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from threading import Lock

import streamlit as st
from matplotlib.figure import Figure

import sim
from sim.analysis.comparison import Comparison, comparison
from sim.analysis.summary import Summary
from sim.app import markup
from sim.characters import as_html
from sim.ensemble.store import Run
from sim.errors import NotPairedError
from sim.page.page import page
from sim.presentation.answer import answer
from sim.presentation.reversal import section as describe
from sim.presentation.runs import sections
from sim.presentation.section import Draw, Section
from sim.scenario.schema import Scenario, digest
from sim.scenario.show import resolved
from sim.study.reversal import find_reversal

KEPT_RUNS, KEPT_FIGURES = 24, 48
INCHES = (6.8, 4.3)
_DRAWING = Lock()
"""A report draws with pyplot, which is one for all readers of the page."""


@st.cache_resource(max_entries=KEPT_RUNS, show_spinner=False)
def _simulated(
    known_by: str,  # noqa: ARG001  the key of the cache
    _scenario: Scenario,
) -> Run:
    return sim.run(_scenario, out=None)


def simulate(scenario: Scenario) -> Run:
    """The run of a scenario, in memory; one with other words is another, since a run says them."""
    return _simulated(digest({"shown": resolved(scenario)}), scenario)


def show(runs: Sequence[Run], baseline: str) -> None:
    """The answers: sentences and tables first, which are there at once, then the figures beside
    them.
    """
    shown = comparison(runs, baseline)
    for sentence in answer(shown):
        markup.html(markup.sentences(sentence))
    offer_report(runs, baseline)
    if len(runs) > 1:
        _offer_reversal(runs)
    drawn = []
    for section in sections(shown):
        markup.html(f"<h2>{as_html(section.question)}</h2>")
        left, right = st.columns([4, 3], gap="medium")
        drawn.append((section, left))
        with right:
            tables = "".join(markup.numbers(table) for table in section.tables)
            markup.html(f'{tables}<p class="quiet">{as_html(section.trust)}</p>')
    if len(runs) == 1:
        markup.html(
            '<p class="quiet">Move a slider, compare with another scenario or choose a '
            "baseline, and differences on the same histories appear.</p>"
        )
    for section, place in drawn:
        with place:
            for name in section.figures:
                markup.html(markup.figure(*picture(section, name, shown)))


Whole = tuple[Section, Sequence[tuple[bytes, str]]]
"""A section, and its figures as PNG with their titles."""


def drawn_whole(section: Section, inches: tuple[float, float]) -> Whole:
    """A section with its figures drawn."""
    return section, [drawn(draw, inches) for draw in section.figures.values()]


def whole(section: Section, pictures: Sequence[tuple[bytes, str]]) -> None:
    """A section from its answer to how far to trust it."""
    markup.html(markup.sentences(section))
    for picture in pictures:
        markup.html(markup.figure(*picture))
    tables = "".join(markup.numbers(table) for table in section.tables)
    markup.html(f'{tables}<p class="quiet">{as_html(section.trust)}</p>')


def offer_report(runs: Sequence[Run], baseline: str) -> None:
    """The page that `ceasefire report` makes of these runs, made when somebody wants it."""
    st.download_button(
        "Report on one page",
        partial(report, runs, baseline),
        "report.html",
        "text/html",
        on_click="ignore",
        help="The answer on one page, then figures, tables and assumptions; it takes a moment.",
    )


def report(runs: Sequence[Run], baseline: str) -> bytes:
    """The report on runs, with what would reverse their ranking."""
    try:
        findings = [find_reversal(runs)] if len(runs) > 1 else []
    except NotPairedError:
        findings = []
    with _DRAWING:
        return page(runs, baseline, findings=findings).encode()


def _offer_reversal(runs: Sequence[Run]) -> None:
    """What would reverse the ranking of the best two, for whoever asks: it takes as long again."""
    if st.button("What would reverse this?", help="Simulates the best two with other numbers."):
        with st.spinner("Simulating the best two with other numbers"):
            reversal = describe(find_reversal(runs))
        whole(reversal, ())


def picture(section: Section, name: str, shown: Comparison) -> tuple[bytes, str]:
    """A figure of a section as PNG, and its title."""
    runs = tuple((run.name, str(run.label), _hash(run)) for run in shown.runs)
    return _picture(name, runs, shown.base.name, section.figures[name])


def _hash(run: Summary) -> str:
    return str(getattr(run.run, "manifest", {})["hash"])


@st.cache_data(max_entries=KEPT_FIGURES, show_spinner=False)
def _picture(
    kind: str,  # noqa: ARG001  the key of the cache
    runs: tuple[tuple[str, str, str], ...],  # noqa: ARG001  the key of the cache
    baseline: str,  # noqa: ARG001  the key of the cache
    _draw: Draw,
) -> tuple[bytes, str]:
    return drawn(_draw, INCHES)


def drawn(draw: Draw, inches: tuple[float, float]) -> tuple[bytes, str]:
    """A figure as PNG and its title; it belongs to no window and goes when it is drawn, whatever
    other pages draw meanwhile.
    """
    figure, png = Figure(figsize=inches, layout="constrained"), BytesIO()
    ax = draw(ax=figure.subplots())
    figure.savefig(png, format="png", dpi=150, bbox_inches="tight")
    return png.getvalue(), ax.get_title(loc="left")
