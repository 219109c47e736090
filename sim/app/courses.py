"""Courses in the address: read as their files are, and shown with the command and the Python that
take them.
"""

from dataclasses import replace
from typing import Any

import streamlit as st

from sim.app.elsewhere import code
from sim.app.explored import Explored
from sim.app.settings import ORIGIN
from sim.app.sidebar import put
from sim.errors import ScenarioError
from sim.presentation.phrases import named_month
from sim.scenario import library
from sim.scenario.course import Course, Event
from sim.scenario.course_file import read_course
from sim.scenario.sampling import Sampling
from sim.scenario.schema import Scenario

DIGITS = 6
"""Digits of the moments that the page writes, which name a month each."""


def read(text: str, name: str, scenario: Scenario) -> tuple[Course | None, list[str]]:
    """The course under a name in the address, none where the text is not one, and what keeps it
    from being one of the scenario.
    """
    try:
        return read_course(text, f"{ORIGIN}: {name}", scenario)
    except ScenarioError as wrong:
        return None, wrong.problems


def keep(name: str, course: Course) -> None:
    """Write a course into the address."""
    put({name: course.text() if course != Course() else None})


def moment(step: int, scenario: Scenario) -> float:
    """The end of a month as a course has it, in years since the signature."""
    return round(step / scenario.sampling.steps_per_year, DIGITS)


def month(years: float, scenario: Scenario) -> str:
    """The month of a moment, in words."""
    return named_month(scenario.calendar.signed, years)


def with_event(course: Course, event: Event) -> Course:
    """A course in which this has happened as well, observed until then at least."""
    events = sorted((*course.events, event), key=lambda one: one.at)
    return replace(course, until=max(course.until, event.at), events=tuple(events))


def start_again(name: str) -> None:
    """A button that takes the course out of the address."""
    st.button("Start again", on_click=put, args=({name: None},))


def _named(explored: Explored) -> str:
    """What a command and `sim.load` call the scenario: its name in the library, or the file that
    the page offers.
    """
    known = not explored.changed and explored.stem in library.files()
    return explored.stem if known else f"{explored.stem}.toml"


def _overrides(explored: Explored) -> dict[str, Any]:
    """How much is simulated, and with which seed, where that is not as by default."""
    usual = Sampling().model_dump()
    return {
        f"sampling.{name}": value
        for name, value in explored.scenario.sampling.model_dump().items()
        if value != usual[name]
    }


def as_command(explored: Explored, name: str, options: str) -> str:
    """A command on the scenario as it stands here."""
    sets = "".join(f" --set {key}={value}" for key, value in _overrides(explored).items())
    return f"ceasefire {name} {_named(explored)} {options}{sets}"


def in_python(explored: Explored, path: str, *lines: str) -> str:
    """The same in Python: lines that take the `scenario` and the `course` in a file."""
    overrides = ", ".join(f'"{key}": {value}' for key, value in _overrides(explored).items())
    scenario = f'"{_named(explored)}", {{{overrides}}}' if overrides else f'"{_named(explored)}"'
    return "\n".join(
        (
            "import sim\n",
            f"scenario = sim.load({scenario})",
            f'course = sim.load_course("{path}", scenario)',
            *lines,
        )
    )


def elsewhere(explored: Explored, path: str, course: Course, command: str, python: str) -> None:
    """The command and the Python that give the same, and the file that both take."""
    note = f"{path} holds the course:"
    if explored.changed:
        note = f"The view Files offers {explored.stem}.toml as it stands here. {note}"
    code(note, course.text(), command, python)
