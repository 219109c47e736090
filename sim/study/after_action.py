"""What each decision of a game was worth: many continuations of each of its options, from the
moment of the decision on, on common chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from sim.levels import CONFIDENCE, REACH
from sim.model.ceasefire import CeasefireModel
from sim.model.chance import Branch
from sim.model.table import Faced, Table
from sim.scenario.course import CHOICES, Course, Decision, step_of
from sim.scenario.schema import Scenario
from sim.study.replay import check_world

CONTINUATIONS = 2000
"""Continuations of each option: with them the 95 % sampling error of a share is at most 2.2
percentage points, and that of a difference on common chance mostly less.
"""
YEARS_ON = 10
"""Years after a decision at which it is seen whether the ceasefire still holds."""
_IN_A_WAR = ("intervention", "backing")


@dataclass(frozen=True)
class Share:
    """A share, or a difference of shares, with its 95 % limits."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Option:
    """An option of a decision: how often the ceasefire still holds after it, and how much more
    often than after the option that was chosen.
    """

    choice: str
    holds: Share
    difference: Share


@dataclass(frozen=True)
class Judged:
    """A decision with its options, seen `years_on` years later."""

    years: float
    actor: str
    node: str
    chosen: str
    years_on: float
    options: tuple[Option, ...]

    @property
    def choice(self) -> Option:
        """The option that was chosen."""
        return next(option for option in self.options if option.choice == self.chosen)

    @property
    def others(self) -> list[Option]:
        """The options that were not."""
        return [option for option in self.options if option.choice != self.chosen]


@dataclass(frozen=True)
class AfterAction:
    """The decisions of a game, and those of its log for which there was no occasion."""

    judged: tuple[Judged, ...]
    idle: tuple[Decision, ...]
    continuations: int

    def document(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return asdict(self)


def after_action(
    scenario: Scenario,
    world: int,
    course: Course,
    continuations: int = CONTINUATIONS,
    progress: Callable[[int, int], None] | None = None,
) -> AfterAction:
    """Judge every decision of a course by continuations of each of its options.

    A continuation shares all of the history up to the month of the decision, and what is drawn for
    a whole history; from the next month on it meets chances of its own, the same under every
    option. Later decisions are the model's. Decisions in a war are not judged: the ceasefire has
    ended by then.

    Parameters
    ----------
    scenario, world
        The history in which the decisions were made.
    course
        Its log.
    continuations
        Number of continuations of each option.
    progress
        Called with the number of decisions that are done, and of all.

    Returns
    -------
    AfterAction
        `judged`, each decision with the share of continuations of each option that still hold, and
        `idle`, the decisions of the log for which there was no occasion.

    Raises
    ------
    ScenarioError
        For a history that the scenario does not have, or a course that cannot be one of it.

    Examples
    --------
    >>> nato = sim.load("scenarios/nato.toml")
    >>> sim.after_action(nato, 7, sim.Course(), continuations=50).judged
    ()

    """
    check_world(scenario, world)
    faced = {made.key: made for made in _faced(scenario, world, course)}
    steps = scenario.sampling.steps_per_year
    keys = {(step_of(made.at, steps), made.actor, made.node): made for made in course.decisions}
    judged: list[Judged] = []
    occasions = [made for key, made in faced.items() if key in keys and made.node not in _IN_A_WAR]
    for number, made in enumerate(occasions):
        judged.append(_judged(scenario, world, course, made, continuations))
        if progress is not None:
            progress(number + 1, len(occasions))
    idle = tuple(decision for key, decision in keys.items() if key not in faced)
    return AfterAction(tuple(judged), idle, continuations)


def histories_of_after_action(course: Course) -> int:
    """Continuations that `after_action` simulates at most: as if there were an occasion for every
    decision of the course.
    """
    judged = (made for made in course.decisions if made.node not in _IN_A_WAR)
    return CONTINUATIONS * sum(len(CHOICES[made.actor][made.node]) for made in judged)


def _faced(scenario: Scenario, world: int, course: Course) -> Sequence[Faced]:
    """Every decision of a history."""
    model = CeasefireModel(scenario, [world], course=course)
    table = Table.in_place_of_journal(model)
    while model.running:
        model.step()
    return table.faced


def _judged(
    scenario: Scenario, world: int, course: Course, made: Faced, continuations: int
) -> Judged:
    steps = scenario.sampling.steps_per_year
    last = min(made.step + YEARS_ON * steps, scenario.sampling.steps)
    options = CHOICES[made.actor][made.node]
    holds = {
        option: held(
            scenario, world, _decided(course, made, option, steps), made.step, last, continuations
        )
        for option in options
    }
    chosen = holds[made.chosen]
    return Judged(
        made.step / steps,
        made.actor,
        made.node,
        made.chosen,
        (last - made.step) / steps,
        tuple(
            Option(option, _share(values), _difference(values, chosen))
            for option, values in holds.items()
        ),
    )


def _decided(course: Course, made: Faced, option: str, steps: int) -> Course:
    """The course up to a decision, with one of its options; what comes later is open."""
    earlier = [
        decision
        for decision in course.decisions
        if (step_of(decision.at, steps), decision.actor, decision.node) != made.key
        and (step_of(decision.at, steps) < made.step or _comes_before(decision, made, steps))
    ]
    decision = Decision(made.step / steps, made.actor, option)
    return replace(
        course,
        decisions=tuple(sorted((*earlier, decision), key=lambda decision: decision.at)),
    )


_ORDER = (
    *("statement", "renewal", "funds", "review", "answer", "retaliation", "escalation"),
    *("intervention", "backing"),
)
"""The nodes of a month in the order in which they are decided."""


def _comes_before(decision: Decision, made: Faced, steps: int) -> bool:
    if step_of(decision.at, steps) != made.step:
        return False
    if decision.node == made.node == "review":
        return decision.actor == "Ukraine"
    return _ORDER.index(decision.node) < _ORDER.index(made.node)


def held(
    scenario: Scenario, world: int, course: Course, branch: int, last: int, count: int
) -> NDArray[np.bool_]:
    """Which continuations still hold after the month `last`, (continuation,).

    Up to the month `branch` they are the history `world` under a course; then each meets fresh
    chances, the same under every course.
    """
    numbers = np.arange(count)
    model = CeasefireModel(
        scenario,
        np.full(count, world),
        course=course,
        branches=[Branch(branch, numbers)],
        collect=False,
    )
    while model.running and model.month < last:
        model.step()
    return model.at_peace.copy()


def _share(holds: NDArray[np.bool_]) -> Share:
    """The share of continuations that hold, with its 95 % limits (Wilson 1927)."""
    counted = scipy.stats.binomtest(int(holds.sum()), len(holds))
    low, high = counted.proportion_ci(CONFIDENCE, method="wilson")
    return Share(float(holds.mean()), float(low), float(high))


def _difference(holds: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> Share:
    """How much more often one option holds than another, in pairs on common chance."""
    more = holds.astype(float) - chosen
    mean = float(more.mean())
    reach = float(REACH * more.std(ddof=1) / np.sqrt(len(more)))
    return Share(mean, mean - reach, mean + reach)
