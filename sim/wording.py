"""Numbers in words, never without their uncertainty."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np

from sim.analysis.summary import Summary
from sim.analysis.threshold import VALUE, Threshold
from sim.uncertainty import Floats

THRESHOLD_YEARS = 10
"""Years for which a sentence states the deterrence threshold, as far as the horizon reaches."""

_LOPSIDED = 0.25
"""Asymmetry above which an interval is printed by its limits: a judgement."""
_IN_A_ROW = 3
"""From how many in a row on years are named by the first and the last."""


def with_error(value: float, low: float, high: float, sign: str = "") -> str:
    """A share in percent, or with a sign a difference in percentage points, with half its 95 %
    interval, or with its limits if they are lopsided or half of them would reach beyond a share.
    """
    below, above = 100 * (value - low), 100 * (high - value)
    number = _in_percent(value, sign) + ("" if sign else " %")
    half = (above + below) / 2
    is_beyond = not sign and half > 1 / 10 and reaches_beyond(100 * value, half, low, high)
    if abs(above - below) > max(_LOPSIDED * half, 1 / 10) or is_beyond:
        return f"{number} ({_in_percent(low, sign)} to {_in_percent(high, sign)})"
    return f"{number} (±{half:.1f})"


def reaches_beyond(
    number: float, error: float, low: float, high: float, scale: float = 100
) -> bool:
    """Whether a number less or more its error, both `scale` times as large as its limits, would lie
    below nothing or above all, as the limits do not.
    """
    return number - error < 0 <= low or number + error > scale >= scale * high


def _in_percent(share: float, sign: str) -> str:
    """A share with one digit; zero is never negative."""
    return f"{round(100 * share, 1) + 0.0:{sign}.1f}"


def points_with_error(value: float, low: float, high: float) -> str:
    """A difference of shares in percentage points with its sampling error.

    Examples
    --------
    >>> points_with_error(-0.0231, -0.0361, -0.0101)
    '-2.3 percentage points (±1.3)'

    """
    number, _, error = with_error(value, low, high, "+").partition(" ")
    return f"{number} percentage points {error}"


def row_with_error(row: Any, sign: str = "") -> str:
    """The share of a row of a table with its sampling error."""
    return with_error(*of_row(row), sign)


def of_row(row: Any, name: str = "estimate") -> tuple[float, float, float]:
    """A number of a row of a table and its limits.

    Those of an estimate are `low` and `high`, others carry its name.
    """
    prefix = "" if name == "estimate" else f"{name}_"
    return row[name], row[f"{prefix}low"], row[f"{prefix}high"]


def with_limits(value: float, low: float, high: float, unit: str = "%", digits: int = 0) -> str:
    """A number with its limits: shares in percent or points, anything else in its own unit."""
    number, limits = _rounded(value, low, high, digits, scale_of(unit))
    return f"{number} {unit} ({limits})" if unit else f"{number} ({limits})"


def above_limits(
    value: float,
    low: float,
    high: float,
    unit: str = "%",
    digits: int = 0,
    scale: float | None = None,
) -> str:
    """The same for a cell of a table: the number, and its limits on a line below; shares in
    percent, or `scale` times as large.
    """
    times = scale_of(unit) if scale is None else scale
    number, limits = _rounded(value, low, high, digits, times)
    return f"{number} {unit}".rstrip() + f"\n{limits}"


def scale_of(unit: str) -> float:
    """What a number is multiplied by to be printed in this unit."""
    return 100.0 if unit in ("%", "points", "percentage points") else 1.0


def _rounded(value: float, low: float, high: float, digits: int, scale: float) -> tuple[str, str]:
    number, least, most = (
        f"{round(scale * number, digits) + 0:.{digits}f}" for number in (value, low, high)
    )
    return number, f"{least} to {most}"


def years_of(count: float) -> str:
    """A number of years."""
    return f"{count:g} year" + ("" if count == 1 else "s")


def ages(years: Sequence[int]) -> str:
    """Years of a ceasefire in ascending order; those in a row by the first and the last.

    Examples
    --------
    >>> ages([1, 2, 4, 5, 6, 20])
    'years 1, 2, 4 to 6 and 20'

    """
    spans: list[str] = []
    for _, row in groupby(enumerate(years), lambda numbered: numbered[1] - numbered[0]):
        in_a_row = [f"{year}" for _, year in row]
        if len(in_a_row) >= _IN_A_ROW:
            spans.append(f"{in_a_row[0]} to {in_a_row[-1]}")
        else:
            spans += in_a_row
    return f"year{'' if len(years) == 1 else 's'} {listed(spans)}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, apart by semicolons where one has a comma.

    Examples
    --------
    >>> listed(["No guarantee", "Neutrality, army capped", "EU membership"])
    'No guarantee; Neutrality, army capped; and EU membership'

    """
    *first, last = names
    if not first:
        return last
    if any("," in name for name in names):
        return f"{'; '.join(first)}; and {last}"
    return f"{', '.join(first)} and {last}"


def deters(run: Summary, label: str, years: float | None = None) -> str:
    """In a sentence, which Russia is deterred for some years, by default ten, or to the horizon of
    a shorter run.
    """
    (at,) = run.thresholds([min(THRESHOLD_YEARS, run.horizon_years) if years is None else years])
    for_years = years_of(at.years)
    as_much = "as much as a leadership for which Ukraine is vital"
    values = run.drawn_values
    if values is None:
        return (
            f"Under {label}, this run cannot show which Russia is deterred, because {VALUE} is a "
            "fixed number; make it uncertain."
        )
    least, most = f"{values.min():.2g}", f"{values.max():.2g}"
    if at.estimate == np.inf:
        limit = f" (95 % limit: {_times(at.low)} times)" if np.isfinite(at.low) else ""
        return (
            f"Under {label}, every simulated Russia is deterred for {for_years}, up to one that "
            f"values Ukraine {most} times{limit} {as_much}."
        )
    if at.estimate == -np.inf:
        limit = f" (95 % limit: {_times(at.high)} times)" if np.isfinite(at.high) else ""
        return (
            f"Under {label}, not even a Russia that values Ukraine only {least} times{limit} "
            f"{as_much} is deterred for {for_years}."
        )
    low = _times(at.low) if np.isfinite(at.low) else f"less than {least}"
    high = _times(at.high) if np.isfinite(at.high) else f"more than {most}"
    return (
        f"Under {label}, Russia is deterred for {for_years} if it values Ukraine up to "
        f"{_times(at.estimate)} times ({low} to {high}) {as_much}."
    )


def threshold_words(at: Threshold, values: Floats, between: str = " ({low} to {high})") -> str:
    """A threshold with its limits as text; what lies outside of the values that were drawn is below
    the least or above the most.
    """
    estimate, low, high = (_within(value, values) for value in (at.estimate, at.low, at.high))
    return estimate + between.format(low=low, high=high)


def _within(value: float, values: Floats) -> str:
    if np.isinf(value):
        return f"> {values.max():.2g}" if value > 0 else f"< {values.min():.2g}"
    return _times(value)


def _times(value: float) -> str:
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def share(row: Any) -> str:
    """A share with its 95 % sampling error."""
    return with_error(row["estimate"], row["low"], row["high"])
