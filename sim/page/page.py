"""The page: sections of runs and findings in one HTML file that needs nothing else."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
import matplotlib as mpl
import matplotlib.pyplot as plt

from sim.analysis.comparison import Comparison, comparison
from sim.characters import visible
from sim.ensemble.store import Run
from sim.plots.style import STYLE
from sim.presentation.answer import answer, question
from sim.presentation.registry import section_of
from sim.presentation.runs import sections as sections_of_runs
from sim.presentation.section import Draw, Section
from sim.scenario.schema import OWN
from sim.scenario.show import ParameterInfo, parameters, resolved
from sim.study.finding import Finding
from sim.study.reversal import reverses
from sim.wording import listed


@dataclass(frozen=True)
class Shown:
    """A section with its figures as pictures."""

    section: Section
    figures: tuple[dict[str, str], ...]


def page(
    runs: Sequence[Run],
    baseline: str | None = None,
    headline: str | None = None,
    findings: Sequence[Finding] = (),
) -> str:
    """The report on runs and findings as HTML, with no reference to any other file or host.

    Its first page holds the answer and the figure of the first section, under the question
    `headline` or one that fits; a finding of kind `reversal` about the best two runs says there
    what would reverse their ranking. Differences are those from the run named `baseline`, by
    default the first; where runs are not of the same histories it says so instead. Raises
    ValueError for neither run nor finding, or for a baseline that is not among the runs.
    """
    if not runs and not findings:
        raise ValueError("a report needs a run or a finding")
    shown = comparison(runs, baseline) if runs else None
    of_findings = [section_of(finding) for finding in findings]
    pictures = [
        _shown(section) for section in [*(sections_of_runs(shown) if shown else ()), *of_findings]
    ]
    return template("page.html").render(
        question=headline or (question(shown) if shown else of_findings[0].question),
        runs=runs,
        called=shown.labels_by_name if shown else {},
        listed=listed(shown.labels) if shown else "",
        answer=_first_page(shown, runs, findings),
        notes=[f"{note}." for run in runs if (note := run.scenario.of_posterior)],
        overview=pictures[0].figures[0] if shown else {},
        sections=pictures,
        findings=findings,
        assumed={run.name: _assumed(run) for run in runs},
        uncertain=_uncertain(shown, runs),
        resolved={run.name: resolved(run.scenario) for run in runs},
    )


def template(name: str) -> jinja2.Template:
    """The template of a page, in which whatever comes from a file is text."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("sim", "page"),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["encoded"] = lambda text: base64.b64encode(text.encode()).decode()
    return templates.get_template(name)


def _first_page(
    shown: Comparison | None, runs: Sequence[Run], findings: Sequence[Finding]
) -> list[Section]:
    if shown is None:
        return []
    return answer(shown, next((finding for finding in findings if reverses(finding, runs)), None))


def _shown(section: Section) -> Shown:
    return Shown(section, tuple(map(picture, section.figures.values())))


def picture(draw: Draw) -> dict[str, str]:
    """A figure as a picture that stands in the page, with its title as the words for those who
    cannot see it.
    """
    with mpl.rc_context(STYLE | {"svg.hashsalt": "ceasefire", "backend": "agg"}):
        ax = draw()
        picture = io.BytesIO()
        figure = ax.get_figure(root=True)
        if figure is None:
            raise ValueError("these axes belong to no figure")
        figure.savefig(picture, format="svg", bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
    return {
        "data": base64.b64encode(picture.getvalue()).decode(),
        "words": " ".join(ax.get_title(loc="left").split()),
    }


def _assumed(run: Run) -> list[tuple[ParameterInfo, str]]:
    """What the scenario sets of the ceasefire and its actors, in this run alone."""
    uncertain = run.scenario.uncertain()
    return [
        (parameter, "")
        for parameter in parameters(run.scenario)
        if parameter.set_by
        and parameter.key.split(".")[0] not in (*OWN, "sampling")
        and parameter.key not in uncertain
    ]


def _uncertain(shown: Comparison | None, runs: Sequence[Run]) -> list[tuple[Any, str]]:
    """What varies over parameter sets, each value once, with the runs in which it does unless it
    does in all.
    """
    seen: dict[tuple[str, str], tuple[ParameterInfo, list[str]]] = {}
    for run, label in zip(runs, shown.labels if shown else (), strict=True):
        uncertain = run.scenario.uncertain()
        for parameter in parameters(run.scenario):
            if parameter.key in uncertain:
                seen.setdefault((parameter.key, parameter.value), (parameter, []))[1].append(label)
    return [
        (parameter, "" if len(names) == len(runs) else listed(names))
        for parameter, names in seen.values()
    ]
