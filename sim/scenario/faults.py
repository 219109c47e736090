"""One line for each fault that the schema finds in a scenario: where, what, and what to do."""

import difflib
from collections.abc import Iterator, Mapping

from pydantic_core import ErrorDetails

from sim.quantity import Parameters
from sim.scenario.clauses import named, not_installed
from sim.scenario.editions import GONE, NEEDED
from sim.scenario.layers import Layer, Settings, block_class, dotted_key
from sim.scenario.names import LONGEST_NAME
from sim.scenario.pairs import LIST
from sim.scenario.schema import Scenario
from sim.scenario.toml import Key
from sim.scenario.unread import advice

_PLAIN = {
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "string_pattern_mismatch": (
        "must start with a letter or digit and hold only letters, digits, '.', '_' and '-'"
    ),
    "string_too_long": f"must have at most {LONGEST_NAME} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be a text in quotes",
    "too_short": "must not be empty",
    "tuple_type": "must be a list",
}
_MIN_LIKENESS = 0.6
"""How alike two keys are before one is offered for the other: the default of difflib."""


def describe(error: ErrorDetails, settings: Settings, inside: Key = ()) -> str:
    """The line of a fault, from the values that were checked, of the scenario or of what is
    `inside` it.
    """
    is_pair = error["type"] == "correlation"
    loc: Key = (LIST, error["ctx"]["position"]) if is_pair else error["loc"]
    key: Key = (*inside, *loc)
    layer = layer_of(key, settings)
    place = layer.place(key) if layer else "scenario"
    if is_pair:
        return f"{place}: {LIST}: {error['msg']}"
    if error["type"] == "draws":
        return f"{place}: {error['msg']}"
    in_clause = layer is not None and len(key) > 1 and key[0] == "clauses"
    name = named(key, layer.values["clauses"]) if layer and in_clause else dotted_key(key)
    return f"{place}: {name}: {_fault(key, error)}"


def by_place(problem: str) -> tuple[str, int, str]:
    """What problems are sorted by: file, line, text."""
    file, _, rest = problem.partition(":")
    line = rest.partition(":")[0]
    return file, int(line) if line.isdigit() else 0, problem


def layer_of(key: Key, settings: Settings) -> Layer | None:
    """The layer that sets a key, or the nearest thing around it."""
    for end in range(len(key), 0, -1):
        for known, layers in reversed(list(settings.items())):
            if known[:end] == key[:end]:
                return layers[-1][1]
    return None


def _fault(key: Key, error: ErrorDetails) -> str:
    match error["type"]:
        case "extra_forbidden" if dotted_key(key) in GONE:
            return f"is not in the second edition of the model; {GONE[dotted_key(key)]}"
        case "extra_forbidden" if _is_provision(key, error) and (
            wrong := not_installed(str(key[1]))
        ):
            return wrong
        case "extra_forbidden":
            return f"no such key{_nearest_key(key)}"
        case "missing":
            return f"is missing; {NEEDED.get(str(key[-1]), 'give it a value')}"
        case "quantity" | "float_type" | "int_type" as kind if advised := advice(error["input"]):
            return f"{_PLAIN.get(kind, 'must be a number')}; {advised}"
        case kind:
            return _PLAIN.get(kind, error["msg"])


def _is_provision(key: Key, error: ErrorDetails) -> bool:
    """Whether it stands where provisions do, and is a table as they are."""
    in_regime = key[:1] == ("regime",) and len(key) == 2  # noqa: PLR2004  regime, and its name
    return in_regime and isinstance(error["input"], Mapping)


def _nearest_key(key: Key) -> str:
    """The nearest key that exists, wherever in the schema it is; else all of its block."""
    known = list(_schema_keys(Scenario))
    wanted = ".".join(str(name) for name in key if not isinstance(name, int))
    block, _, last = wanted.rpartition(".")
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=_MIN_LIKENESS)
    near = near or [other for other in known if other.rpartition(".")[2] == last][:1]
    if near:
        return f"; did you mean {near[0]}?"
    here = [other.rpartition(".")[2] for other in known if other.rpartition(".")[0] == block]
    return f"; allowed here: {', '.join(here)}" if here else ""


def _schema_keys(block: type[Parameters], prefix: str = "") -> Iterator[str]:
    for name in block.model_fields:
        yield prefix + name
        if inner := block_class(block, name):
            yield from _schema_keys(inner, f"{prefix}{name}.")
