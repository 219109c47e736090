"""The page: tables, figures and sentences of some runs in one HTML file that needs nothing else."""

import base64
import io
from collections.abc import Callable, Sequence
from functools import partial
from importlib import resources
from typing import Any

import jinja2
import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from rich.table import Table
from rich.text import Text

from sim import plots, report
from sim.analysis import durability
from sim.analysis.costs import costs
from sim.analysis.durability import NotPairedError
from sim.analysis.labels import labels, labels_by_name
from sim.briefing import sentences
from sim.briefing.findings import telling
from sim.ensemble.store import Run
from sim.scenario.schema import OWN, milestones
from sim.scenario.show import Told, parameters, resolved
from sim.study.finding import Finding

_MORE = {
    "Deterrence threshold (1: Ukraine is vital); above it, attacks are likelier than not": (
        report.threshold_table
    ),
    "Main reasons of attacks, in percent of all histories": report.reasons_table,
    "What the peace is like while it lasts": report.peace_table,
}
"""Tables of the terminal that stand in the page too."""


def page(
    runs: Sequence[Run],
    baseline: str | None = None,
    question: str | None = None,
    findings: Sequence[Finding] = (),
) -> str:
    """The briefing on some runs and findings as HTML, with no reference to any other file or host.

    Differences are those from the run named `baseline`, by default the first; where runs are not of
    the same worlds it says so instead. Raises ValueError for neither run nor finding, or for a
    baseline that is not among the runs.
    """
    if not runs and not findings:
        raise ValueError("a briefing needs a run or a finding")
    sections = [
        (
            telling(each).section(each),
            [_embedded(partial(draw, each)) for draw in telling(each).figures.values()],
        )
        for each in findings
    ]
    compared, unpaired = _compared(runs, baseline)
    called = labels_by_name(runs)
    templates = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["encoded"] = lambda text: base64.b64encode(text.encode()).decode()
    template = templates.from_string(
        resources.files("sim.briefing").joinpath("page.html").read_text("utf-8")
    )
    return template.render(
        question=question or (_question(runs) if runs else sections[0][0].question),
        runs=runs,
        sections=sections,
        findings=findings,
        years=milestones(max((run.horizon_years for run in runs), default=1)),
        called=called,
        unpaired=unpaired,
        answer=[
            *report.deterred(runs),
            *sentences.answer(runs),
            *(f"{note}." for run in runs if (note := run.scenario.of_posterior)),
        ],
        differences=[] if compared.empty else list(sentences.differences(compared, called)),
        danger=list(sentences.danger(runs)),
        why=[*sentences.why(runs), *sentences.reasons(runs)],
        bent=report.bent(runs) if runs else "",
        durability={called[run.name]: durability.survival(run).set_index("years") for run in runs},
        causes={called[run.name]: durability.causes(run).set_index("cause") for run in runs},
        more={title: _texts(table(runs)) for title, table in _MORE.items()} if runs else {},
        costs={
            called[run.name]: costs(run, items=("peace", "war", "all")).set_index(
                ["bearer", "item"]
            )
            for run in runs
        },
        paid=_told_costs(runs, baseline, unpaired),
        amount=sentences.amount,
        amounts=sentences.amounts,
        part=sentences.part,
        figures=_figures(runs, None if compared.empty else baseline or runs[0].name)
        if runs
        else [],
        assumed={run.name: _assumed(run) for run in runs},
        uncertain=_uncertain(runs),
        resolved={run.name: resolved(run.scenario) for run in runs},
        share=sentences.share,
        spread=sentences.spread,
    )


def _texts(table: Table) -> dict[str, Any]:
    """A table of the terminal as headings and rows of cells, each cell a list of lines."""
    columns = [
        [Text.from_markup(str(cell)).plain.split("\n") for cell in column.cells]
        for column in table.columns
    ]
    return {
        "headings": [str(column.header) for column in table.columns],
        "rows": list(zip(*columns, strict=True)),
    }


def _assumed(run: Run) -> list[Told]:
    """What the scenario sets of the ceasefire and its actors."""
    uncertain = run.scenario.uncertain()
    return [
        told
        for told in parameters(run.scenario)
        if told.set_by
        and told.key.split(".")[0] not in (*OWN, "sampling")
        and told.key not in uncertain
    ]


def _uncertain(runs: Sequence[Run]) -> list[tuple[Told, str]]:
    """What is varied over parameter sets, each value once, with the runs in which it is unless it
    is in all.
    """
    seen: dict[tuple[str, str], tuple[Told, list[str]]] = {}
    for run, label in zip(runs, labels(runs), strict=True):
        uncertain = run.scenario.uncertain()
        for told in parameters(run.scenario):
            if told.key in uncertain:
                seen.setdefault((told.key, told.value), (told, []))[1].append(label)
    return [
        (told, "" if len(names) == len(runs) else ", ".join(names)) for told, names in seen.values()
    ]


def _question(runs: Sequence[Run]) -> str:
    if len(runs) == 1:
        return (
            f"How long does the ceasefire hold under {labels(runs)[0]}, how sure is that, and "
            "why does it end?"
        )
    return (
        f"Under which of {len(runs)} guarantees does the ceasefire hold, how sure is that, and "
        "why does it end?"
    )


def _compared(runs: Sequence[Run], baseline: str | None) -> tuple[pd.DataFrame, str]:
    """Paired differences, or why there are none."""
    if not runs:
        return pd.DataFrame(), ""
    try:
        return durability.compare(runs, baseline), ""
    except NotPairedError as wrong:
        return durability.compare(runs[:1]), str(wrong)


def _told_costs(runs: Sequence[Run], baseline: str | None, unpaired: str) -> list[str]:
    """Costs in sentences, with what each guarantee saves where the runs are of the same worlds."""
    base = (
        None
        if unpaired or not runs[1:]
        else next((run for run in runs if run.name == baseline), runs[0])
    )
    return list(sentences.costs(runs, base))


def _figures(runs: Sequence[Run], baseline: str | None) -> list[dict[str, str]]:
    """Each figure as a picture that stands in the page, with the finding in its title as the words
    for those who cannot see it.
    """
    shown: Any = runs[0] if len(runs) == 1 else runs
    draw: list[Callable[[], Axes]] = [lambda: plots.survival(shown), lambda: plots.threshold(shown)]
    if len(runs) > 1 and baseline is not None:
        draw.append(lambda: plots.differences(runs, baseline))
    if len(runs) > 1:
        draw.append(lambda: plots.burden(runs))
    draw += [lambda: plots.hazard(shown), lambda: plots.causes(shown), lambda: plots.reasons(shown)]
    if all(run.scenario.sampling.replicates > 1 for run in runs):
        draw.append(lambda: plots.spread(shown))
    return [_embedded(each) for each in draw]


def _embedded(draw: Callable[[], Axes]) -> dict[str, str]:
    with mpl.rc_context({"svg.hashsalt": "ceasefire", "backend": "agg"}):
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
