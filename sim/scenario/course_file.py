"""Read the file of a course, and report every problem with its line."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sim.calendar import Calendar
from sim.characters import quoted
from sim.errors import ScenarioError
from sim.scenario.course import CHOICES, DETAILS, OPTIONAL, Course, Decision, Event
from sim.scenario.course_check import OVER, problems
from sim.scenario.reading import text_of, values_of
from sim.scenario.schema import Scenario
from sim.scenario.toml import Key, lines_of
from sim.scenario.unread import not_toml


def load_course(path: str | Path, scenario: Scenario) -> Course:
    """Read a course, and check it against the scenario whose history it is.

    Parameters
    ----------
    path
        A TOML file: `until`, `[[events]]` with `at` and `what`, `[[decisions]]` with `at`, `actor`
        and `choice`. A moment is a number of years since the signature, or a date.
    scenario
        Its calendar dates the signature and the elections; its regime says what may happen.

    Returns
    -------
    Course

    Raises
    ------
    ScenarioError
        With every problem, each with its line and its reason.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "quiet.toml"
    ...     _ = path.write_text("until = 2.0", encoding="utf-8")
    ...     course = sim.load_course(path, sim.load("scenarios/nato.toml"))
    >>> course.until
    2.0

    """
    course, faults = read_course(_text(Path(path)), str(path), scenario)
    if faults:
        raise ScenarioError(faults)
    return course


def read_course(text: str, origin: str, scenario: Scenario) -> tuple[Course, list[str]]:
    """The course that the text of a file holds, and what keeps it from being one of the scenario,
    each with its line in the `origin`.

    Raises ScenarioError if it is the text of no course.
    """
    file = _parsed(text, origin)
    if faults := list(_faults(file, scenario.calendar)):
        raise ScenarioError(faults)
    course = _course(file.values, scenario.calendar)
    return course, problems(course, scenario, file.place)


@dataclass(frozen=True)
class _File:
    origin: str
    values: Mapping[str, Any]
    lines: Mapping[Key, int]

    def place(self, *key: str | int) -> str:
        """`file:line` of a key, or of what stands around it."""
        for end in range(len(key), 0, -1):
            if key[:end] in self.lines:
                return f"{self.origin}:{self.lines[key[:end]]}"
        return self.origin


def _text(path: Path) -> str:
    """What a file holds. Raises ScenarioError."""
    try:
        return text_of(path)
    except OSError as wrong:
        raise ScenarioError(
            f"{path}: cannot be read: {wrong.strerror or wrong}; name the file of a course"
        ) from None
    except UnicodeDecodeError as wrong:
        raise ScenarioError(f"{path}: is no TOML file: {wrong}") from None


def _parsed(text: str, origin: str) -> _File:
    """The values in a text and the lines where they stand. Raises ScenarioError."""
    try:
        values, beyond = values_of(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ScenarioError(not_toml(origin, text, wrong)) from None
    if beyond:
        raise ScenarioError(f"{origin}: {beyond}")
    return _File(origin, values, lines_of(text))


def _course(values: Mapping[str, Any], calendar: Calendar) -> Course:
    events = [
        Event(
            _years(entry["at"], calendar),
            entry["what"],
            {key: entry[key] for key in entry if key not in ("at", "what")},
        )
        for entry in values.get("events", [])
    ]
    decisions = [
        Decision(_years(entry["at"], calendar), entry["actor"], entry["choice"])
        for entry in values.get("decisions", [])
    ]
    return Course(_years(values.get("until", 0.0), calendar), tuple(events), tuple(decisions))


def _faults(file: _File, calendar: Calendar) -> Iterator[str]:
    """What is wrong with the form of a file: keys, types, and words."""
    for key in file.values:
        if key not in ("until", "events", "decisions"):
            known = ("until", "events", "decisions")
            yield f"{file.place(key)}: {quoted(key)}: no such key; {_meant(key, known)}"
    if "until" in file.values and _years(file.values["until"], calendar) is None:
        yield f"{file.place('until')}: until: {_MOMENT}"
    for table, check in (("events", _event_faults), ("decisions", _decision_faults)):
        entries = file.values.get(table, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            yield f"{file.place(table)}: {table}: must be tables, each under [[{table}]]"
            continue
        for number, entry in enumerate(entries):
            for key, fault in check(entry, calendar):
                place = file.place(table, number, key)
                yield f"{place}: {table}[{number + 1}].{quoted(key)}: {fault}"


_Faults = Iterator[tuple[str, str]]
_MOMENT = "must be a number of years since the signature, or a date such as 2028-06-30"


def _event_faults(entry: Mapping[str, Any], calendar: Calendar) -> _Faults:
    yield from _moment_faults(entry, calendar)
    if "what" not in entry:
        yield "what", f"is missing; say what happened: {', '.join(DETAILS)}"
        return
    what = entry["what"] if isinstance(entry["what"], str) else ""
    if what in OVER:
        yield "what", OVER[what]
        return
    if what not in DETAILS:
        yield "what", f"no such event; {_meant(what, DETAILS)}"
        return
    allowed = DETAILS[what]
    for key in entry:
        if key not in ("at", "what", *allowed):
            yield key, f"no such key of {what}; {_meant(key, ('at', 'what', *allowed))}"
    for key, may_be in allowed.items():
        if key not in entry:
            if key not in OPTIONAL:
                yield key, f"is missing; it must be {_either(may_be)}"
        elif not any(entry[key] is value or entry[key] == value != 1 for value in may_be):
            yield key, f"must be {_either(may_be)}"


def _decision_faults(entry: Mapping[str, Any], calendar: Calendar) -> _Faults:
    yield from _moment_faults(entry, calendar)
    for key in entry:
        if key not in ("at", "actor", "choice"):
            yield key, f"no such key; {_meant(key, ('at', 'actor', 'choice'))}"
    actor = entry.get("actor")
    if not isinstance(actor, str) or actor not in CHOICES:
        yield "actor", f"must be {_either(tuple(CHOICES))}"
        return
    choices = tuple(choice for node in CHOICES[actor].values() for choice in node)
    if entry.get("choice") not in choices:
        yield "choice", f"must be {_either(choices)}"


def _moment_faults(entry: Mapping[str, Any], calendar: Calendar) -> _Faults:
    if "at" not in entry:
        yield "at", f"is missing; it {_MOMENT}"
    elif _years(entry["at"], calendar) is None:
        yield "at", _MOMENT


def _years(moment: Any, calendar: Calendar) -> Any:
    """Years since the signature of a number or a date; None for anything else."""
    if isinstance(moment, str):
        try:
            moment = date.fromisoformat(moment)
        except ValueError:
            return None
    if isinstance(moment, date) and not isinstance(moment, datetime):
        return calendar.years_until(moment)
    if (
        isinstance(moment, int | float)
        and not isinstance(moment, bool)
        and abs(moment) < _MAX_YEARS
    ):
        return float(moment)
    return None


_MAX_YEARS = 1e6
"""Years; no horizon lies beyond, and no number that is not finite below."""


def _meant(word: Any, known: Any) -> str:
    """The nearest of the words that are known; else all of them."""
    near = difflib.get_close_matches(str(word), known, n=1)
    return f"did you mean {near[0]}?" if near else f"use one of {', '.join(known)}"


def _either(values: tuple[Any, ...]) -> str:
    texts = [str(value).lower() if isinstance(value, bool) else f'"{value}"' for value in values]
    return " or ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
