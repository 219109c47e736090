"""A resolved scenario as a TOML file: every value with its meaning, who set it, what it replaced, and its source."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from sim.quantity import Parameters
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution


def resolved(scenario: Scenario) -> str:
    """The scenario as TOML with comments; `load` reads it back as the same scenario."""
    return "\n".join(_block(scenario, scenario, "")).strip() + "\n"


def _block(scenario: Scenario, block: Parameters, prefix: str) -> Iterator[str]:
    inner: list[str] = []
    for name, field in type(block).model_fields.items():
        value, key = getattr(block, name), f"{prefix}{name}"
        match value:
            case Parameters():
                inner += ["", f"[{key}]", *_block(scenario, value, f"{key}.")]
            case (Parameters(), *_):
                inner += [line for each in value for line in ("", f"[[{key}]]", *_block(scenario, each, f"{key}.{each.name}."))]
            case None:
                yield f"# {key}: none"
            case _:
                yield from _value(scenario, key, name, value, field)
    yield from inner


def _value(scenario: Scenario, key: str, name: str, value: Any, field: FieldInfo) -> Iterator[str]:
    extra: dict[str, Any] = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    symbol = "" if extra["symbol"] in ("-", "–") else f"{extra['symbol']}: "
    unit = "" if extra["unit"] == "-" else f" [{extra['unit']}]"
    yield f"{name} = {toml(value)}    # {symbol}{field.description}{unit}"
    given = scenario.origins.get(key, ())
    if given:
        *replaced, (_, origin) = given
        default = [] if field.is_required() else [f"{toml(field.default)} (default)"]
        was = default + [f"{toml(old)} ({by})" for old, by in replaced]
        yield f"#   set by {origin}" + "".join(f"; was {each}" for each in reversed(was))
    source = scenario.stated_sources.get(key)
    if source:
        yield f"#   source: {source}"
    elif not given:
        yield f"#   default; source: {extra['source']}"


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    match value:
        case Distribution():
            return toml(value.given())
        case dict():
            return "{ " + ", ".join(f"{name} = {toml(inner)}" for name, inner in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else str(value)
