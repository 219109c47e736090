"""A control for each parameter of the guarantee, made from the schema alone.

A new provision gets its own without a line here.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic.fields import FieldInfo

from sim.app.settings import block_of, may_be_absent, text_of
from sim.guarantee.provisions.regime import Regime
from sim.quantity import Parameters
from sim.scenario.schema import Scenario
from sim.uncertainty import Distribution

STEPS = 100
"""Steps of a slider, about."""


@dataclass(frozen=True)
class Control:
    """One parameter: its value in the scenario and in the file (a number, a distribution or None),
    and the slider for it.
    """

    key: str
    meaning: str
    unit: str
    symbol: str
    source: str
    value: Any
    in_file: Any
    may_be_absent: bool
    low: float
    high: float
    step: float
    # where the slider stands when a number takes the place of what is absent or uncertain
    start: float

    @property
    def label(self) -> str:
        """The meaning up to its first stop, and the unit."""
        short = self.meaning.split(";")[0].split(":")[0]
        said = f"{short[:1].upper()}{short[1:]}"
        return said if self.unit in said.lower() else f"{said}, {self.unit}"

    @property
    def digits(self) -> int:
        """Decimals of the step."""
        return max(0, -math.floor(math.log10(self.step) + 1e-9))

    @property
    def explanation(self) -> str:
        """All that the schema says, in sentences."""
        stands = text_of(self.in_file)
        said = f"{self.meaning[:1].upper()}{self.meaning[1:]} ({self.symbol}), {self.unit}."
        return (
            f"{said} {self.low:g} to {self.high:g} here; {stands} in the file. Source: "
            f"{self.source}. Key: {self.key}"
        )


@dataclass(frozen=True)
class Group:
    """The controls of one provision; of one that is absent they say where it would start."""

    key: str
    title: str
    meaning: str
    may_be_absent: bool
    present: bool
    in_file: bool
    controls: tuple[Control, ...]


def groups(file: Scenario, scenario: Scenario, others: Iterable[Scenario]) -> Iterator[Group]:
    """The provisions of the guarantee in the order of the schema.

    A slider reaches as far as the schema allows, or where that is no end, to twice what the
    `others` give at most.
    """
    known = [file, *others]
    for name in Regime.model_fields:
        block, key = block_of(Regime, name), f"regime.{name}"
        if block is None:
            raise TypeError(f"{key} is no block of parameters")
        yield Group(
            key,
            name.replace("_", " ").capitalize(),
            (block.__doc__ or "").strip().partition("\n")[0],
            may_be_absent(key),
            getattr(scenario.regime, name) is not None,
            getattr(file.regime, name) is not None,
            tuple(
                _control(f"{key}.{inner}", field, scenario, known)
                for inner, field in block.model_fields.items()
            ),
        )


def _control(key: str, field: FieldInfo, scenario: Scenario, known: list[Scenario]) -> Control:
    """A control for a value of the scenario; the first of the `known` scenarios is its file."""
    extra: Any = field.json_schema_extra
    value, in_files = at(scenario, key), [at(other, key) for other in known]
    stated = [
        candidate
        for candidate in (*in_files, None if field.is_required() else field.default)
        if candidate is not None
    ]
    numbers = [number for candidate in stated for number in _reach(candidate)]
    low = float(extra.get("minimum", min([0.0, *numbers])))
    high = float(
        extra.get(
            "maximum",
            _round_up(2 * max([0.0, *numbers]) or 1.0, (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)),
        )
    )
    step = _round_up((high - low) / STEPS, (1, 2, 5, 10))
    least = round(math.ceil(low / step - 1e-9) * step, 12)
    standing = [_middle(candidate) for candidate in (value, *stated) if candidate is not None] or [
        low
    ]
    reached = (value,) if isinstance(value, float) else ()
    return Control(
        key,
        str(field.description),
        str(extra["unit"]),
        str(extra["symbol"]),
        scenario.stated_sources.get(key) or str(extra["source"]),
        value,
        in_files[0],
        may_be_absent(key),
        min([least, *reached]),
        max([high, *reached]),
        step,
        min(max(standing[0], least), high),
    )


def at(scenario: Parameters, key: str) -> Any:
    """The value at a dotted key; None if a block on the way is absent."""
    value: Any = scenario
    for name in key.split("."):
        value = None if value is None else getattr(value, name)
    return value


def _middle(value: Any) -> float:
    return (
        float(value.quantile(np.array([0.5]))[0])
        if isinstance(value, Distribution)
        else float(value)
    )


def _reach(value: Any) -> tuple[float, ...]:
    if isinstance(value, Distribution):
        return tuple(value.quantile(np.array([0.01, 0.99])).tolist())
    return (float(value),)


def _round_up(value: float, digits: tuple[float, ...]) -> float:
    """The next of the digits times a power of ten.

    A value that is one of them, but for rounding, stays.
    """
    power: float = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return round(next(digit * power for digit in digits if digit * power >= value * 0.999), 12)
