"""The page itself: Streamlit runs this script, with the folder of scenarios as its argument,
whenever a control moves.
"""

import sys
from collections.abc import Mapping
from html import escape
from pathlib import Path

import streamlit as st

from sim.analysis.labels import labels_by_name
from sim.app import markup, results, sidebar, views
from sim.app.controls import groups
from sim.app.settings import ORIGIN, VIEWS, Asked, Explored, explore, reader, settings_of
from sim.errors import ScenarioError
from sim.presentation.answer import HOW_TO_READ
from sim.scenario.load import load, load_folder
from sim.scenario.schema import Scenario


def main(folder: Path) -> None:
    """Draw the page for what the address asks, and say what in it cannot be used."""
    st.set_page_config(page_title="ceasefire", layout="wide")
    st.html(markup.STYLE)
    try:
        files, problems = load_folder(folder)
    except ScenarioError as wrong:
        markup.problems(wrong.problems)
        return
    if not files:
        markup.problems(
            problems or [f"{folder}: holds no scenario; name a folder of scenario files"]
        )
        return
    named: dict[str, Path] = {}
    for path, scenario in files.items():
        if named.setdefault(scenario.name, path) != path:
            problems.append(
                f"{path}: name: {scenario.name} is the name of {named[scenario.name]} too; give "
                "it another"
            )
    known = {name: files[path] for name, path in named.items()}
    asked, unknown = _known(Asked.of(sidebar.address()), list(known))
    if "scenario" not in st.query_params:
        sidebar.put({"scenario": asked.scenario})
    explored = explore(reader(named[asked.scenario]), settings_of(sidebar.address()), known)
    others = {
        name: load(named[name], _sampling(explored.scenario), ORIGIN)
        for name in (asked.baseline, *asked.compare)
        if name
    }
    with st.sidebar:
        _controls(asked, explored, known)
    _heading(explored)
    markup.problems([*problems, *unknown, *explored.problems])
    _answer(asked, explored, others)


def _known(asked: Asked, names: list[str]) -> tuple[Asked, list[str]]:
    """The names that are known, the first scenario by default, and what to say of the others."""
    said = [
        ("scenario", asked.scenario),
        ("baseline", asked.baseline),
        *(("compare", name) for name in asked.compare),
    ]
    problems = [
        f"{what} {name}: no such scenario among {', '.join(names)}"
        for what, name in said
        if name and name not in names
    ]
    if asked.view and asked.view not in VIEWS:
        problems.append(f"view {asked.view}: no such view among {', '.join(VIEWS)}")
    scenario = asked.scenario if asked.scenario in names else names[0]
    baseline = asked.baseline if asked.baseline in names and asked.baseline != scenario else ""
    compare = tuple(name for name in asked.compare if name in names and name != scenario)
    return Asked(
        scenario, compare, baseline, asked.view if asked.view in VIEWS else VIEWS[0], asked.world
    ), problems


def _sampling(scenario: Scenario) -> dict[str, int]:
    """Overrides that make any scenario meet the same histories."""
    return {f"sampling.{name}": value for name, value in scenario.sampling.model_dump().items()}


def _controls(asked: Asked, explored: Explored, known: Mapping[str, Scenario]) -> None:
    others = [scenario for name, scenario in known.items() if name != asked.scenario]
    sidebar.choose(
        asked,
        labels_by_name(list(known.values())),
        {name: scenario.title for name, scenario in known.items()},
    )
    sidebar.size(explored.scenario)
    shown = list(groups(explored.file, explored.scenario, others))
    sidebar.provisions(shown)
    sidebar.anything_else(explored, [control.key for group in shown for control in group.controls])


def _heading(explored: Explored) -> None:
    scenario, changed = explored.scenario, len(explored.changed)
    as_of = "" if scenario.as_of is None else f"State of affairs of {scenario.as_of}. "
    says = (
        f"{changed} value{'s' if changed > 1 else ''} changed. " if changed else "As in its file. "
    )
    markup.html(
        f"<h1>{escape(scenario.title or scenario.name)}</h1>"
        f"<p>{escape(scenario.description.strip())}</p>"
        f'<p class="quiet">{as_of}{says}{escape(HOW_TO_READ)}</p>'
    )


def _answer(asked: Asked, explored: Explored, others: Mapping[str, Scenario]) -> None:
    """The view that is asked for."""
    st.segmented_control(
        "View",
        VIEWS,
        key=sidebar.stands_at("view", asked.view),
        label_visibility="collapsed",
        on_change=lambda: sidebar.put({"view": _unless_default(st.session_state["view"])}),
    )
    if asked.view == "Parameters":
        views.every_parameter(explored.scenario)
        return
    run = results.simulate(explored.scenario)
    if asked.view == "One world":
        views.world(explored.scenario, explored.stem, run, asked.world)
        return
    beside = dict(others)
    if not asked.baseline and explored.changed:
        beside = {explored.file.name: explored.file} | beside
    runs = [run, *(results.simulate(scenario) for scenario in beside.values())]
    baseline = asked.baseline or (explored.file.name if explored.changed else run.name)
    if asked.view == "Files":
        views.files(explored.scenario, explored.stem, runs, baseline)
    else:
        results.show(runs, baseline)


def _unless_default(view: str | None) -> str | None:
    return None if view == VIEWS[0] else view


if __name__ == "__main__":
    main(Path(sys.argv[1]))
