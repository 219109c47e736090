"""One history month by month, and what each actor wanted and expected in it."""

from typing import Any

from sim.errors import ArgumentFault, ScenarioError
from sim.model.ceasefire import CeasefireModel
from sim.scenario.course import Course
from sim.scenario.schema import Scenario


def replay(scenario: Scenario, world: int, course: Course | None = None) -> dict[str, Any]:
    """The journal of one simulated history, month by month.

    Parameters
    ----------
    scenario
        Its seed determines the history.
    world
        Number of the history; a run of the scenario has the same one under this number.
    course
        What is fixed of it, such as the log of a game.

    Returns
    -------
    dict
        Plain data: world, events (each with its words and details), states (month by month).
        `sim.plots.world` draws it.

    Raises
    ------
    ScenarioError
        For a number that the scenario does not have, or a course that cannot be one of it.

    Examples
    --------
    >>> replay(Scenario(), 7)["world"]
    7

    """
    check_world(scenario, world)
    model = CeasefireModel(scenario, [world], course=course)
    journal = model.journal
    if journal is None:
        raise TypeError("a model of one simulated history keeps a journal")
    journal.add_values(model)
    while model.running:
        model.step()
        journal.add_values(model)
    return journal.document()


def check_world(scenario: Scenario, world: int) -> None:
    """Raise ScenarioError unless the scenario has a history of this number."""
    last = scenario.sampling.worlds - 1
    if not 0 <= world <= last:
        must = f"must be between 0 and {last} for scenario '{scenario.name}'"
        raise ScenarioError(ArgumentFault("world", world, must))
