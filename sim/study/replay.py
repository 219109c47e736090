"""One history month by month, and what each actor wanted and expected in it."""

from typing import Any

from sim.model.ceasefire import CeasefireModel
from sim.scenario.load import ScenarioError
from sim.scenario.schema import Scenario


def replay(scenario: Scenario, world: int) -> dict[str, Any]:
    """The journal of a world as plain data: world, events (each with its words and details), states
    month by month.

    The history is the one that a run of the scenario recorded for this world; `sim.plots.world`
    draws it. Raises ScenarioError for a world that the scenario does not have.
    """
    if not 0 <= world < scenario.sampling.worlds:
        raise ScenarioError(
            [f"--world {world}: {scenario.name} has the worlds 0 to {scenario.sampling.worlds - 1}"]
        )
    model = CeasefireModel(scenario, [world])
    journal = model.journal
    if journal is None:
        raise TypeError("a model of one world keeps a journal")
    journal.add_values(model)
    while model.running:
        model.step()
        journal.add_values(model)
    return journal.document()
