"""The page itself: Streamlit runs this script, with the folder of scenarios as its argument,
whenever a control moves.
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import streamlit as st

from sim.analysis.labels import labels_by_name
from sim.app import (
    beliefs,
    deal,
    elsewhere,
    markup,
    outlook,
    results,
    seat,
    sidebar,
    views,
)
from sim.app.controls import groups
from sim.app.explored import Explored, explore, reader
from sim.app.settings import (
    BELIEFS,
    DEAL,
    ORIGIN,
    OUTLOOK,
    SEAT,
    VIEWS,
    Request,
    opening,
    settings_of,
    within_bounds,
)
from sim.characters import as_html, quoted
from sim.errors import InputError
from sim.presentation.answer import HOW_TO_READ
from sim.scenario.load import load, load_folder
from sim.scenario.schema import Scenario


def main(folder: Path) -> None:
    """Draw the page for what the address asks, and say what in it cannot be used."""
    st.set_page_config(page_title="ceasefire", layout="wide")
    st.html(markup.STYLE)
    try:
        _page(folder)
    except InputError as wrong:
        markup.problems(wrong.problems)


def _page(folder: Path) -> None:
    """Draw the page below its style. Raises InputError where nothing can be shown."""
    files, problems = load_folder(folder)
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
    if "scenario" not in st.query_params:
        sidebar.put(opening(list(known), sidebar.address()))
    address, left_out = within_bounds(sidebar.address())
    request, unknown = _known(Request.of_address(address), list(known))
    explored = explore(
        reader(named[request.scenario]), settings_of(address), known, request.without
    )
    beside = [name for name in (request.baseline, *request.compare) if name]
    if request.view == DEAL and not beside:
        beside = deal.texts(known, request.scenario)
    others = {name: load(named[name], _sampling(explored.scenario), ORIGIN) for name in beside}
    with st.sidebar:
        _controls(request, explored, known)
    _heading(explored)
    markup.problems([*problems, *left_out, *unknown, *explored.problems])
    _answer(request, explored, others, named)


def _known(request: Request, names: list[str]) -> tuple[Request, list[str]]:
    """The names that are known, the first scenario by default, and what to say of the others."""
    said = [
        ("scenario", request.scenario),
        ("baseline", request.baseline),
        *(("compare", name) for name in request.compare),
    ]
    problems = [
        f"{what} {quoted(name)}: no such scenario among {', '.join(names)}"
        for what, name in said
        if name and name not in names
    ]
    if request.view and request.view not in VIEWS:
        problems.append(f"view {quoted(request.view)}: no such view among {', '.join(VIEWS)}")
    scenario = request.scenario if request.scenario in names else names[0]
    baseline = (
        request.baseline if request.baseline in names and request.baseline != scenario else ""
    )
    compare = tuple(name for name in request.compare if name in names and name != scenario)
    view = request.view if request.view in VIEWS else VIEWS[0]
    return replace(
        request, scenario=scenario, compare=compare, baseline=baseline, view=view
    ), problems


def _sampling(scenario: Scenario) -> dict[str, int]:
    """Overrides that make any scenario meet the same histories."""
    return {f"sampling.{name}": value for name, value in scenario.sampling.model_dump().items()}


def _controls(request: Request, explored: Explored, known: Mapping[str, Scenario]) -> None:
    others = [scenario for name, scenario in known.items() if name != request.scenario]
    sidebar.choose(
        request,
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
        f"<h1>{as_html(scenario.title.strip() or scenario.name)}</h1>"
        f"<p>{as_html(scenario.description.strip())}</p>"
        f'<p class="quiet">{as_of}{says}{as_html(HOW_TO_READ)}</p>'
    )


def _answer(
    request: Request,
    explored: Explored,
    others: Mapping[str, Scenario],
    paths: Mapping[str, Path],
) -> None:
    """The view that is asked for; while it is made nothing old stands in its place."""
    st.segmented_control(
        "View",
        VIEWS,
        key=sidebar.stands_at("view", request.view),
        label_visibility="collapsed",
        on_change=lambda: sidebar.put({"view": _unless_default(st.session_state["view"])}),
    )
    busy = st.empty()
    with busy:
        markup.status("Simulating…")
    try:
        _show(request, explored, others, paths)
    finally:
        busy.empty()


def _show(
    request: Request,
    explored: Explored,
    others: Mapping[str, Scenario],
    paths: Mapping[str, Path],
) -> None:
    """The view, and what gives the same elsewhere."""
    view, offered = request.view, f"{explored.stem}.toml"
    alone = elsewhere.sources(explored, {}, paths)
    place = st.container()
    if view == "Parameters":
        views.every_parameter(explored.scenario)
        elsewhere.show(place, view, alone, offered)
        return
    if view == SEAT:
        seat.show(explored, request)
        return
    if view == BELIEFS:
        beliefs.show(explored)
        return
    run = results.simulate(explored.scenario)
    if view == OUTLOOK:
        outlook.show(explored, request.events, run)
        return
    if view == "One history":
        world = views.world(explored.scenario, explored.stem, run, request.world)
        elsewhere.show(place, view, alone, offered, world=world)
        return
    beside = dict(others)
    if not request.baseline and explored.changed:
        beside = {explored.file.name: explored.file} | beside
    runs = [run, *(results.simulate(scenario) for scenario in beside.values())]
    baseline = request.baseline or (explored.file.name if explored.changed else run.name)
    if view == DEAL:
        deal.show(explored.file, request.without, runs)
    elif view == "Files":
        views.files(explored.scenario, explored.stem, runs, baseline)
    else:
        results.show(runs, baseline)
    elsewhere.show(
        place, view, elsewhere.sources(explored, beside, paths), offered, baseline=baseline
    )


def _unless_default(view: str | None) -> str | None:
    return None if view == VIEWS[0] else view


if __name__ == "__main__":
    main(Path(sys.argv[1]))
