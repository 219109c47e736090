"""A course: dated events and decisions that are fixed, while the rest of a history is left to
chance.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

CHOICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Russia": {
        "review": ("attack", "probe", "hold"),
        "escalation": ("escalate", "de-escalate"),
    },
    "Ukraine": {
        "review": ("start an offensive", "hold"),
        "retaliation": ("retaliate", "absorb"),
    },
    "Europe": {
        "answer": ("firm", "soft"),
        "intervention": ("intervene", "abstain"),
        "renewal": ("renew", "let lapse"),
    },
    "United States": {
        "statement": ("committed", "sceptical"),
        "funds": ("fund", "refuse"),
        "backing": ("back", "stay out"),
    },
}
"""What each actor decides, and its choices; no choice stands at two nodes of one actor."""
DETAILS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "incident": {"retaliated": (True, False)},
    "probe": {"answer": ("firm", "soft"), "retaliated": (True, False)},
    "renewal": {"passed": (True, False)},
    "funds": {"passed": (True, False)},
    "promise_renewed": {"passed": (True, False)},
    "election": {"of": ("United States",), "says": ("committed", "sceptical")},
    "leader": {},
    "voided": {},
    "entry_into_force": {},
}
"""What may have happened, and what is said of it: each detail with what it may be."""
OPTIONAL = ("retaliated", "answer")
"""Details that may be left out where they are not known."""
SILENT = ("incident", "probe", "leader", "voided", "entry_into_force")
"""Events that did not happen in a month that was observed unless they are listed."""
ROUNDING = 1e-3
"""Share of a step by which a moment may miss it: years are written with a few digits."""


def step_of(years: float, steps_per_year: int) -> int:
    """The step of a moment: that of the month (t - Δ, t] in which it lies.

    Examples
    --------
    >>> step_of(1.0, 12), step_of(1.01, 12)
    (12, 13)

    """
    return math.ceil(years * steps_per_year - ROUNDING)


@dataclass(frozen=True)
class Event:
    """Something that happened, and what is known of it."""

    at: float  # years since the signature
    what: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What an actor chooses in a month, if it has to choose in it."""

    at: float  # years since the signature
    actor: str
    choice: str

    @property
    def node(self) -> str:
        """Where in the game the choice is made."""
        return next(
            (node for node, choices in CHOICES[self.actor].items() if self.choice in choices), ""
        )


@dataclass(frozen=True)
class Course:
    """Events up to `until`, the last moment observed, and decisions at any time.

    An incident, a probe, a change of leader, an entry into force or a voiding that is not listed
    did not happen until then, nor did war; a vote or a statement that is not listed is unknown.

    Examples
    --------
    >>> two_quiet_years = Course(until=2.0)
    >>> Course(1.5, (Event(0.4, "incident", {"retaliated": True}),)).first(0, 0.2).events
    ()

    """

    until: float = 0.0
    events: Sequence[Event] = ()
    decisions: Sequence[Decision] = ()

    def first(self, count: int, until: float) -> "Course":
        """What was observed of the first events until then, with the decisions up to then."""
        return Course(
            until,
            tuple(self.events[:count]),
            tuple(decision for decision in self.decisions if decision.at <= until),
        )

    def document(self) -> dict[str, Any]:
        """As plain data, as a file has it."""
        return {
            "until": self.until,
            "events": [
                {"at": event.at, "what": event.what} | dict(event.details) for event in self.events
            ],
            "decisions": [vars(decision) for decision in self.decisions],
        }

    def text(self) -> str:
        """The text of a file that holds this course."""
        lines = [f"until = {_toml(self.until)}"]
        document = self.document()
        for table in ("events", "decisions"):
            for entry in document[table]:
                lines += ["", f"[[{table}]]", *(f"{key} = {_toml(entry[key])}" for key in entry)]
        return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case date():
            return value.isoformat()
    return repr(float(value))
