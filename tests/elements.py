"""What the product has of everything that tests go through one by one, so that nothing new is left
out of them.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import sim
from sim.cli import app
from sim.guarantee.provisions import Regime
from sim.quantity import Parameters
from sim.scenario.schema import json_schema

_FOLDER = Path(__file__).parents[1] / "scenarios"
TEXTS = tuple(sorted(_FOLDER.glob("texts/*.toml")))
"""The files of the texts that were on a table."""
LIBRARY = {path.stem: path for path in (*sorted(_FOLDER.glob("*.toml")), *TEXTS)}
"""Every scenario file that comes with the product, by name."""
BLOCKS = tuple(
    name
    for name, field in sim.Scenario.model_fields.items()
    if isinstance(field.default, Parameters)
)
"""The tables of a scenario file."""
MODELLED = tuple(name for name in BLOCKS if name != "sampling")
"""Those that say what is simulated, and not how much of it."""
ACTORS = tuple(
    name
    for name in BLOCKS
    if type(sim.Scenario.model_fields[name].default).__module__.startswith("sim.actors.")
)
MEMBERS = tuple(member.name for member in sim.Scenario().europe.members)
"""The reference coalition."""
PROVISIONS = tuple(Regime.model_fields)
COMMANDS = tuple(
    sorted(command.name or command.callback.__name__ for command in app.registered_commands)
)


@cache
def schemas() -> dict[str, dict[str, object]]:
    """The properties of every block in the JSON Schema of scenario files, by name of its class."""
    schema = json_schema()
    blocks = {"Scenario": schema} | schema["$defs"]
    return {name: block.get("properties", {}) for name, block in blocks.items()}


def uncertain(block: type[Parameters]) -> frozenset[str]:
    """The fields that take a number that may be uncertain: their schema offers distributions."""
    properties = schemas()[block.__name__].items()
    return frozenset(name for name, schema in properties if "uniform" in str(schema))


def assert_all_have_data(elements: Iterable[str], data: Mapping[str, object], where: str) -> None:
    """Every element has an entry of test data, and nothing else has."""
    elements = set(elements)
    assert not elements - set(data), (
        f"{', '.join(sorted(elements - set(data)))}: new, and in no test; give it an entry in "
        f"{where}"
    )
    assert not set(data) - elements, (
        f"{', '.join(sorted(set(data) - elements))}: no longer there; take its entry out of {where}"
    )
