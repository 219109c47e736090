"""A seat at the table: one history in which somebody decides for an actor, and the model for all
others, on the chance of that history.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.errors import ArgumentFault, ScenarioError
from sim.model.ceasefire import CeasefireModel
from sim.model.table import Faced, Table
from sim.scenario.course import CHOICES, Course, Decision, step_of
from sim.scenario.schema import Scenario
from sim.study.replay import check_world

SEATS = {actor.lower().replace(" ", "_"): actor for actor in CHOICES}
"""The seats by the names that a command and a program give them."""
_DIGITS = 6
"""Digits of the moments in a log, which name a month each."""


@dataclass(frozen=True)
class Turn:
    """A decision that a seat has to make, and what the seat may know.

    Attributes
    ----------
    actor, node
        Who decides, and what: "Europe" and "answer".
    step, years
        The month, and its end in years since the signature.
    options
        What may be chosen, each with the chance with which the model's own actor chooses it, as far
        as the seat can know: in expectation over what only Russia knows.
    own_choice
        What the model's own actor would choose in this history.
    weighed
        The numbers that speak for and against, as the actor knows them.
    knows
        Strengths, reputations and the actor's own type; nobody else's private values.
    events
        What everybody has seen so far: `years`, `kind` and what is public of its details.

    """

    actor: str
    node: str
    step: int
    years: float
    options: Mapping[str, float]
    own_choice: str
    weighed: Mapping[str, float]
    knows: Mapping[str, float]
    events: Sequence[Mapping[str, Any]]


class Game:
    """One history that is played from seats.

    `turn` is the next decision of a seat, None once the history has ended; `course` is the log of
    the game: played from it, the history is the same, bit for bit. `journal` is what an umpire
    sees: all that has happened so far, private values included.

    Parameters
    ----------
    scenario
        Its seed and the number of the history determine everything that nobody decides.
    world
        Number of the history.
    seats
        Who is played: names of `SEATS`.
    course
        What is fixed already; the seats decide after its `until` what it does not decide.
    keep
        Called with the log after each decision, before the history goes on.

    Raises
    ------
    ScenarioError
        For an unknown seat, a history that the scenario does not have, or a course that cannot be
        one of the scenario.

    Examples
    --------
    >>> game = Game(Scenario(), world=3, seats=["ukraine"])
    >>> game.turn.actor, list(game.turn.options)
    ('Ukraine', ['start an offensive', 'hold'])

    """

    def __init__(
        self,
        scenario: Scenario,
        world: int = 0,
        seats: Sequence[str] = ("europe",),
        course: Course | None = None,
        keep: Callable[[Course], object] = lambda _: None,
    ) -> None:
        """Play up to the first decision of a seat."""
        check_world(scenario, world)
        self.scenario, self.world = scenario, world
        self.actors = tuple(dict.fromkeys(map(seat, seats)))
        if not self.actors:
            raise ScenarioError(ArgumentFault("seat", "none", f"must be one of {', '.join(SEATS)}"))
        self.course, self._keep = course or Course(), keep
        self._begin()

    def choose(self, option: str) -> None:
        """Make the decision of `turn`, and play up to the next one.

        Raises ScenarioError for what is no option of it, or where there is nothing to decide.
        """
        if self.turn is None:
            raise ScenarioError("the history has ended: there is nothing to decide")
        if option not in self.turn.options:
            must = f"must be one of {', '.join(self.turn.options)}"
            raise ScenarioError(ArgumentFault("option", option, must))
        self.course = decided(self.course, self.turn, option)
        self._keep(self.course)
        if option == self.turn.own_choice:  # the history goes on as it would have
            self._go_on()
        else:
            self._begin()

    def _begin(self) -> None:
        """Play the history from its beginning to the first decision of a seat that is open."""
        self._model = CeasefireModel(self.scenario, [self.world], course=self.course)
        self._table = Table.in_place_of_journal(self._model)
        self._go_on()

    def _go_on(self) -> None:
        """Play on to the next decision of a seat that is open."""
        model, table, steps = self._model, self._table, self.scenario.sampling.steps_per_year
        decided = {
            (step_of(made.at, steps), made.actor, made.node) for made in self.course.decisions
        }
        observed = step_of(self.course.until, steps)
        while True:
            for faced in table.of_last_month():
                mine = faced.actor in self.actors and faced.step > observed
                if mine and faced.key not in decided:
                    self.turn: Turn | None = _turn(table, faced, self.scenario)
                    self.journal = _journal(table, faced.after, faced.step)
                    return
            if not model.running:
                break
            model.step()
        self.turn, self.journal = None, _journal(table, len(table.events), len(table.states))


def seat(name: str) -> str:
    """The actor of a seat. Raises ScenarioError for a seat that there is not."""
    written = name.strip().lower().replace(" ", "_").replace("-", "_")
    if written not in SEATS:
        raise ScenarioError(ArgumentFault("seat", name, f"must be one of {', '.join(SEATS)}"))
    return SEATS[written]


def decided(course: Course, turn: Turn, option: str) -> Course:
    """A course with this option as the decision of a turn."""
    decision = Decision(round(turn.years, _DIGITS), turn.actor, option)
    decisions = sorted((*course.decisions, decision), key=lambda made: made.at)
    return replace(course, decisions=tuple(decisions))


def branched(course: Course, at: float) -> Course:
    """What a course fixes before a moment, from which another history can go on."""
    return Course(
        min(course.until, at),
        tuple(event for event in course.events if event.at < at),
        tuple(decision for decision in course.decisions if decision.at < at),
    )


def _turn(table: Table, faced: Faced, scenario: Scenario) -> Turn:
    steps = scenario.sampling.steps_per_year
    before, now = table.states[faced.step - 1], table.states[-1]
    beliefs = {name: before[name] for name in ("reputation_europe", "reputation_united_states")}
    for event in table.events[: faced.after]:
        if event.step == faced.step:
            beliefs |= {name: event.details[name] for name in beliefs if name in event.details}
    private = {name: now[name] for name in _PRIVATE[faced.actor]}
    return Turn(
        faced.actor,
        faced.node,
        faced.step,
        faced.step / steps,
        faced.chances,
        faced.chosen,
        faced.weighed,
        {name: now[name] for name in _STRENGTHS} | {"will": before["will"]} | beliefs | private,
        _seen(table, faced.after),
    )


_STRENGTHS = ("russia_strength", "ukraine_strength")
_PRIVATE = {
    "Russia": ("value_of_prevailing", "insecurity"),
    "Ukraine": (),
    "Europe": ("europe_resolute",),
    "United States": ("us_resolute",),
}
"""What each actor knows of itself alone, by columns of a journal's states."""


_PUBLIC = {
    "election": ("says", "reputation_united_states"),
    "member election": ("members", "reputation_europe"),
    "leader": (),
    "renewal": ("outcome", "reputation_europe", "will"),
    "funds": ("outcome", "reputation_united_states"),
    "term": ("outcome",),
    "voided": (),
    "entry": (),
    "answer": ("answer", "reputation_europe"),
    "incident": ("what", "outcome"),
    "war": ("cause", "europe", "united_states", "fought"),
    "ended": ("cause",),
}
"""What everybody sees of each kind of event."""


def _seen(table: Table, count: int) -> Sequence[Mapping[str, Any]]:
    """What everybody saw of the first events of a journal."""
    return [
        {"years": event.years, "kind": event.kind}
        | {name: event.details[name] for name in _PUBLIC[event.kind]}
        for event in table.events[:count]
        if event.kind in _PUBLIC
    ]


def _journal(table: Table, events: int, states: int) -> dict[str, Any]:
    """The first events and states of a journal as plain data."""
    whole = table.document()
    return whole | {"events": whole["events"][:events], "states": whole["states"][:states]}
