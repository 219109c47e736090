"""Numbers in words, never without their uncertainty."""

from typing import Any

_LOPSIDED = 0.25


def with_error(value: float, low: float, high: float, sign: str = "") -> str:
    """A share in percent, or with a sign a difference in points, with half its 95 % interval, or
    with its limits if they are lopsided.
    """
    below, above = 100 * (value - low), 100 * (high - value)
    unit = "" if sign else " %"
    if abs(above - below) > max(_LOPSIDED * (above + below) / 2, 1 / 10):
        return f"{100 * value:{sign}.1f} ({100 * low:{sign}.1f} to {100 * high:{sign}.1f}){unit}"
    return f"{100 * value:{sign}.1f} (±{(above + below) / 2:.1f}){unit}"


def of_row(row: Any, name: str = "estimate") -> tuple[float, float, float]:
    """A number of a row of a table and its limits.

    Those of an estimate are `low` and `high`, others carry its name.
    """
    prefix = "" if name == "estimate" else f"{name}_"
    return row[name], row[f"{prefix}low"], row[f"{prefix}high"]


def with_limits(value: float, low: float, high: float, unit: str = "%", digits: int = 0) -> str:
    """A number with its limits: shares in percent or points, anything else in its own unit."""
    number, limits = _rounded(value, low, high, unit, digits)
    return f"{number} ({limits}) {unit}".rstrip()


def above_limits(value: float, low: float, high: float, unit: str = "%", digits: int = 0) -> str:
    """The same for a cell of a table: the number, and its limits on a line below."""
    number, limits = _rounded(value, low, high, unit, digits)
    return f"{number} {unit}".rstrip() + f"\n{limits}"


def _rounded(value: float, low: float, high: float, unit: str, digits: int) -> tuple[str, str]:
    times = 100 if unit in ("%", "points") else 1
    number, least, most = (
        f"{round(times * each, digits) + 0:.{digits}f}" for each in (value, low, high)
    )
    return number, f"{least} to {most}"
