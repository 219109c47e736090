"""The outlook: events are added to a course by clicking; beside it stands how long the ceasefire
holds from its last moment on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import streamlit as st

from sim.app import courses, markup, results
from sim.app.explored import MOST_STEPS, Explored
from sim.app.settings import ORIGIN
from sim.app.sidebar import stands_at
from sim.characters import as_html
from sim.ensemble.store import Run
from sim.errors import InputError
from sim.presentation.outlook import section
from sim.scenario.course import DETAILS, OPTIONAL, Course, Event, step_of
from sim.scenario.course_check import problems
from sim.scenario.schema import Scenario, digest
from sim.study.outlook import find_outlook
from sim.study.outlook_finding import AHEAD, words

NAME, FILE = "events", "so_far.toml"
"""What the course is called in the address, and as a file."""
INCHES = (7.5, 4.3)


def show(explored: Explored, text: str, run: Run) -> None:
    """What has happened, and the outlook beside it; the run is that of the scenario."""
    scenario = explored.scenario
    course, wrong = courses.read(text, NAME, scenario)
    if course is not None and not wrong:
        wrong = list(_too_many(course, scenario))
    left, right = st.columns([5, 9], gap="medium")
    with left:
        if course is None:
            courses.start_again(NAME)
        else:
            _events(course, scenario, may_add=not wrong)
            courses.elsewhere(
                explored,
                FILE,
                course,
                courses.as_command(explored, "outlook", f"--events {FILE}"),
                courses.in_python(explored, FILE, "sim.outlook(scenario, course)"),
            )
    with right:
        if wrong or course is None:
            markup.problems(wrong)
        else:
            _answer(course, scenario, run)


def _too_many(course: Course, scenario: Scenario) -> Iterator[str]:
    """Why a page cannot weigh so many events, each of which is looked at before and after."""
    sampling = scenario.sampling
    steps = sampling.worlds * step_of(course.until + AHEAD, sampling.steps_per_year)
    if 2 * (len(course.events) + 1) * steps > MOST_STEPS:
        yield (
            f"{ORIGIN}: {NAME}: {len(course.events)} events on {sampling.worlds:,} simulated "
            "histories are too many for a page; take fewer of either, or the command line"
        )


def _events(course: Course, scenario: Scenario, *, may_add: bool) -> None:
    """What has happened, each with a click to take it out, and what else may have."""
    markup.html("<h2>What has happened</h2>")
    _until(course, scenario)
    for number, event in enumerate(course.events):
        rest = tuple(other for other in course.events if other is not event)
        st.button(
            markup.as_markdown(
                f"{courses.month(event.at, scenario)}: {words(event.what, event.details)}"
            ),
            key=f"event {number}",
            icon=":material/close:",
            help="Take it out",
            on_click=courses.keep,
            args=(NAME, replace(course, events=rest)),
            width="stretch",
        )
    if not course.events:
        markup.html("<p>Nothing that anybody noticed: the ceasefire has held in silence.</p>")
    if may_add:
        _offer(course, scenario)
    if course != Course():
        courses.start_again(NAME)


def _until(course: Course, scenario: Scenario) -> None:
    """The last moment observed, which leaves a year to the horizon."""

    def pick() -> None:
        until = courses.moment(st.session_state["until"], scenario)
        courses.keep(NAME, replace(course, until=until))

    steps = scenario.sampling.steps_per_year
    until, latest = step_of(course.until, steps), _latest(scenario)
    earliest = max((step_of(event.at, steps) for event in course.events), default=0)
    if 0 <= earliest <= until <= latest and earliest < latest:
        st.select_slider(
            "Today: observed until",
            range(earliest, latest + 1),
            key=stands_at("until", until),
            on_change=pick,
            format_func=lambda step: (
                f"{courses.month(step / steps, scenario)}, year {step / steps:.2f}"
                if step
                else "the signature"
            ),
        )


def _latest(scenario: Scenario) -> int:
    sampling = scenario.sampling
    return (sampling.horizon_years - 1) * sampling.steps_per_year


def _offer(course: Course, scenario: Scenario) -> None:
    """An event that may be added, in a month in which it can have happened."""
    kinds = list(_kinds())
    chosen = st.selectbox(
        "What else happened",
        range(len(kinds)),
        format_func=lambda number: words(*kinds[number]),
        key="kind of event",
    )
    what, details = kinds[chosen]
    possible = {
        event.at: longer
        for step in range(1, _latest(scenario) + 1)
        for event in (Event(courses.moment(step, scenario), what, details),)
        if not problems(longer := courses.with_event(course, event), scenario)
    }
    if not possible:
        one = courses.with_event(course, Event(max(course.until, 1.0), what, details))
        markup.html(f'<p class="quiet">{_reason(problems(one, scenario))}</p>')
        return
    last = max((event.at for event in course.events), default=0.0)
    when = st.selectbox(
        "When",
        list(possible),
        index=next((place for place, at in enumerate(possible) if at > last), 0),
        format_func=lambda years: f"{courses.month(years, scenario)}, year {years:.2f}",
        key=f"when {chosen} {len(course.events)}",
    )
    st.button("Add", on_click=courses.keep, args=(NAME, possible[when]), type="primary")


def _reason(problems: list[str]) -> str:
    """Why an event cannot be added, without its place."""
    return as_html("; ".join(problem.split("]: ", 1)[-1] for problem in problems))


def _kinds() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each kind of event with each of its details, or without those that may be unknown."""
    for what, details in DETAILS.items():
        values = [
            (*((None,) if name in OPTIONAL else ()), *may_be) for name, may_be in details.items()
        ]
        for chosen in product(*values):
            yield (
                what,
                {
                    name: value
                    for name, value in zip(details, chosen, strict=True)
                    if value is not None
                },
            )


def _answer(course: Course, scenario: Scenario, run: Run) -> None:
    """The outlook; while it is computed, nothing stands in its place."""
    place = st.empty()
    try:
        with place, st.spinner("Weighing each history by what has happened"):
            shown = _outlook(
                scenario.name, digest(scenario.determinants()), course.text(), course, scenario, run
            )
    except InputError as wrong:
        with place.container():
            markup.problems(wrong.problems)
        return
    with place.container():
        results.whole(*shown)


@st.cache_resource(max_entries=results.KEPT_RUNS, show_spinner=False)
def _outlook(
    name: str,  # noqa: ARG001  the key of the cache
    determines: str,  # noqa: ARG001  the key of the cache
    text: str,  # noqa: ARG001  the key of the cache
    _course: Course,
    _scenario: Scenario,
    _run: Run,
) -> results.Whole:
    shown = section(find_outlook(_scenario, _course, out=None, signature=_run))
    return results.drawn_whole(shown, INCHES)
