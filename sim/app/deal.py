"""The deal: the clauses of a text as switches, who would sign what is left of it, and where that
stands on the frontier between being signed and holding.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from sim.app import markup, results
from sim.app.markup import as_markdown
from sim.app.sidebar import put, stands_at
from sim.ensemble.store import Run
from sim.presentation.signing import section
from sim.scenario.clauses import Clause
from sim.scenario.schema import Scenario
from sim.study.deals import find_signing


def show(file: Scenario, without: Sequence[str], runs: Sequence[Run]) -> None:
    """The switches beside the answer; the first of the runs is that of the deal as it stands."""
    left, right = st.columns([5, 9], gap="medium")
    with right:
        _answer(runs)
    with left:
        if file.clauses:
            _switches(file.clauses, without)
        else:
            markup.html(
                "<h2>Its clauses</h2><p>This scenario is no text and has no clauses. Move a "
                "provision beside the page, or choose a text, such as "
                "<code>28_points</code>.</p>"
            )


def texts(known: Mapping[str, Scenario], explored: str) -> list[str]:
    """Names of the texts among known scenarios other than the explored one."""
    return [name for name, scenario in known.items() if scenario.clauses and name != explored]


def _answer(runs: Sequence[Run]) -> None:
    results.whole(*results.drawn_whole(section(find_signing(runs)), (8, 6)))


def _switches(clauses: Sequence[Clause], without: Sequence[str]) -> None:
    """A switch for each clause that the model has, and the others by what keeps them out."""
    markup.html(
        "<h2>Its clauses</h2><p>Take a clause out, and the text is simulated without it on the "
        "same histories.</p>"
    )
    for clause in clauses:
        if clause.sets:
            st.toggle(
                as_markdown(f"{clause.number}. {clause.text}"),
                key=stands_at(f"clause {clause.number}", clause.number not in without),
                on_change=_switch,
                args=(clause.number, tuple(without)),
                help=as_markdown(_sets(clause)),
            )
    out = [
        [clause.number, clause.text, clause.no_bearing or clause.not_modelled or ""]
        for clause in clauses
        if not clause.sets
    ]
    if out:
        markup.html(
            "<h3>Not in the model</h3>" + markup.table(["Clause", "Text", "Why"], out, "reasons")
        )


def _sets(clause: Clause) -> str:
    values = ", ".join(f"{key} = {value}" for key, value in (clause.sets or {}).items())
    return f"Sets {values}. Source: {clause.source}"


def _switch(number: str, without: Sequence[str]) -> None:
    left_out = [other for other in without if other != number]
    if not st.session_state[f"clause {number}"]:
        left_out.append(number)
    put({"without": left_out or None, "world": None})
