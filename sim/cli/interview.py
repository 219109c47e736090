"""Questions on the terminal: for each number its 5, 50 and 95 %, one a line."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.cli.streams import MAX_REFUSED, say, typed_line, typed_lines
from sim.errors import RunError

if TYPE_CHECKING:
    from sim.study.beliefs import AskedNumber, Triple

_AGAIN = "again"
_QUESTIONS = {
    "p5": "With 1 chance in 20 it is less than",
    "p50": "As likely less as more than",
    "p95": "With 1 chance in 20 it is more than",
}
_HOW = f"""\
For each number, type three values of it, one a line: so low that it is lower with 1 chance in 20,
as likely too low as too high, and so high that it is higher with 1 chance in 20. An empty line
keeps what the scenario assumes; `{_AGAIN}` starts the number again."""


def interview(
    numbers: "Mapping[str, AskedNumber]",
    shares: Mapping[str, str],
    keep: "Callable[[str, Triple], None]",
) -> None:
    """Ask for each number, and keep what is answered at once; the end of the input ends it.

    `shares` say how much of the answer each of them drives, by key, where that is known.
    """
    from sim.presentation import terminal

    lines = typed_lines()
    say(terminal.paragraph(_HOW.replace("\n", " ")), err=True)
    for position, (key, number) in enumerate(numbers.items(), 1):
        say(f"\n{position} of {len(numbers)}: {key}", err=True)
        for text in _described(number, shares.get(key, "")):
            say(terminal.paragraph(text), err=True)
        try:
            values = _values(number, lines)
        except EOFError:
            return
        if values is not None:
            keep(key, values)


def _described(number: "AskedNumber", share: str) -> Iterator[str]:
    unit = f" ({number.unit})" if number.unit else ""
    yield f"{number.meaning}{unit}: {number.range}. {share}".strip()
    low, middle, high = (f"{value:.3g}" for value in number.assumed)
    yield (
        f"The scenario assumes {middle}, and between {low} and {high} with 9 chances in 10."
        if low != high
        else f"The scenario assumes {middle}."
    )
    if number.anchors:
        yield number.anchors


def _values(number: "AskedNumber", lines: Any) -> "Triple | None":
    """The three values of a number, none to keep the prior; every line that is no answer is
    refused.

    Raises EOFError at the end of the input.
    """
    values: list[float] = []
    for _ in range(MAX_REFUSED):
        if len(values) == len(_QUESTIONS):
            p5, p50, p95 = values
            return p5, p50, p95
        name = list(_QUESTIONS)[len(values)]
        say(f"{_QUESTIONS[name]} ({name})", err=True)
        line = typed_line(lines, err=True)
        if not line:
            raise EOFError
        typed = line.strip()
        if not typed:
            return None
        if typed.casefold() == _AGAIN:
            values = []
            continue
        values, said = _with(number, values, typed)
        if said:
            say(said, err=True)
    raise RunError(f"standard input: {MAX_REFUSED} lines answer nothing of {number.key}")


def _with(number: "AskedNumber", values: list[float], typed: str) -> tuple[list[float], str]:
    """The values with what is typed, or without it and why."""
    from sim.study.answers import number_of

    value = number_of(typed, commas=True)
    if math.isnan(value):
        return values, f"{typed[:60]!r}: is no number; type one such as 0.5, or `{_AGAIN}`"
    said = number.fault([*values, value])
    return (values, f"{said}; type it, or `{_AGAIN}`") if said else ([*values, value], "")
