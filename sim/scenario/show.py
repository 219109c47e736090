"""A resolved scenario as a TOML file: every value with its meaning, who set it, what it replaced,
and its source.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from sim.characters import in_one_line, visible
from sim.quantity import SOLDIERS_PER_BRIGADE, Brigades, Parameters, soldiers
from sim.scenario.clauses import differences
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution

_WIDTH = 98
_LONG = re.compile(r"\d\.\d{7}")
"""A number with more digits than anybody writes or reads."""
_BRIGADES = ("brigades", "brigade-equivalents")
_NO_TEXT = "# The clauses are left out: values of the regime were changed, so this is not the text."


def resolved(scenario: Scenario) -> str:
    """The scenario as TOML with comments; `load` reads it back as the same scenario.

    Where `--set` or another file changed the regime of a text, it is no longer the text, and its
    clauses are left out.
    """
    changed = bool(scenario.clauses and differences(scenario.regime, scenario.clauses))
    shown = scenario.model_copy(update={"clauses": ()}) if changed else scenario
    lines = (_NO_TEXT,) if changed else ()
    return "\n".join((*lines, *_block(shown, shown, ""))).strip() + "\n"


@dataclass(frozen=True)
class ParameterInfo:
    """One value of a scenario, in words; what is not known of it is empty."""

    key: str
    value: str
    symbol: str
    unit: str
    meaning: str
    set_by: str  # the file and line, or the override; empty for a default
    was: tuple[str, ...]  # what it replaced and who had set that, the latest first
    source: str


def parameters(scenario: Scenario) -> Iterator[ParameterInfo]:
    """Every value of a scenario in the order of the schema, those that are none included."""
    return (_info(scenario, key, value, field) for key, value, field in scenario.fields())


def _info(scenario: Scenario, key: str, value: Any, field: FieldInfo) -> ParameterInfo:
    extra: dict[str, Any] = (
        field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    )
    symbol, unit = (str(extra.get(name, "")).strip("-–") for name in ("symbol", "unit"))
    written = _written(value, field)
    if written.startswith("{ soldiers"):
        unit = f"soldiers; {_brigades(value)} {unit}"
    elif unit in _BRIGADES and value is not None:
        unit = f"{unit}; {soldiers(value)}"
    values = scenario.origins.get(key, ())
    default = [] if field.is_required() else [f"{toml(field.default)} (default)"]
    was = default + [f"{toml(old)} ({by})" for old, by in values[:-1]]
    source = scenario.stated_sources.get(key) or ("" if values else str(extra.get("source", "")))
    set_by, replaced = (values[-1][1], tuple(reversed(was))) if values else ("", ())
    return ParameterInfo(
        key, written, symbol, unit, str(field.description), set_by, replaced, source
    )


def _block(scenario: Scenario, block: Parameters, prefix: str) -> Iterator[str]:
    inner: list[str] = []
    for name, field in type(block).model_fields.items():
        value, key = getattr(block, name), f"{prefix}{name}"
        match value:
            case Parameters():
                guide = [f"# {line}" for line in wrap(value.guide, _WIDTH)]
                inner += ["", f"[{key}]", *guide, *_block(scenario, value, f"{key}.")]
            case (Parameters(), *_):
                inner += [
                    line
                    for member in value
                    for line in (
                        "",
                        f"[[{key}]]",
                        *_block(scenario, member, f"{key}.{member.name}."),
                    )
                ]
            case None:
                yield f"# {key}: none"
            case _:
                yield from _lines(name, _info(scenario, key, value, field))
    yield from inner


def _lines(name: str, info: ParameterInfo) -> Iterator[str]:
    symbol, unit = f"{info.symbol}: " if info.symbol else "", f" [{info.unit}]" if info.unit else ""
    yield f"{name} = {info.value}    # {symbol}{info.meaning}{unit}"
    if info.set_by:
        was = "".join(f"; was {value}" for value in info.was)
        yield f"#   {in_one_line(f'set by {info.set_by}{was}')}"
    if info.source:
        default = "" if info.set_by else "default; "
        yield f"#   {default}source: {in_one_line(info.source)}"


def _written(value: Any, field: FieldInfo) -> str:
    """A value as TOML writes it; in soldiers if it was given in them, and came to a number of
    brigades that nobody would write.
    """
    plain = toml(value)
    if _LONG.search(plain) is None or get_args(Brigades)[1] not in field.metadata:
        return plain
    counted = {"soldiers": _times(value, SOLDIERS_PER_BRIGADE)}
    try:
        same = TypeAdapter(Brigades).validate_python(counted) == value
    except ValidationError:
        same = False
    return toml(counted) if same else plain


def _brigades(value: Any) -> str:
    """A number of brigades to three digits, from where to where it reaches if uncertain."""
    ends = value.support if isinstance(value, Distribution) else (value,)
    return " to ".join(f"{end:.3g}" for end in ends)


def _times(value: Any, size: float) -> Any:
    """A number or a distribution, as a file writes it in a unit this many times smaller."""
    if not isinstance(value, Distribution):
        return _rounded(value * size)
    return _rounded(value.divided(1 / size).as_data()) if value.has_unit else value.as_data()


def _rounded(data: Any) -> Any:
    """Plain data whose numbers have no more than ten digits, and no point where they are whole."""
    match data:
        case dict():
            return {name: _rounded(inner) for name, inner in data.items()}
        case list():
            return list(map(_rounded, data))
    number = float(f"{data:.10g}")
    return int(number) if number.is_integer() else number


def toml(value: Any) -> str:
    """A value as TOML writes it."""
    match value:
        case None:
            return "none"
        case Distribution():
            return toml(value.as_data())
        case dict():
            return (
                "{ "
                + ", ".join(f"{_key(name)} = {toml(inner)}" for name, inner in value.items())
                + " }"
            )
        case list() | tuple():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return visible(json.dumps(value, ensure_ascii=False))
    return (
        str(value).lower() if isinstance(value, bool) else str(value)
    )  # a date too is written as its text


def _key(name: str) -> str:
    """A key as TOML writes it: in quotes unless it is bare."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)
