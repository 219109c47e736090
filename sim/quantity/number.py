"""A number in a scenario file: fixed or uncertain, with its unit, symbol, meaning and source.

An array once it is drawn.
"""

import difflib
import math
from collections.abc import Mapping
from typing import (
    Annotated,
    Any,
    LiteralString,
)

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from sim.characters import quoted
from sim.uncertainty import EXAMPLES, KINDS, LARGEST, Distribution, Floats, is_number

Array = float | Floats
"""What a formula sees: one number for all worlds, or an array that broadcasts over (node, world).
"""


SMALLEST = 1e-3
"""Strengths, half-lives and other positive quantities start here."""


SOLDIERS_PER_BRIGADE = 4500
"""Soldiers of a brigade-equivalent with their equipment. Judgement: the size of a large brigade, by
which the strengths of the model were counted (docs/model.md).
"""


_MUST_BE: LiteralString = (
    "must be a finite number up to 1e9, or one distribution such as { uniform = [130, 210] }"
)


def _read(written: Any) -> Any:
    """A number, a distribution, or `{ value = …, source = … }`.

    A `source` beside a distribution is allowed too.
    """
    if is_number(written):
        return float(written)
    if isinstance(written, Distribution):
        return written
    if isinstance(written, Mapping):
        if not isinstance(written.get("source", ""), str):
            raise PydanticCustomError("quantity", "the source must be a text")
        return _read_table({key: value for key, value in written.items() if key != "source"})
    raise PydanticCustomError(
        "quantity", _MUST_BE + "; got {written}", {"written": quoted(written)}
    )


def soldiers(brigades: float | Distribution) -> str:
    """A number of brigades in soldiers, as text: from where to where it reaches if uncertain."""
    ends = brigades.support if isinstance(brigades, Distribution) else (brigades,)
    return " to ".join(f"{end * SOLDIERS_PER_BRIGADE:,.0f}" for end in ends) + " soldiers"


def _read_brigades(written: Any) -> Any:
    """The same in brigades, or `{ soldiers = …, source = … }`, whose number may be uncertain."""
    if not isinstance(written, Mapping) or "soldiers" not in written:
        return _read(written)
    if set(written) - {"soldiers", "source"}:
        raise PydanticCustomError(
            "quantity", "must be a number of soldiers or of brigades, not both"
        )
    number = _read(written["soldiers"])
    if not isinstance(number, Distribution):
        return number / SOLDIERS_PER_BRIGADE
    if not number.has_unit:
        raise PydanticCustomError(
            "quantity", "{kind} has no unit, and so gives no soldiers", {"kind": number.kind}
        )
    return number.divided(SOLDIERS_PER_BRIGADE)


def _read_table(table: Mapping[str, Any]) -> float | Distribution:
    """A fixed value, or a distribution by its kind."""
    if set(table) == {"value"} and is_number(table["value"]):
        return float(table["value"])
    if "soldiers" in table:
        raise PydanticCustomError("quantity", "counts no brigades, and so takes no soldiers")
    if len(table) != 1 or "value" in table:
        raise PydanticCustomError("quantity", _MUST_BE)
    ((kind, numbers),) = table.items()
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        meant = f"did you mean '{near[0]}'?" if near else f"use one of {', '.join(KINDS)}"
        raise PydanticCustomError(
            "quantity", "unknown distribution '{kind}'; {meant}", {"kind": kind, "meant": meant}
        )
    try:
        return KINDS[kind].parse(numbers)
    except ValueError as wrong:
        raise PydanticCustomError("quantity", "{wrong}", {"wrong": str(wrong)}) from None


_JSON_SCHEMA: dict[str, list[Any]] = {
    "anyOf": [
        {"type": "number"},
        {
            "type": "object",
            "properties": {"value": {"type": "number"}, "source": {"type": "string"}},
            "required": ["value"],
            "additionalProperties": False,
        },
        *(
            {
                "type": "object",
                "properties": {kind: {"type": ["array", "object"]}, "source": {"type": "string"}},
                "required": [kind],
                "additionalProperties": False,
                "examples": [EXAMPLES[kind]],
            }
            for kind in KINDS
        ),
    ]
}


Quantity = Annotated[
    Array,
    PlainValidator(_read),
    PlainSerializer(lambda value: value.as_data() if isinstance(value, Distribution) else value),
    WithJsonSchema(_JSON_SCHEMA),
]
"""A field of a scenario: a number or a distribution in the file, a number or an array (world,) in a
formula.
"""


Brigades = Annotated[
    Array,
    PlainValidator(_read_brigades),
    PlainSerializer(lambda value: value.as_data() if isinstance(value, Distribution) else value),
    WithJsonSchema(
        {
            "anyOf": [
                *_JSON_SCHEMA["anyOf"],
                {
                    "type": "object",
                    "properties": {"soldiers": _JSON_SCHEMA, "source": {"type": "string"}},
                    "required": ["soldiers"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""The same for a number of brigades, which a file may give in soldiers."""


AsTuple = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
"""A list in a file is a tuple in a frozen block."""


def parameter(
    default: Any,
    meaning: str,
    *,
    unit: str,
    symbol: str,
    source: str,
    low: float = -LARGEST,
    high: float = math.inf,
) -> Any:
    """Declare a field; it cannot be declared without unit, meaning and source.

    `low` and `high` are allowed themselves.
    """
    extra: dict[str, Any] = {"unit": unit, "symbol": symbol, "source": source}
    if low > -LARGEST:
        extra["minimum"] = low
    if high < math.inf:
        extra["maximum"] = high
    return Field(default, description=meaning, json_schema_extra=extra, validate_default=False)


def least(value: Any) -> float:
    """The smallest number that a number of a scenario can be."""
    return value.support[0] if isinstance(value, Distribution) else float(value)
