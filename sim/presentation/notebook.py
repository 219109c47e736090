"""Scenarios, runs and findings as a notebook shows them: HTML in the colours of the notebook."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.analysis.comparison import Comparison
from sim.analysis.summary import Summary
from sim.characters import as_html
from sim.ensemble.store import Run
from sim.presentation.answer import HOW_TO_READ
from sim.presentation.registry import section_of
from sim.presentation.run_tables import durability_table
from sim.presentation.section import Table
from sim.scenario.schema import Scenario
from sim.scenario.show import parameters
from sim.study.finding import Finding


def html(thing: Scenario | Run | Finding) -> str:
    """What a notebook shows of a scenario, a run or a finding.

    Parameters
    ----------
    thing
        Of a scenario it shows the guarantee, of a run the share still holding, of a finding its
        question, answer and tables.

    Returns
    -------
    str
        HTML without colours of its own, so that it can be read on a dark page. Whatever comes from
        a file is escaped.

    Raises
    ------
    RunError
        For a finding of a kind that this version does not know.

    Examples
    --------
    >>> "NATO membership" in sim.html(sim.load("nato"))
    True

    """
    match thing:
        case Scenario():
            lines = _scenario(thing)
        case Run():
            lines = _run(thing)
        case _:
            lines = _finding(thing)
    return f"<div>{''.join(lines)}</div>"


def _scenario(scenario: Scenario) -> Iterator[str]:
    """Title, description, and what sets the guarantee apart from none."""
    yield _heading(scenario.label or scenario.name, scenario.title)
    yield f"<p>{as_html(scenario.description.strip())}</p>"
    rows = [
        (info.key.removeprefix("regime."), info.value, info.unit, info.meaning)
        for info in parameters(scenario)
        if info.key.startswith("regime.") and info.set_by
    ]
    yield _table(("Guarantee", "Value", "Unit", "Meaning"), rows)
    yield f"<p>{as_html(_size(scenario))}.</p>"


def _run(run: Run) -> Iterator[str]:
    """Label, durability, and where it is kept."""
    yield _heading(run.label or run.name, str(run.manifest.get("title", "")))
    yield from _tables([durability_table(Comparison((Summary(run),)))])
    kept = "in memory" if run.folder is None else f"in {run.folder}"
    yield f"<p>{as_html(HOW_TO_READ)}</p>"
    yield f"<p>{as_html(f'{_size(run.scenario)}; kept {kept}')}.</p>"


def _finding(finding: Finding) -> Iterator[str]:
    """Question, answer, tables, and how far to trust them."""
    section = section_of(finding)
    yield _heading(section.question, "")
    yield f"<ul>{''.join(f'<li>{as_html(sentence)}</li>' for sentence in section.answer)}</ul>"
    yield from _tables(section.tables)
    yield f"<p>{as_html(section.trust)}</p>"


def _size(scenario: Scenario) -> str:
    """How much is simulated, in words."""
    sampling = scenario.sampling
    return (
        f"{len(scenario.uncertain())} uncertain numbers; {sampling.designs:,} parameter sets of "
        f"{sampling.replicates:,} histories over {sampling.horizon_years} years, seed "
        f"{sampling.seed}"
    )


def _heading(text: str, below: str) -> str:
    more = f"<br>{as_html(below)}" if below else ""
    return f"<p><strong>{as_html(text)}</strong>{more}</p>"


def _tables(tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        yield f"<p>{as_html(table.title)}</p>{_table(table.headings, table.rows)}"


def _table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table whose cells have their small print in lines of their own."""
    head = "".join(f'<th scope="col">{_cell(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        f"{''.join(f'<td>{_cell(cell)}</td>' for cell in row[1:])}</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(text: str) -> str:
    return as_html(text).replace("\n", "<br>")
