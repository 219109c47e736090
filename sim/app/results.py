"""Answers: runs in memory, their figures and tables.

A run is simulated once for a scenario and kept while it is among the last ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

import streamlit as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import sim
from sim import plots, report
from sim.analysis.labels import labels, labels_by_name
from sim.app import markup
from sim.ensemble.store import Run
from sim.scenario.schema import Scenario, digest, milestones

KEPT_RUNS, KEPT_FIGURES = 12, 48
INCHES = (6.8, 4.3)


@st.cache_resource(max_entries=KEPT_RUNS, show_spinner=False)
# name and digest are what it is kept under
def _simulated(name: str, determines: str, _scenario: Scenario) -> Run:  # noqa: ARG001
    return sim.run(_scenario, out=None)


def simulate(scenario: Scenario) -> Run:
    """The run of a scenario, in memory."""
    return _simulated(scenario.name, digest(scenario.determinants()), scenario)


@dataclass(frozen=True)
class Section:
    """One question: its heading, its name in files, how to draw the answer, and the table of it as
    markup.
    """

    heading: str
    name: str
    draw: Callable[[Axes], Axes]
    table: str
    note: str


def sections(runs: Sequence[Run], baseline: str) -> list[Section]:
    """The answers about some runs, the first of which is explored.

    Differences are from the run of the name `baseline`.
    """
    found = [
        Section(
            "How long it holds",
            "survival",
            lambda ax: plots.survival(runs, ax=ax),
            markup.numbers(report.durability_table(runs)),
            "Share that still holds, %, ± 95 % sampling error; below it, nine of ten "
            "parameter sets.",
        ),
        Section(
            "Which Russia it deters",
            "threshold",
            lambda ax: plots.threshold(runs, ax=ax),
            markup.numbers(report.threshold_table(runs)),
            " ".join(report.deterred(runs)),
        ),
        Section(
            "When the danger is",
            "hazard",
            lambda ax: plots.hazard(runs, ax=ax),
            _hazards(runs),
            "Ends a year per 100 ceasefires that still hold; below it, the 95 % limits of "
            "sampling.",
        ),
        Section(
            "How it ends",
            "causes",
            lambda ax: plots.causes(runs, ax=ax),
            markup.numbers(report.causes_table(runs)),
            f"Share of all within {runs[0].horizon_years} years, %, ± 95 % sampling error; below "
            "it, nine of ten parameter sets.",
        ),
    ]
    found.append(
        Section(
            "Why Russia attacks",
            "reasons",
            lambda ax: plots.reasons(runs, ax=ax),
            markup.numbers(report.reasons_table(runs), turned=False)
            + markup.numbers(report.peace_table(runs)),
            f"Share of all within {runs[0].horizon_years} years, %, ± 95 % sampling error; below "
            f"it, nine of ten parameter sets. {report.bent(runs)}",
        )
    )
    found.append(
        Section(
            "What it costs, and who bears it",
            "burden",
            lambda ax: plots.burden(runs, ax=ax),
            markup.numbers(report.costs_table(runs)),
            f"Expected cost within {runs[0].horizon_years} years, present value in "
            "USD billion, ± 95 % sampling error; below it, nine of ten parameter sets.",
        )
    )
    if all(run.scenario.sampling.replicates > 1 for run in runs):
        found.append(
            Section(
                "Who is sure",
                "spread",
                lambda ax: plots.spread(runs, ax=ax),
                _sure(runs),
                "Share of parameter sets in which it is likelier than not to hold, %, with its "
                "95 % limits.",
            )
        )
    if len(runs) > 1:
        found.insert(
            1,
            Section(
                f"Difference from {labels_by_name(runs)[baseline]}",
                "differences",
                lambda ax: plots.differences(runs, baseline, ax=ax),
                markup.numbers(report.differences_table(runs, baseline)[1]),
                "On the same histories, percentage points, ± 95 % sampling error; below it, "
                "nine of ten parameter sets.",
            ),
        )
    return found


def show(runs: Sequence[Run], baseline: str) -> None:
    """The answers: tables first, which are there at once, then the figures beside them."""
    drawn = []
    for section in sections(runs, baseline):
        markup.html(f"<h2>{escape(section.heading)}</h2>")
        left, right = st.columns([4, 3], gap="medium")
        drawn.append((section, left))
        with right:
            long = "long" if section.name == "hazard" else ""
            markup.html(
                f'<div class="{long}">{section.table}</div><p '
                f'class="quiet">{escape(section.note)}</p>'
            )
    if len(runs) == 1:
        markup.html(
            '<p class="quiet">Move a slider, compare with another scenario or choose a '
            "baseline, and differences on the same histories appear.</p>"
        )
    for section, place in drawn:
        with place:
            markup.html(markup.figure(*picture(section, runs, baseline)))


def picture(section: Section, runs: Sequence[Run], baseline: str) -> tuple[bytes, str]:
    """The figure of a section as PNG, and its title."""
    return _picture(
        section.name,
        tuple((run.name, run.manifest["hash"]) for run in runs),
        baseline,
        section.draw,
    )


@st.cache_data(max_entries=KEPT_FIGURES, show_spinner=False)
def _picture(
    kind: str,  # noqa: ARG001  what it is kept under
    of: tuple[tuple[str, str], ...],  # noqa: ARG001
    baseline: str,  # noqa: ARG001
    _draw: Callable[[Axes], Axes],
) -> tuple[bytes, str]:
    return drawn(_draw, INCHES)


def drawn(draw: Callable[[Axes], Axes], inches: tuple[float, float]) -> tuple[bytes, str]:
    """A figure as PNG and its title; it belongs to no window and goes when it is drawn, whatever
    other pages draw meanwhile.
    """
    figure, png = Figure(figsize=inches, layout="constrained"), BytesIO()
    ax = draw(figure.subplots())
    figure.savefig(png, format="png", dpi=150, bbox_inches="tight")
    return png.getvalue(), ax.get_title(loc="left")


def _hazards(runs: Sequence[Run]) -> str:
    tables: dict[str, Any] = {
        label: sim.hazard(run).set_index("year")
        for label, run in zip(labels(runs), runs, strict=True)
    }
    years = sorted(set().union(*(table.index for table in tables.values())))
    rows = [
        [
            f"year {year}",
            *(_rate(table.loc[year]) if year in table.index else "" for table in tables.values()),
        ]
        for year in years
    ]
    return markup.table(["", *tables], rows, "numbers")


def _sure(runs: Sequence[Run]) -> str:
    years = milestones(min(run.horizon_years for run in runs))
    found = {year: [sim.sure(run, year) for run in runs] for year in years}
    rows = [
        [
            f"{year} y",
            *(
                f"{100 * each.value:.1f}\n{100 * each.low:.1f} to {100 * each.high:.1f}"
                for each in found[year]
            ),
        ]
        for year in years
    ]
    return markup.table(["", *labels(runs)], rows, "numbers")


def _rate(row: Any) -> str:
    return f"{100 * row['estimate']:.1f}\n{100 * row['low']:.1f} to {100 * row['high']:.1f}"
